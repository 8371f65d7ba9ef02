"""What the tests of Terraform share: where the code lies, and a stack that is applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from groundctl.adapters.terraform import Stack

CHECKOUT = Path(__file__).parents[2]
SOURCE = CHECKOUT / "terraform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A stack, the settings it was applied with and the environment that leads to its AWS."""

    stack: Stack
    var_file: Path
    environment: Mapping[str, str]
