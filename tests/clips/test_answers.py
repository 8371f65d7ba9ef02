"""What S3 says of a clip without giving it is reported before anything is bought, and every fault has words."""

from __future__ import annotations

import pytest

from clips.answers import ANSWERS, ODD, Answered
from groundctl.app.gathering.gather import gather
from groundctl.domain.clips.inspection.faults import Fault
from groundctl.domain.clips.inspection.object_facts import HeadAnswer
from groundctl.domain.planning.inspection.words import FAULT_WORDS
from groundctl.domain.planning.plan import Create, Refused
from groundctl.domain.planning.planner import make_plan
from groundctl.presentation.terminal.plan import plan_text
from support.builders import a_declaration, a_policy
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.ledger import an_account


class Answering(FakeObjects):
    """Objects about some of which S3 says something odd."""

    def __init__(self, answer: HeadAnswer) -> None:
        super().__init__()
        self.answer = answer

    def head(self, uri: str) -> HeadAnswer:
        return self.answer if uri.startswith(ODD) else super().head(uri)


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: row.name)
def test_an_odd_answer_about_a_clip_is_reported_before_anything_is_bought(row: Answered) -> None:
    odd = [f"{ODD}{number}.mp4" for number in range(row.clips)]
    declared = a_declaration(input={"objects": [*odd, "s3://clips/rallies/good.mp4"]})
    plan = make_plan(gather([declared], a_policy(), an_account(FakeJobs(), Answering(row.answer))))
    text = plan_text(plan, a_policy())

    [change] = plan.changes
    assert isinstance(change, Refused if row.refused else Create), text
    assert [words for words in row.says if words not in text] == [], text


def test_every_fault_has_words() -> None:
    assert set(FAULT_WORDS) == set(Fault)
