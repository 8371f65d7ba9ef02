"""Copies a team's Terraform root for a rehearsal: its modules of groundctl come from the code that groundctl brings with it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from groundctl.adapters.terraform.stack import Stack
from groundctl.adapters.terraform.working_copy import make_working_copy

# git::https://HOST/OWNER/NAME.git//terraform/modules/environment?ref=v1: a company may keep groundctl under another name,
# so its modules tell. The folder terraform alone is ours only in a repository of our name.
_SOURCE = re.compile(
    r"""(?P<before>\bsource\s*=\s*)"(?:
        [^"]+//terraform(?P<module>/modules/(?:environment|github-access|labeling-[a-z]+))
        |[^"]*groundctl[^"/]*//terraform
    )(?:\?[^"]*)?\"""",
    re.VERBOSE,
)
_OURS = "groundctl"
# Providers that change nothing but values in the state, besides AWS's, which the simulator answers.
_HARMLESS = frozenset({"aws", "terraform", "random", "null", "time", "tls"})
# What may stand between two words of Terraform, or be left out beside quotes. A label may stand without quotes.
_GAP = r"(?:\s|/\*(?s:.*?)\*/|(?:\#|//)[^\n]*\n)*+"
_LABEL = r'"?[\w-]++"?'
_RESOURCE = re.compile(rf'\b(?:resource|data|ephemeral)\b{_GAP}"?(?P<type>[\w-]++)"?{_GAP}{_LABEL}{_GAP}\{{')
_PROVIDER = re.compile(rf'\bprovider\b{_GAP}"?(?P<type>[\w-]++)"?{_GAP}\{{')
_ACTS = {
    re.compile(rf"\bprovisioner\b{_GAP}{_LABEL}{_GAP}\{{"): "runs programs of this machine (provisioner)",
    re.compile(rf'\bendpoints\b{_GAP}\{{|\bdynamic\b{_GAP}"?endpoints\b'): "sets addresses of AWS itself (endpoints)",
}


def open_rehearsed_root(own: Path, working_copy: Path, *, ours: Path) -> tuple[Stack, str | None]:
    """Open a copy of a team's root, or of ours if there is none; return with it why the team's own is not used."""
    why = None
    if any(own.glob("*.tf")) and own.resolve() != ours.resolve():
        stack = Stack(copy_rehearsed_root(own, working_copy, ours=ours))
        why = why_not_rehearsed(working_copy)
        if why is None:
            stack.init()
            why = why_not_rehearsed(working_copy)  # with the modules that were installed
        if why is None:
            return stack, None
        working_copy = working_copy.with_name(f"{working_copy.name}-of-groundctl")
    stack = Stack(make_working_copy(ours, working_copy))
    stack.init()
    return stack, why


def copy_rehearsed_root(root: Path, target: Path, *, ours: Path) -> Path:
    """Copy a team's root with a state of its own, and let its modules of groundctl come from a copy of our code."""
    make_working_copy(root, target)
    if any(_replace_sources(path) for path in sorted(target.rglob("*.tf"))):
        ignored = shutil.ignore_patterns(".terraform", "*.tfstate*", "tests", "environments")
        shutil.copytree(ours, target / _OURS, ignore=ignored)
    lock = target / ".terraform.lock.hcl"
    if not lock.is_file():
        shutil.copyfile(ours / lock.name, lock)
    return target


def why_not_rehearsed(folder: Path) -> str | None:
    """Return why Terraform code, with the modules that were installed for it, cannot be rehearsed; None if it can."""
    for path in sorted([*folder.rglob("*.tf"), *folder.rglob("*.tf.json")]):
        if path.name.endswith(".json"):
            return f"{path.relative_to(folder).as_posix()} is written in JSON, which is not checked before it runs"
        text = path.read_text(encoding="utf-8", errors="replace")
        for why in _acts(text):
            return f"{path.relative_to(folder).as_posix()} {why}"
    return None


def _acts(text: str) -> Iterator[str]:
    for match in (*_RESOURCE.finditer(text), *_PROVIDER.finditer(text)):
        if (provider := match["type"].partition("_")[0]) not in _HARMLESS:
            yield f"uses the provider {provider}, which the simulator does not stand in for"
    yield from (why for pattern, why in _ACTS.items() if pattern.search(text))


def _replace_sources(path: Path) -> bool:
    # Terraform itself names what is not UTF-8; until then it stays as it is.
    text = path.read_bytes().decode(errors="surrogateescape")
    replaced, number = _SOURCE.subn(lambda found: f'{found["before"]}"./{_OURS}{found["module"] or ""}"', text)
    if number:
        path.write_bytes(replaced.encode(errors="surrogateescape"))
    return bool(number)
