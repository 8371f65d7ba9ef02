"""Stub of actions/checkout: fetches the event's commit with a token that can read contents."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path


def main() -> int:
    """Check out."""
    server, repository = os.environ["GITHUB_SERVER_URL"], os.environ["GITHUB_REPOSITORY"]
    token = os.environ["TOKEN"]
    if not may_read(token):
        # As GitHub says of a private repository to those who may not see it.
        print(f"::error::fatal: repository '{server}/{repository}/' not found")
        return 1
    workspace = Path(os.environ["GITHUB_WORKSPACE"])
    folder = (workspace / os.environ["FOLDER"]).resolve()
    if not folder.is_relative_to(workspace.resolve()):
        print(f"::error::Repository path '{folder}' is not under '{workspace}'")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    git = partial(run_git, folder)
    git("init", "--quiet", ".")
    git("remote", "add", "origin", f"{server}/{repository}")
    fetch_and_switch(git, os.environ["REF"], os.environ["DEPTH"])
    if os.environ["PERSIST"] == "true":
        git("config", f"http.{server}/.extraheader", f"AUTHORIZATION: bearer {token}")
    return 0


def fetch_and_switch(git: Callable[..., object], ref: str, depth: str) -> None:
    """Fetch what is asked for, or the event's commit, and switch to it."""
    origin = Path(os.environ["EMULATOR_ORIGIN"]).as_uri()
    wanted = ref or os.environ["GITHUB_SHA"]
    if depth == "0":
        git("fetch", "--quiet", "--tags", origin, "+refs/heads/*:refs/remotes/origin/*")
        git("fetch", "--quiet", origin, wanted)
    else:
        git("fetch", "--quiet", f"--depth={depth}", origin, wanted)
    full = ref or os.environ["GITHUB_REF"]
    branch = full.removeprefix("refs/heads/")
    if branch != full:
        git("checkout", "--quiet", "-B", branch, "FETCH_HEAD")
    else:
        git("checkout", "--quiet", "--detach", "FETCH_HEAD")


def may_read(token: str) -> bool:
    """Return whether a token can read the repository."""
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{os.environ['EMULATOR_URL']}/_runner/token", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        permissions: dict[str, str] = json.load(answer)["permissions"]
    return permissions.get("contents", "none") != "none"


def run_git(folder: Path, *arguments: str) -> None:
    """Run git in a folder of the workspace."""
    subprocess.run(["git", *arguments], cwd=folder, check=True)


if __name__ == "__main__":
    raise SystemExit(main())
