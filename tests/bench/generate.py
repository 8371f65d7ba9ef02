"""Writes N good declarations of about 2.0 KB and 60 lines, the same bytes for the same arguments.

python tests/bench/generate.py FOLDER --count 10000 [--bad-every N]
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BUCKET = "bench-clips"
TEAM_FOLDERS = ("field-lab", "sports-data", "warehouse")

POLICY = """\
required_tags: [cost-center]
folders:
  field-lab: {inputs: [s3://bench-clips/field-lab/], teams: ["*"]}
  sports-data: {inputs: [s3://bench-clips/sports-data/], teams: ["*"]}
  warehouse: {inputs: [s3://bench-clips/warehouse/], teams: ["*"]}
rates: {platform_fee_usd: 0.08}
"""

DECLARATION = """\
# yaml-language-server: $schema=../../schemas/labeling-job.schema.json
# Part {number} of {count}: one camera, one day
name: {name}
owner: {team}
notes: >-
  Asked for by the analysts of {team}; the clips were cut by motion.
  Ask in the labeling channel before changing the labels.
notify: [{team}-leads]

task:
  title: "What is the main action in part {number}?"
  description: Watch the clip to its end and choose the one action that fits best.
  keywords: [video, classification, {keyword}]
  labels:
{labels}
    - name: cannot tell
      hint: The clip does not show it, or shows no one.
  instructions:
    short: |
      Watch the **whole** clip before you answer.
    full: |
      1. Watch the whole clip before you answer.
      2. Choose the *main* action; ignore the background.
      3. Choose "cannot tell" only if no other answer fits.

input:
  objects:
{clips}

workforce:
  team: {workforce}
  workers_per_object: {workers}
  task_time_limit: {limit}m
  task_availability: 10d
  max_concurrent_objects: {concurrent}

output:
  label_attribute: main-action

stop_when: {{labeled_percent: 100}}
budget: {{usd: {budget}}}
tags:
  cost-center: "{cost_center}"
  project: {team}
  season: 2026-autumn
"""
# Four faults that a schema knows, at the top and deep down, so that every checker finds the same files wrong.
FAULTS = (
    ("owner: ", "ownr: "),
    ("  workers_per_object: ", "  workers_per_object: 1"),
    ("  task_availability: 10d", "  task_availability: ten days"),
    ("  max_concurrent_objects: ", "  max_concurrent_objects: 9"),
)

ACTIONS = (
    "walking", "running", "jumping", "climbing", "swimming", "cycling", "driving", "cooking", "eating", "reading",
    "writing", "typing", "singing", "dancing", "sleeping", "lifting", "throwing", "catching", "painting", "cleaning",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One declaration before it is a file."""

    name: str
    folder: str
    text: str


def declarations(count: int, *, seed: int = 1) -> Iterator[Written]:
    """Yield good declarations with names and clips of their own."""
    chance = random.Random(seed)
    for number in range(count):
        yield _declaration(number, count, chance)


def write_checkout(root: Path, count: int, *, bad_every: int = 0) -> Path:
    """Write a checkout of declarations and their policy; every so many get faults that a schema finds."""
    (root / "jobs").mkdir(parents=True, exist_ok=True)
    (root / "jobs/policy.yaml").write_text(POLICY, encoding="utf-8")
    for folder in TEAM_FOLDERS:
        (root / "jobs" / folder).mkdir(exist_ok=True)
    for number, one in enumerate(declarations(count)):
        text = _spoiled(one.text) if bad_every and number % bad_every == 0 else one.text
        (root / "jobs" / one.folder / f"{one.name}.yaml").write_text(text, encoding="utf-8")
    return root


def _declaration(number: int, count: int, chance: random.Random) -> Written:
    team = TEAM_FOLDERS[number % len(TEAM_FOLDERS)]
    name = f"{team}-2026w{number % 52 + 1:02d}-part-{number:06d}"
    picked = chance.sample(ACTIONS, chance.randint(4, 7))
    text = DECLARATION.format(
        name=name,
        team=team,
        number=number,
        count=count,
        keyword=picked[0],
        labels="\n".join(f"    - name: {one}\n      hint: The main person is {one}." for one in picked),
        clips="\n".join(f"    - {_clip(team, number, index)}" for index in range(8)),
        workforce=f"{team}-reviewers",
        workers=chance.choice((2, 3, 5)),
        limit=chance.choice((5, 15, 60)),
        concurrent=chance.choice((100, 500, 1000)),
        budget=chance.choice((50, 120, 400)),
        cost_center=4000 + number % 100,
    )
    return Written(name=name, folder=team, text=text)


def _clip(team: str, number: int, index: int) -> str:
    uri = f"s3://{BUCKET}/{team}/{number:06d}/clip-{index:04d}.mp4"
    # In quotes: the libyaml of ruamel.yaml.clib takes no bare colon inside braces, and its user would fall back to pure Python.
    return uri if index % 2 else f'{{source-ref: "{uri}", camera: {index}}}'


def _spoiled(text: str) -> str:
    for right, wrong in FAULTS:
        text = text.replace(right, wrong, 1)
    return text


def main() -> None:
    """Write a checkout."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--bad-every", type=int, default=0, metavar="N", help="give every Nth declaration four faults")
    options = parser.parse_args()
    write_checkout(options.folder, options.count, bad_every=options.bad_every)


if __name__ == "__main__":
    main()
