"""The name of a question: the first one counts, a file can give it later, and a mistyped one is pointed at."""

from __future__ import annotations

from typing import Any

from groundctl.app.gathering.gather import gather
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.ledger.records import NamedRecord
from groundctl.domain.planning.inputs import PlanInputs
from groundctl.domain.planning.plan import Action, Plan
from groundctl.domain.planning.planner import make_plan
from support.builders import POLICY, a_declaration, some_data
from support.buying import buy
from support.fake_objects import FakeObjects
from support.fakes import FakeJobs
from support.ledger import FakeLedger, an_account, an_adopted_job, an_entry, an_open_ledger, clips

CLIPS = {"objects": ["s3://clips/a.mp4", "s3://clips/b.mp4"]}


def asks(name: str, question: str | None = None, **changes: Any) -> Declaration:
    task = some_data()["task"] | ({"question": question} if question else {})
    return a_declaration(name=name, task=task, **{"input": CLIPS, **changes})


class World:
    """One job that was bought, and what a plan says of other files beside it."""

    def __init__(self, first: Declaration | None = None) -> None:
        self.jobs, self.ledger = FakeJobs(), an_open_ledger()
        if first:
            buy(first, jobs=self.jobs, ledger=self.ledger)

    def gathered(self, *declarations: Declaration) -> PlanInputs:
        return gather(declarations, POLICY, an_account(self.jobs, FakeObjects(), ledger=self.ledger))

    def plan(self, *declarations: Declaration) -> Plan:
        return make_plan(self.gathered(*declarations))


def reasons(plan: Plan, name: str) -> dict[str, str]:
    [change] = [change for change in plan.changes if change.name == name]
    return {reason.rule: f"{reason.message} — {reason.hint}" for reason in change.reasons}


def test_the_name_of_a_bought_question_cannot_be_changed():
    world = World(asks("pilot", "net-end"))

    plan = world.plan(asks("pilot", "net-stop"))

    [change] = plan.changes
    assert (change.action, plan.requires_attention) == (Action.IMMUTABLE, True)
    assert "its question is `net-end` in the purchase ledger" in reasons(plan, "pilot")["P104"]
    assert "write `question: net-end`" in reasons(plan, "pilot")["P104"]
    assert [each.action for each in world.plan(asks("pilot", "net-end")).changes] == [Action.EXISTS]


def test_a_name_can_be_given_to_the_question_of_a_bought_job_once():
    world = World(asks("pilot"))

    [(record, _)] = world.gathered(asks("pilot", "net-end")).due

    assert isinstance(record, NamedRecord)
    assert record.question == "net-end"


def test_a_file_whose_name_belongs_to_another_job_names_no_question():
    world = World()
    record, index = an_adopted_job("console-1", "ab")
    world.ledger.entries[2] = an_entry(world.ledger.read(), (record, index))
    request = {"LabelingJobName": "console-1", "InputConfig": {"DataSource": {}}, "HumanTaskConfig": {}}
    world.jobs.create_once(request, signed_until=world.ledger.aws_time)

    inputs = world.gathered(asks("console-1", "foot-fault"))

    assert [change.action for change in make_plan(inputs).changes] == [Action.FOREIGN]
    assert [type(each) for each, _ in inputs.due] == []


def test_another_name_for_the_same_words_is_pointed_at():
    world = World(asks("pilot", "net-end"))

    plan = world.plan(asks("again", "net-ends"))

    assert [change.action for change in plan.changes if change.name == "again"] == [Action.CREATE]
    assert "only the name of the question differs: `net-end` there, `net-ends` here" in reasons(plan, "again")["P303"]
    both_new = World().plan(asks("pair-a", "one"), asks("pair-b", "two"))
    assert "also asked by pair-a in this plan" in reasons(both_new, "pair-b")["P303"]


def test_two_names_with_other_labels_are_two_questions_without_a_remark():
    world = World(asks("pilot", "net-end"))
    other = some_data()["task"] | {"labels": ["touched", "clear"], "question": "net-touch"}

    assert reasons(world.plan(a_declaration(name="other", task=other, input=CLIPS)), "other") == {}


def test_only_new_says_how_to_ask_another_question_with_the_same_labels():
    world = World(asks("pilot"))
    nothing = world.plan(asks("rain", input={**CLIPS, "only_new": True}))
    more = {"objects": [*CLIPS["objects"], "s3://clips/c.mp4"], "only_new": True}
    some = world.plan(asks("rain", input=more))

    assert "give both files a `task.question`" in reasons(nothing, "rain")["P110"]
    assert "give both files a `task.question`" in reasons(some, "rain")["P302"]


def test_a_job_without_a_file_gets_the_name_of_its_question_from_a_command():
    ledger = FakeLedger(aws_time=an_open_ledger().aws_time)
    ledger.entries.update(an_open_ledger().entries)
    record, index = an_adopted_job("console-1", "ab", declaration="", labels=("winner", "error"))
    ledger.entries[2] = an_entry(ledger.read(), (record, index))
    world = World()
    world.ledger = ledger

    hint = reasons(world.plan(asks("second")), "second")["P105"]

    assert "give this file a `task.question` and name its question with `groundctl ledger adopt console-1" in hint
    assert clips("ab").uris == tuple(CLIPS["objects"])
