"""Lists the modules that a groundctl command imports, from inside its process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from support.cli import CLEAN

# What an offline command must never wait for: the AWS SDK and HTTP, the simulator, tables, Terraform, page templates.
# Not markupsafe: python-liquid, which checks a team's own worker template, imports it.
HEAVY = ("boto3", "botocore", "requests", "urllib3", "duckdb", "moto", "rich", "python_terraform", "jinja2")

_SPY = """\
import json, os, sys
from groundctl.cli.main import main
try:
    main(sys.argv[2:])
except SystemExit:
    pass
with open(sys.argv[1], "w") as file:
    json.dump(sorted(sys.modules), file)
"""


def modules_imported_by(*arguments: str, cwd: Path, report: Path) -> frozenset[str]:
    """Run a command and name the top-level packages that were imported by its end."""
    command = [sys.executable, "-c", _SPY, str(report), *arguments]
    subprocess.run(command, cwd=cwd, env=CLEAN, capture_output=True, timeout=60, check=True)
    return frozenset(name.partition(".")[0] for name in json.loads(report.read_bytes()))
