"""The world of a history: checkouts, environments, clips, time, and the runs of groundctl in it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from moto.s3.models import s3_backends

from chaos.faults import Fault
from chaos.history import AddClip, Apply, Declare, Job, MakePlan, Race, Remove, Revert, Step, TimePasses, Void
from chaos.processes import Zygote
from chaos.proxy import Proxy, Run
from chaos.serving import serving
from chaos.simulated_time import SharedClock
from chaos.turns import Turns
from chaos.words import Ran
from groundctl.domain.jobs.infrastructure import WorkTeam
from groundtruth_simulator.server import SimulatorServer
from groundtruth_simulator.simulator import Simulator
from support.aws.prerequisites import as_file_content
from support.builders import ACCOUNT, an_infrastructure, some_data
from support.cli import CLEAN
from support.fake_objects import A_CLIP

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
CLIPS = "clips"
LEDGER = "purchases"
# Named, so that no run asks who it is to say what it may pass on.
APPLY_ROLE = f"arn:aws:iam::{ACCOUNT}:role/apply"
REGIONS = ("us-east-1", "us-east-1", "eu-west-1")
POLICY = """
rates: {platform_fee_usd: 0.08}
folders: {team: {inputs: [s3://clips/], teams: ["*"], workforces: [vendor]}}
"""
FIRST_CLIPS = tuple(f"g0/{number}" for number in range(1, 7))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a run was asked for: the jobs of its checkout, and the clips of each at that time.

    approved is what was asked for when the plan that it applies was made.
    """

    run: str
    region: str
    jobs: dict[str, Job]
    clips: dict[str, frozenset[str]]
    approved: Wish | None = None


@dataclass
class World:
    """The simulated account with its clock, and the folders of the teams."""

    folder: Path
    simulator: Simulator
    proxy: Proxy
    zygote: Zygote
    clock: SharedClock
    flaw: str = ""
    ran: list[Ran] = field(default_factory=list)
    wishes: dict[str, Wish] = field(default_factory=dict)
    planned: dict[Path, Wish] = field(default_factory=dict)
    declared: dict[int, dict[str, Job]] = field(default_factory=dict)
    earlier: dict[int, list[dict[str, Job]]] = field(default_factory=dict)
    clips: list[str] = field(default_factory=list)
    carried: list[Fault] = field(default_factory=list)
    is_warm: bool = False
    _number: int = 0

    def reset(self, flaw: str, seed: int) -> None:
        """Begin a history: empty folders, and an account with clips and nothing else."""
        self.flaw = flaw
        for each in (self.ran, self.wishes, self.planned, self.declared, self.earlier, self.clips, self.carried):
            each.clear()
        shutil.rmtree(self.folder / "work", ignore_errors=True)
        self.proxy.forget()
        self.simulator.reset()
        # A vendor's team needs no workforce, and clips are visible to it from every Region.
        settings: dict[str, Any] = {"check_references": False, "check_clips": False, "seed": seed, "decline_rate": 0.3}
        self.simulator.configure(start=START, frozen=True, **settings)
        self.simulator.subscribe(*(_team(region) for region in REGIONS))
        self.clock.write(START.timestamp())
        for bucket, region in self._buckets():
            self._s3.create_bucket(bucket, region)
        for clip in FIRST_CLIPS:
            self.add_clip(clip)

    # -- steps ------------------------------------------------------------------------------------

    def play(self, step: Step) -> None:
        """Do what a step says."""
        match step:
            case Declare(checkout=checkout, job=job):
                self._change(checkout, {**self._jobs(checkout), job.name: job})
            case Remove(checkout=checkout, name=name):
                self._change(checkout, {key: job for key, job in self._jobs(checkout).items() if key != name})
            case Revert(checkout=checkout, back=back):
                known = self.earlier.get(checkout, [])
                self._change(checkout, known[-back] if len(known) >= back else self._jobs(checkout))
            case AddClip(clip=clip):
                self.add_clip(clip)
            case TimePasses(seconds=seconds):
                self.proxy.advance(seconds)
            case Race(runs=runs, chance=chance):
                self.run(runs, Random(chance), str(step))
            case Apply() | MakePlan() | Void():
                self.run((step,), Random(0), str(step))

    def warm_up(self) -> None:
        """Create a first job, so that every process has what a run imports."""
        self.reset("", 0)
        self.play(Declare(checkout=0, job=Job(name="first", kind="prefix", prefix="g0/")))
        assert self.calm_run(0, 0).code == 0, self.ran

    def calm_run(self, checkout: int, place: int) -> Ran:
        """Apply once more, without a fault."""
        return self.run((Apply(checkout=checkout, place=place),), Random(0), "a calm apply")[0]

    def calm_void(self, checkout: int, place: int, name: str) -> Ran:
        """Void a purchase that is open after all is over."""
        return self.run((Void(checkout=checkout, place=place, name=name),), Random(0), "a calm void")[0]

    def add_clip(self, clip: str) -> None:
        """Put a clip into the bucket."""
        self._s3.put_object(CLIPS, f"{clip}.mp4", A_CLIP)
        if clip not in self.clips:
            self.clips.append(clip)

    def let_pass(self, seconds: float) -> None:
        """Move simulated time."""
        self.clock.write(self.simulator.advance(seconds).timestamp())

    def hide_next_job(self) -> None:
        """Keep the next job that is created from reads for a while."""
        self.simulator.add_fault(operation="CreateLabelingJob", kind="stale_reads", seconds=1800)

    # -- runs -------------------------------------------------------------------------------------

    def run(self, steps: Sequence[Apply | MakePlan | Void], random: Random, said: str) -> list[Ran]:
        """Run commands at once, and return how each has ended."""
        turns = self.proxy.turns = Turns(random)
        started = [self._prepare(step) for step in steps]
        for run, _ in started:
            turns.enter(run.name)
        processes = [self._start(run, step, turns) for (run, _), step in zip(started, steps, strict=True)]
        ended = []
        for process, (run, wish), step in zip(processes, started, steps, strict=True):
            process.wait()
            out, err = (file.read_text(errors="replace") for file in (process.out_file, process.err_file))
            ended.append(Ran(run=run.name, step=said, region=wish.region, code=process.code, out=out, err=err))
            # A request that a fault is about may only come in the next run.
            self.carried += run.faults
            if isinstance(step, MakePlan):
                self._keep_plan(step, wish)
        self.ran += ended
        return ended

    def _prepare(self, step: Apply | MakePlan | Void) -> tuple[Run, Wish]:
        self._number += 1
        faults = [] if isinstance(step, Void) else [*step.faults, *self.carried]
        self.carried.clear()
        run = Run(f"RUN{self._number:06}", faults)
        self.proxy.runs[run.name] = run
        jobs = dict(self._jobs(step.checkout))
        clips = {name: self.clips_of(job) for name, job in jobs.items()}
        approved = self._approved(step) if isinstance(step, Apply) and step.plan else None
        region = REGIONS[step.place]
        wish = Wish(run=run.name, region=region, jobs=jobs, clips=clips, approved=approved)
        self.wishes[run.name] = wish
        return run, wish

    def _start(self, run: Run, step: Apply | MakePlan | Void, turns: Turns) -> Any:
        settings = {
            **CLEAN,
            "AWS_ENDPOINT_URL": self.proxy.url,
            "AWS_ACCESS_KEY_ID": run.name,
            "AWS_SECRET_ACCESS_KEY": "testing",
            "GROUNDCTL_INFRASTRUCTURE": str(self._infrastructure(step.place)),
        }
        if not self.is_warm:
            run.is_started.set()  # its first requests come from the zygote itself
        run.process = self.zygote.start(
            self._arguments(step),
            folder=self._checkout(step.checkout),
            settings=settings,
            flaw=self.flaw if isinstance(step, Apply) else "",
            at_end=lambda: turns.leave(run.name),
            warm=not self.is_warm,
        )
        self.is_warm = True
        run.is_started.set()
        return run.process

    def _arguments(self, step: Apply | MakePlan | Void) -> list[str]:
        plan = self._plan_file(step.checkout, step.place)
        match step:
            case Apply():
                consent = ["--plan", str(plan)] if step.plan and plan.is_file() else ["--auto-approve"]
                return ["apply", *consent, *["--allow-stop"] * step.allow_stop]
            case MakePlan():
                return ["plan", "--out", f"{plan}.new"]
            case Void():
                return ["ledger", "void", step.name, "--reason", "it never came", "--auto-approve"]

    def _keep_plan(self, step: MakePlan, wish: Wish) -> None:
        """Take a plan for later; a run that was killed has left none."""
        plan = self._plan_file(step.checkout, step.place)
        written = plan.with_name(f"{plan.name}.new")
        if written.is_file():
            written.replace(plan)
            self.planned[plan] = wish

    def _approved(self, step: Apply) -> Wish | None:
        return self.planned.get(self._plan_file(step.checkout, step.place))

    # -- files ------------------------------------------------------------------------------------

    def clips_of(self, job: Job) -> frozenset[str]:
        """Return the clips that a declaration is about, now; for a chain, those that the earlier job may have."""
        match job.kind:
            case "objects" | "manifest":
                names = job.clips
            case "chain":
                names = tuple(self.clips)
            case _:
                names = tuple(clip for clip in self.clips if clip.startswith(job.prefix))
        return frozenset(f"s3://{CLIPS}/{name}.mp4" for name in names)

    def _jobs(self, checkout: int) -> dict[str, Job]:
        return self.declared.setdefault(checkout, {})

    def _change(self, checkout: int, jobs: dict[str, Job]) -> None:
        self.earlier.setdefault(checkout, []).append(self._jobs(checkout))
        self.declared[checkout] = jobs
        folder = self._checkout(checkout) / "jobs/team"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for job in jobs.values():
            (folder / f"{job.name}.yaml").write_text(yaml.safe_dump(self._data(job), sort_keys=False))

    def _data(self, job: Job) -> dict[str, Any]:
        task: dict[str, Any] = {
            "title": f"Watch and choose: {'/'.join(job.labels)}",
            "description": "Choose the outcome you see.",
            "labels": list(job.labels),
            "instructions": {"short": "Watch to the end."},
        }
        if job.question:
            task["question"] = job.question
        workforce = {"team": "reviewers", "workers_per_object": job.workers, "task_time_limit": "10m"}
        changes: dict[str, Any] = {"task": task, "input": self._input(job), "workforce": workforce, "owner": "team"}
        if job.attribute:
            changes["output"] = {"label_attribute": job.attribute}
        if job.rerun_of:
            changes["rerun_of"] = {"job": job.rerun_of, "reason": "the first answers were poor"}
        if job.is_stopped:
            changes["state"] = "stopped"
        return some_data(name=job.name, **changes)

    def _input(self, job: Job) -> dict[str, Any]:
        uris = [f"s3://{CLIPS}/{clip}.mp4" for clip in job.clips]
        source: dict[str, Any]
        match job.kind:
            case "objects":
                source = {"objects": uris}
            case "manifest":
                lines = "".join(json.dumps({"source-ref": uri}) + "\n" for uri in uris)
                key = f"manifests/{'-'.join(job.clips).replace('/', '_')}.manifest"
                self._s3.put_object(CLIPS, key, lines.encode())
                source = {"manifest": f"s3://{CLIPS}/{key}"}
            case "chain":
                source = {"from_job": job.chain}
            case _:
                source = {"prefix": f"s3://{CLIPS}/{job.prefix}", "match": ["*.mp4"]}
                if job.kind == "sample":
                    source["sample"] = {"count": job.sample, "seed": 1}
        return {**source, "only_new": True} if job.only_new else source

    def _checkout(self, number: int) -> Path:
        folder = self.folder / "work" / f"checkout-{number}"
        if not folder.is_dir():
            (folder / "jobs").mkdir(parents=True)
            (folder / "jobs/policy.yaml").write_text(POLICY)
        return folder

    def _plan_file(self, checkout: int, place: int) -> Path:
        return self.folder / "work" / f"plan-{checkout}-{place}.json"

    def _infrastructure(self, place: int) -> Path:
        file = self.folder / "work" / f"infrastructure-{place}.json"
        if not file.is_file():
            region = REGIONS[place]
            content = as_file_content(
                an_infrastructure(
                    environment=f"place-{place}",
                    region=region,
                    artifact_bucket=f"artifacts-{place}",
                    output_bucket=f"outputs-{place}",
                    input_buckets=(CLIPS,),
                    work_teams={"reviewers": WorkTeam(arn=_team(region), kind="vendor")},
                    ledger_bucket=LEDGER,
                    apply_role_arn=APPLY_ROLE,
                )
            )
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(content))
        return file

    def _buckets(self) -> Iterator[tuple[str, str]]:
        yield CLIPS, REGIONS[0]
        yield LEDGER, REGIONS[0]
        for place, region in enumerate(REGIONS):
            yield f"artifacts-{place}", region
            yield f"outputs-{place}", region

    @property
    def _s3(self) -> Any:
        return s3_backends[ACCOUNT]["aws"]


def _team(region: str) -> str:
    return f"arn:aws:sagemaker:{region}:{ACCOUNT}:workteam/vendor-crowd/reviewers"


@contextmanager
def open_world() -> Iterator[World]:
    """Start simulator, proxy and zygote."""
    with TemporaryDirectory(prefix="chaos-") as name:
        folder = Path(name)
        zygote = Zygote(folder)
        clock = SharedClock(zygote.clock_file)
        try:
            with SimulatorServer(start=START, frozen=True) as simulator:
                proxy = Proxy(
                    aws=simulator.url or "",
                    now=lambda: simulator.clock.now(),
                    let_pass=lambda seconds: world.let_pass(seconds),
                    hide_next_job=lambda: world.hide_next_job(),
                )
                world = World(folder, simulator, proxy, zygote, clock)
                with serving(proxy):
                    world.warm_up()
                    yield world
        finally:
            zygote.close()
