"""The root of a team's Terraform: a few lines that call one module, by its address and version."""

from __future__ import annotations

import re

# In the root, a block's own attributes are indented by two spaces, as `terraform fmt` leaves them.
_SOURCE = re.compile(r'^(module "groundctl" \{\n(?:(?!\}).*\n)*?  source\s*=\s*)"[^"\n]*"', re.MULTILINE)


def with_module_at(source: str, code: str) -> str:
    """Return the code of a root, with the module `groundctl` at another address: a version, or a folder of this machine."""
    return _SOURCE.sub(lambda found: f'{found[1]}"{source}"', code)
