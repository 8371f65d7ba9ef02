#!/usr/bin/env bash
# Is the Terraform code valid, and does checkov agree with it? Fails loudly where a tool is missing: a check left out is no check.
set -euo pipefail
cd "$(dirname "$0")/.."

# In a copy: validate needs the provider, and init would leave things in terraform/.
.venv/bin/python - <<'PYTHON'
import sys
import tempfile
from pathlib import Path

from groundctl.adapters.terraform.stack import Stack
from groundctl.adapters.terraform.working_copy import make_working_copy
from groundctl.errors import ExternalError

with tempfile.TemporaryDirectory(prefix="groundctl-") as scratch:
    stack = Stack(make_working_copy(Path("terraform"), Path(scratch, "code")))
    try:
        stack.init(backend=False)
        faults = stack.validate()
    except ExternalError as error:
        sys.exit(f"{error}\n{error.hint}")
sys.exit("\n".join(faults) or None)
PYTHON

home=.build/checkov
lock=scripts/checkov.lock.txt
if ! [ -x $home/bin/checkov ] || ! cmp --silent $lock $home/lock.txt; then
    rm -rf $home
    .venv/bin/python -m venv $home
    if ! $home/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r $lock; then
        echo "checkov could not be installed from $lock; terraform/ is not checked without it." >&2
        exit 1
    fi
    cp $lock $home/lock.txt
fi
# --skip-download: checkov brings its own rules, so that it sends and downloads nothing.
$home/bin/checkov --directory terraform --framework terraform --compact --quiet --skip-download
