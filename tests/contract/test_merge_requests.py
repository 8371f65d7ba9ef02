"""When a merge was asked for that GitHub did later: auto-merge and the merge queue, read from a timeline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from github_emulator.actors import OTHER_BOT
from github_emulator.emulator import GitHubEmulator
from support.github.adapter import BASE, HEAD, MERGED, approval_facts

TEN = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
# Seconds after ten.
Events = list[tuple[int, str]]


@pytest.mark.parametrize("way", ["auto_merge_enabled", "auto_squash_enabled", "auto_rebase_enabled"])
@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([(300, "WAY"), (900, "merged")], 300, id="enabled and merged"),
        pytest.param([(300, "WAY")], 300, id="enabled and not merged yet"),
        pytest.param(
            [(300, "WAY"), (400, "auto_merge_disabled"), (900, "merged")], None, id="disabled before the merge"
        ),
        pytest.param(
            [(300, "WAY"), (400, "auto_merge_disabled"), (500, "WAY"), (900, "merged")], 500, id="enabled once more"
        ),
        pytest.param([(300, "WAY"), (500, "WAY"), (900, "merged")], 300, id="enabled twice: the earlier time is safe"),
        pytest.param([(300, "WAY"), (870, "auto_merge_disabled"), (900, "merged")], 300, id="disabled by the merge"),
        pytest.param([(900, "merged")], None, id="merged directly"),
        pytest.param([(300, "commented"), (600, "labeled"), (900, "merged")], None, id="other events"),
        pytest.param([(300, "added_to_merge_queue"), (900, "merged")], 300, id="queued and merged"),
        pytest.param(
            [(300, "added_to_merge_queue"), (899, "removed_from_merge_queue"), (900, "merged")],
            300,
            id="taken out of the queue a second before the merge",
        ),
        pytest.param(
            [(300, "added_to_merge_queue"), (900, "removed_from_merge_queue"), (900, "merged")],
            300,
            id="taken out of the queue in the second of the merge",
        ),
        pytest.param(
            [(300, "added_to_merge_queue"), (900, "merged"), (901, "removed_from_merge_queue")],
            300,
            id="taken out of the queue after the merge",
        ),
        pytest.param(
            [(300, "added_to_merge_queue"), (600, "removed_from_merge_queue"), (900, "merged")],
            None,
            id="thrown out of the queue, then merged directly",
        ),
        pytest.param(
            [
                (300, "added_to_merge_queue"),
                (600, "removed_from_merge_queue"),
                (700, "added_to_merge_queue"),
                (899, "removed_from_merge_queue"),
                (900, "merged"),
            ],
            700,
            id="thrown out of the queue, and queued once more",
        ),
        pytest.param(
            [
                (300, "WAY"),
                (600, "added_to_merge_queue"),
                (899, "removed_from_merge_queue"),
                (900, "merged"),
            ],
            300,
            id="queued by auto-merge: the person decided before",
        ),
        pytest.param([(900, "merged"), (300, "WAY")], 300, id="events in another order"),
    ],
)
def test_the_request_that_a_merge_follows_is_found(
    emulator: GitHubEmulator, way: str, events: Events, expected: int | None
):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    for seconds, name in events:
        emulator.add_event(number, way if name == "WAY" else name, at=TEN + timedelta(seconds=seconds))

    found = approval_facts(emulator).merge_requested_at(number)

    assert found == (None if expected is None else TEN + timedelta(seconds=expected))


@pytest.mark.parametrize("event", ["auto_merge_enabled", "auto_squash_enabled", "added_to_merge_queue"])
def test_a_bot_that_asks_for_a_merge_is_no_person_who_saw_the_plan(emulator: GitHubEmulator, event: str):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.add_event(number, event, OTHER_BOT, at=TEN)

    assert approval_facts(emulator).merge_requested_at(number) is None


def test_a_bot_that_queues_takes_no_request_of_a_person_back(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    emulator.enable_auto_merge(number, at=TEN)
    emulator.add_event(number, "added_to_merge_queue", OTHER_BOT, at=TEN + timedelta(seconds=60))

    assert approval_facts(emulator).merge_requested_at(number) == TEN


def test_a_request_on_the_third_page_of_a_timeline_is_found(emulator: GitHubEmulator):
    number = emulator.open_pull(head_sha=HEAD, base_sha=BASE)
    for count in range(230):
        emulator.add_event(number, "labeled", at=TEN + timedelta(seconds=count), label={"name": "a", "color": "ffffff"})
    emulator.enable_auto_merge(number, at=TEN + timedelta(seconds=300))
    emulator.merge_pull(number, MERGED, at=TEN + timedelta(seconds=900))

    assert approval_facts(emulator).merge_requested_at(number) == TEN + timedelta(seconds=300)
    assert len(emulator.requests("issues/list-events-for-timeline")) == 3
