"""One AWS provider that many Terraform commands use, as provider developers run theirs under a debugger.

Terraform checks the checksum of the provider (700 MB) in each command and starts it for each graph that it walks, and
`terraform test` for each of its runs. That takes most of the time of a plan against the simulator. The program and
its answers are the same.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from groundctl.adapters.terraform.installation import PROVIDER

_ATTACH = re.compile(r"TF_REATTACH_PROVIDERS='(.*)'")
_SECONDS = 60


@contextmanager
def kept_provider(initialized: Path, environment: Mapping[str, str]) -> Iterator[Mapping[str, str]]:
    """Run the provider of an initialized folder, and yield the environment with the variable that attaches to it.

    The provider reads the environment only when it starts, so another account, Region, or endpoint needs another one.
    """
    [program] = initialized.glob(f".terraform/providers/{PROVIDER}/*/*/terraform-provider-aws*")
    with tempfile.TemporaryFile() as log:
        # With a certificate bundle of the machine's own (AWS_CA_BUNDLE), it could be configured only once.
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        process = subprocess.Popen([program, "-debug"], env={**clean, **environment}, stdout=log, stderr=log)
        try:
            yield {**environment, "TF_REATTACH_PROVIDERS": _attachment(process, log.fileno())}
        finally:
            process.kill()
            process.wait()


def _attachment(process: subprocess.Popen[bytes], log: int) -> str:
    end = time.monotonic() + _SECONDS
    said = ""
    while time.monotonic() < end and process.poll() is None:
        said = os.pread(log, 100_000, 0).decode(errors="replace")
        if found := _ATTACH.search(said):
            attached = json.loads(found[1])
            assert list(attached) == [str(PROVIDER)], said
            return found[1]
        time.sleep(0.02)
    raise AssertionError(f"the provider does not say how to attach to it:\n{said}")
