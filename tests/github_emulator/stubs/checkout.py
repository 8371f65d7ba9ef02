"""Stub of actions/checkout: fetches the event's commit with a token that can read contents."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
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
    depth = os.environ["DEPTH"]
    wanted = os.environ["REF"] or os.environ["GITHUB_SHA"]
    origin = Path(os.environ["EMULATOR_ORIGIN"]).as_uri()
    git("init", "--quiet", str(workspace))
    git("remote", "add", "origin", f"{server}/{repository}")
    if depth == "0":
        git("fetch", "--quiet", "--tags", origin, "+refs/heads/*:refs/remotes/origin/*")
        git("fetch", "--quiet", origin, wanted)
    else:
        git("fetch", "--quiet", f"--depth={depth}", origin, wanted)
    branch = os.environ["GITHUB_REF"].removeprefix("refs/heads/")
    if not os.environ["REF"] and branch != os.environ["GITHUB_REF"]:
        git("checkout", "--quiet", "-B", branch, "FETCH_HEAD")
    else:
        git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    if os.environ["PERSIST"] == "true":
        git("config", f"http.{server}/.extraheader", f"AUTHORIZATION: bearer {token}")
    return 0


def may_read(token: str) -> bool:
    """Return whether a token can read the repository."""
    request = urllib.request.Request(  # noqa: S310 - our own server
        f"{os.environ['EMULATOR_URL']}/_runner/token", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        permissions: dict[str, str] = json.load(answer)["permissions"]
    return permissions.get("contents", "none") != "none"


def git(*arguments: str) -> None:
    """Run git in the workspace."""
    subprocess.run(["git", *arguments], cwd=os.environ["GITHUB_WORKSPACE"], check=True)


if __name__ == "__main__":
    raise SystemExit(main())
