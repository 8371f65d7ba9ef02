"""Which artifacts the GitHub adapter accepts as plans."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from github_emulator.emulator import GitHubEmulator
from groundctl.adapters.github.plan_artifacts import MAX_PLAN_BYTES, PLAN_ARTIFACT
from support.github.adapter import BASE, HEAD, an_adapter


def packed(name: str = "plan.json", content: bytes = b'{"a": 1}', *more: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
        for other in more:
            file.writestr(other, "x")
    return archive.getvalue()


def a_plan_run(emulator: GitHubEmulator, **changes: Any) -> int:
    return emulator.add_run(
        **{"path": ".github/workflows/plan.yml", "event": "pull_request", "head_sha": HEAD, **changes}
    ).id


def test_the_plans_of_a_head_commit_come_newest_first(emulator: GitHubEmulator):
    first, second = a_plan_run(emulator), a_plan_run(emulator)
    emulator.add_artifact(first, PLAN_ARTIFACT, packed(content=b"old"))
    emulator.add_artifact(second, PLAN_ARTIFACT, packed(content=b"new"))

    assert list(an_adapter(emulator).plans_for(HEAD)) == [b"new", b"old"]


def test_a_plan_that_was_made_after_the_merge_is_skipped(emulator: GitHubEmulator):
    emulator.add_artifact(a_plan_run(emulator), PLAN_ARTIFACT, packed(content=b"reviewed"))
    merged = datetime.now(UTC) + timedelta(seconds=1)
    late = emulator.add_artifact(a_plan_run(emulator), PLAN_ARTIFACT, packed(content=b"late"))
    late.created_at = merged.replace(microsecond=0) + timedelta(minutes=5)

    assert list(an_adapter(emulator).plans_for(HEAD, until=merged)) == [b"reviewed"]


@pytest.mark.parametrize(
    ("run", "name", "content"),
    [
        ({"head_sha": BASE}, PLAN_ARTIFACT, packed()),
        ({"path": ".github/workflows/mallory.yml"}, PLAN_ARTIFACT, packed()),
        ({"event": "workflow_dispatch"}, PLAN_ARTIFACT, packed()),
        ({}, "another-name", packed()),
        ({}, PLAN_ARTIFACT, b"no archive"),
        ({}, PLAN_ARTIFACT, b""),
        ({}, PLAN_ARTIFACT, packed("../../plan.json")),
        ({}, PLAN_ARTIFACT, packed("plan.json", b"{}", "and-more")),
        ({}, PLAN_ARTIFACT, packed()[:-30]),
        ({}, PLAN_ARTIFACT, packed(content=b"0" * (MAX_PLAN_BYTES + 1))),
    ],
    ids=[
        "another commit", "another workflow", "another event", "another name", "no archive", "nothing", "a way out",
        "more files", "cut off", "too large",
    ],
)  # fmt: skip
def test_an_artifact_that_is_no_plan_of_a_plan_run_is_skipped(
    emulator: GitHubEmulator, run: dict[str, Any], name: str, content: bytes
):
    emulator.add_artifact(a_plan_run(emulator, **run), name, content)

    assert list(an_adapter(emulator).plans_for(HEAD)) == []


def test_an_expired_artifact_is_skipped(emulator: GitHubEmulator):
    emulator.add_artifact(a_plan_run(emulator), PLAN_ARTIFACT, packed(), expired=True)

    assert list(an_adapter(emulator).plans_for(HEAD)) == []


def test_the_token_is_not_sent_to_the_server_that_a_download_redirects_to(emulator: GitHubEmulator):
    emulator.add_artifact(a_plan_run(emulator), PLAN_ARTIFACT, packed())

    assert list(an_adapter(emulator).plans_for(HEAD)) == [b'{"a": 1}']  # the address it redirects to refuses a token
