#!/usr/bin/env bash
# Install the GitHub emulator of the tests. Fails loudly: a test needs it.
set -euo pipefail

if ! "$(dirname "$0")/install_npm_lock.sh" tests/github_emulator/emulate; then
    echo "Could not install the GitHub emulator from the npm registry; the tests of pull requests need it." >&2
    exit 1
fi
