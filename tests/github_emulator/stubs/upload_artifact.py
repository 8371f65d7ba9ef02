"""Stub of actions/upload-artifact: zips files and uploads them to the emulator."""

from __future__ import annotations

import io
import json
import os
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path


def main() -> int:
    """Upload."""
    workspace = Path(os.environ["GITHUB_WORKSPACE"])
    found = sorted(
        {each for line in os.environ["PATHS"].split("\n") if line for each in files(workspace, line.strip())}
    )
    if not found:
        print(f"::{'error' if os.environ['NONE_FOUND'] == 'error' else 'warning'}::No files were found to upload.")
        return int(os.environ["NONE_FOUND"] == "error")
    # The real one's zip begins at the deepest folder that all files share.
    root = Path(os.path.commonpath([each.parent for each in found]))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in found:
            archive.write(each, each.relative_to(root).as_posix())
    name = urllib.parse.quote(os.environ["NAME"])
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{os.environ['EMULATOR_URL']}/_runner/artifacts/{name}",
        data=packed.getvalue(),
        method="PUT",
        headers={"Authorization": f"Bearer {os.environ['TOKEN']}", "Content-Type": "application/zip"},
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        number = json.load(answer)["id"]
    with Path(os.environ["GITHUB_OUTPUT"]).open("a") as opened:
        print(f"artifact-id={number}", file=opened)
    return 0


def files(workspace: Path, said: str) -> Iterator[Path]:
    """Yield the files that a path or glob names."""
    hidden = os.environ["HIDDEN"] == "true"
    for start in workspace.glob(said) if not Path(said).is_absolute() else [Path(said)]:
        if start.is_file():
            if hidden or not start.name.startswith("."):
                yield start
            continue
        for each in start.rglob("*"):
            if each.is_file() and (hidden or not any(part.startswith(".") for part in each.relative_to(start).parts)):
                yield each


if __name__ == "__main__":
    raise SystemExit(main())
