"""The four small files of jobs/README.md: each is valid, and buys the clips that the text says, one after the other."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from groundctl.adapters.local.checkout import Checkout
from groundctl.app.gathering.gather import gather
from groundctl.app.validate import validate
from groundctl.domain.clips.input_manifest import clips_in
from groundctl.domain.declarations.declaration import Declaration
from groundctl.domain.jobs.creation import Result
from groundctl.domain.planning.plan import Plan
from groundctl.domain.planning.planner import make_plan
from support.builders import POLICY, some_data
from support.buying import carry_out
from support.fake_objects import A_CLIP, FakeObjects
from support.fakes import FakeJobs
from support.guide import our_guide
from support.ledger import an_account, an_open_ledger

CLIPS = tuple(f"s3://clips/rallies/rally-{number:03}.mp4" for number in range(120))
LABELS = ["winner", "error", "cannot tell"]


GUIDE = our_guide()
if GUIDE is None:
    pytest.skip("jobs/README.md was removed with the samples, or is a team's own", allow_module_level=True)


def small_files(text: str) -> dict[str, dict[str, Any]]:
    """Read the four files from the guide."""
    section = text[text.index("## Four small files") : text.index("## A clip is bought once")]
    parts = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", section, re.DOTALL))
    return {part["name"]: part for part in parts}


FILES = small_files(GUIDE)
PILOT, WHOLE, SECOND, REVIEW = FILES


class Season:
    """A checkout in which the files appear one after the other, and a simulated account."""

    def __init__(self, root: Path) -> None:
        self.checkout = Checkout(root)
        (root / "jobs/sports-data").mkdir(parents=True)
        (root / "jobs/policy.yaml").write_text(
            'folders: {sports-data: {inputs: [s3://clips/, s3://outputs/], teams: ["*"]}}\n'
        )
        self.jobs, self.ledger = FakeJobs(), an_open_ledger()
        self.objects = FakeObjects(dict.fromkeys(CLIPS, A_CLIP))

    def declared(self, name: str, **changes: Any) -> Declaration:
        part = {key: value for key, value in {**FILES[name], **changes}.items() if value is not None}
        task = {**some_data()["task"], "labels": LABELS, **part.pop("task", {})}
        path = self.checkout.root / f"jobs/sports-data/{name}.yaml"
        path.write_text(json.dumps(some_data(task=task, **part)))
        validated = validate(self.checkout, [str(path)])
        assert validated.problems == ()
        return validated.declarations[0]

    def planned(self, name: str, **changes: Any) -> Plan:
        account = an_account(self.jobs, self.objects, ledger=self.ledger)
        return make_plan(gather([self.declared(name, **changes)], POLICY, account))

    def buys(self, name: str) -> frozenset[str]:
        plan = self.planned(name)
        [create] = plan.creates
        [outcome] = carry_out(plan, jobs=self.jobs, objects=self.objects, ledger=self.ledger)
        assert outcome.result is Result.CREATED
        assert create.purchase.wanted is not None
        assert create.purchase.wanted.input is not None
        return clips_in(create.purchase.wanted.input.manifest)

    def ends(self, name: str, *labels: tuple[str, float] | None) -> list[str]:
        """End a job with these labels and their confidence, in turn; return its clips."""
        job = self.jobs.jobs[name]
        manifest = self.objects.objects[job["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]]
        lines = [json.loads(line) for line in manifest.splitlines()]
        for number, line in enumerate(lines):
            if given := labels[number % len(labels)]:
                line[name] = LABELS.index(given[0])
                line[f"{name}-metadata"] = {"class-name": given[0], "confidence": given[1], "job-name": name}
        output = f"s3://outputs/{name}/manifests/output/output.manifest"
        self.objects.objects[output] = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
        labeled = sum(name in line for line in lines)
        job |= {"LabelingJobStatus": "Completed", "LabelingJobOutput": {"OutputDatasetS3Uri": output}}
        job["LabelCounters"] |= {"TotalLabeled": labeled, "Unlabeled": len(lines) - labeled}
        return [line["source-ref"] for line in lines]


@pytest.fixture
def season(tmp_path: Path) -> Season:
    return Season(tmp_path)


def test_the_four_files_of_the_guide_buy_what_it_says(season: Season):
    pilot = season.buys(PILOT)
    assert len(pilot) == 50
    season.ends(PILOT, ("winner", 0.9))

    assert season.buys(WHOLE) == frozenset(CLIPS) - pilot
    whole = season.ends(WHOLE, ("winner", 0.95), ("error", 0.9), ("error", 0.5), ("winner", 0.59), None)

    assert season.buys(SECOND) == {clip for number, clip in enumerate(whole) if number % 5 in {1, 2}}
    assert season.buys(REVIEW) == {clip for number, clip in enumerate(whole) if number % 5 in {2, 3, 4}}


def test_the_review_is_refused_with_a_way_out_until_it_says_that_it_pays_again(season: Season):
    season.buys(PILOT)
    season.buys(WHOLE)
    season.ends(WHOLE, ("winner", 0.5))

    [change] = [each for each in season.planned(REVIEW, rerun_of=None).changes if each.name == REVIEW]

    assert [reason.rule for reason in change.reasons] == ["GT705"]
    assert "`rerun_of: {job: rally-whole-1, reason: ...}`" in change.reasons[0].hint


def test_the_plan_says_which_clips_the_review_leaves_out_and_why(season: Season):
    season.buys(PILOT)
    season.buys(WHOLE)
    season.ends(WHOLE, ("winner", 0.5), ("winner", 0.0), ("error", 0.9), None)

    [create] = season.planned(REVIEW, rerun_of={"job": WHOLE, "reason": "These labels are doubtful."}).creates

    assert create.purchase.tally is not None
    left_out = {str(group.why): group.count for group in create.purchase.tally.left_out}
    assert left_out == {"only": 17, "no confidence": 18}
