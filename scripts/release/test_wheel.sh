#!/usr/bin/env bash
# Install the built wheel where no checkout is, with every library from the lock and its hash, and play it: what a user gets.
set -euo pipefail
checkout=$(cd "$(dirname "$0")/../.." && pwd)
dist=$(cd "${1:?usage: scripts/release/test_wheel.sh FOLDER_WITH_THE_WHEEL}" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"${PYTHON:-python3}" -m venv "$place/venv"
pip=("$place/venv/bin/python" -m pip --quiet --disable-pip-version-check install)
"${pip[@]}" --require-hashes -r "$checkout/requirements.lock"
"${pip[@]}" --no-deps --no-index "$dist"/*.whl

mkdir "$place/repository"
cp -R "$checkout/jobs" "$place/repository/jobs"
cd "$place/repository"
export PATH="$place/venv/bin:$PATH"
groundctl --version
[ "$(groundctl --version)" = "groundctl ${VERSION:?set VERSION to the one that the wheel must have}" ]
groundctl validate
groundctl demo --out "$place/demo"
