#!/usr/bin/env bash
# Install Debian's Chromium where we may: it plays H.264, which the sample clips are. Never fails the set-up.
set -u

# The names Debian, Ubuntu, Fedora and Chrome's own packages use.
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "No Chromium found: the browser tests will be skipped. Install the package 'chromium' to run them."
    exit 0
fi

log=$(mktemp) || exit 0
export DEBIAN_FRONTEND=noninteractive
if apt-get update >"$log" 2>&1 && apt-get install --yes --no-install-recommends chromium >>"$log" 2>&1; then
    rm -f "$log"
else
    echo "Could not install Chromium (log: $log): the browser tests will be skipped. Install the package 'chromium' to run them."
fi
exit 0
