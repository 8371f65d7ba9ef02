"""How a patch puts a method into a moto class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def set_method(owner: type, method: Callable[..., Any]) -> None:
    """Set a method under its own name, without a leading underscore."""
    setattr(owner, method.__name__.removeprefix("_"), method)
