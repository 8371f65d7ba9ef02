"""Reads the files that a set-up consists of, the Git remote, and the token that the GitHub CLI keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from groundctl.adapters.local.checkout import Checkout
from groundctl.child_processes import run_child
from groundctl.domain.adoption.doctor.setup import FilesSeen
from groundctl.errors import UsageError

MAX_SIZE = 1_000_000
SECONDS = 10
_PATTERNS = (
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".github/workflows/*.y*ml",
    ".groundctl/lock.json",
    "jobs/policy.yaml",
    "terraform/*.tf",
    "terraform/environments/*.tfvars",
    "terraform/environments/*.s3.tfbackend",
)


class LocalSetupFiles:
    """The files of one checkout."""

    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout

    def look(self) -> FilesSeen:
        """Read them all."""
        root = self._checkout.root
        declarations = self._checkout.declarations() if (root / "jobs").is_dir() else ()
        return FilesSeen(
            texts=dict(self._texts()),
            declarations=declarations,
            is_git=_run("git", "-C", str(root), "rev-parse", "--is-inside-work-tree") == "true",
            remote=self._remote(),
        )

    def is_terraform_initialized(self) -> bool:
        """Return whether `terraform init` was run here."""
        return (self._checkout.root / "terraform" / ".terraform").is_dir()

    def _texts(self) -> Iterator[tuple[str, str]]:
        for pattern in _PATTERNS:
            for place in sorted(self._checkout.root.glob(pattern)):
                path = place.relative_to(self._checkout.root).as_posix()
                # A file that cannot be read is as good as missing here; a link is not followed.
                with suppress(UsageError):
                    yield path, self._checkout.read(path)[:MAX_SIZE].decode("utf-8", errors="surrogateescape")

    def _remote(self) -> str:
        root = str(self._checkout.root)
        names = _run("git", "-C", root, "remote").split()
        name = "origin" if "origin" in names else next(iter(names), "")
        # An address may hold a password.
        return re.sub(r"//[^/@]*@", "//", _run("git", "-C", root, "remote", "get-url", name)) if name else ""


def token_of_github_cli(host: str) -> str:
    """Return the token with which the GitHub CLI is logged in; empty if it is not, or is not installed."""
    return _run("gh", "auth", "token", "--hostname", host)


def _run(*command: str) -> str:
    try:
        done = run_child(command, seconds=SECONDS)
    except OSError:
        return ""
    return done.out.decode(errors="replace").strip() if done.code == 0 else ""
