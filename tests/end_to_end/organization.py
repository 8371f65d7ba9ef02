"""An organization with one purchase ledger: checkouts of its teams, real commands, and the simulator's own record."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import yaml

from groundctl.adapters.aws.ledger import S3Ledger
from groundctl.adapters.aws.session import AwsSession
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.entries import Entry
from groundctl.domain.jobs.ledger.purchases import Purchases
from groundctl.domain.jobs.ledger.records import Record
from groundtruth_simulator.simulator import Simulator
from support.aws import prerequisites
from support.builders import REGION, an_infrastructure, some_data, write_open_policy
from support.cli import TESTING, Ran, groundctl
from support.fake_objects import A_CLIP

RALLIES = {"prefix": "s3://clips/rallies/"}
FOUL = {
    "title": "Was it a foul?",
    "description": "Say whether the referee would call a foul.",
    "labels": ["no", "yes"],
    "instructions": {"short": "Watch to the end."},
}


def rally(number: int) -> str:
    """Name a clip."""
    return f"s3://clips/rallies/rally-{number:03}.mp4"


def rallies(first: int, last: int) -> dict[str, Any]:
    """Declare some clips one by one."""
    return {"objects": [rally(number) for number in range(first, last + 1)]}


@dataclass
class Checkout:
    """One repository, and the environment that it works in."""

    folder: Path
    infrastructure: Infrastructure
    url: str
    printed: list[str] = field(default_factory=list)

    def declares(self, name: str, clips: Mapping[str, Any], **changes: Any) -> Path:
        """Write the file of a job that asks about clips."""
        path = self.folder / f"jobs/sports-data/{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_open_policy(self.folder)
        data = some_data(**{"name": name, "task": FOUL, "input": dict(clips), **changes})
        path.write_text(yaml.safe_dump(data, sort_keys=False))
        return path

    def deletes(self, name: str) -> None:
        (self.folder / f"jobs/sports-data/{name}.yaml").unlink()

    def runs(self, *arguments: str, **given: Any) -> Ran:
        """Run a command; what it prints is kept, so that a test can show it."""
        settings = {**TESTING, "AWS_ENDPOINT_URL": self.url, "GROUNDCTL_INFRASTRUCTURE": "infrastructure.json"}
        ran = groundctl(*arguments, cwd=self.folder, settings=settings, **given)
        assert "Traceback" not in ran.err, ran.err
        self.printed.append(f"$ groundctl {' '.join(arguments)}\n{ran.out}{ran.err}[exit {ran.code}]")
        print(self.printed[-1])
        return ran

    def plans(self) -> Ran:
        return self.runs("plan")

    def comments(self) -> str:
        return self.runs("plan", "--format", "markdown").out

    def applies(self, *options: str) -> Ran:
        return self.runs("apply", *(options or ("--auto-approve",)))

    def outcomes(self, *options: str) -> dict[str, str]:
        """Apply, and give each job's result."""
        ran = self.applies(*(options or ("--auto-approve",)), "--format", "json")
        return {outcome["name"]: outcome["result"] for outcome in ran.json["outcomes"]}

    # --- the ledger

    def ledger(self) -> Purchases:
        return Purchases.of(self._ledger().read())

    def records(self) -> list[Record]:
        """List the records of the ledger in order."""
        entries = (entry for entry in self._ledger().read().entries if isinstance(entry, Entry))
        return [record for entry in entries for record in entry.header.records]

    def kinds(self) -> list[str]:
        return [type(record).__name__.removesuffix("Record").lower() for record in self.records()]

    def _ledger(self) -> S3Ledger:
        return S3Ledger(AwsSession(self.infrastructure.region), self.infrastructure.ledger_bucket)


@dataclass
class Organization:
    """Checkouts that share a ledger, and the simulated AWS account."""

    root: Path
    simulator: Simulator

    def checkout(self, name: str = "sports", *, url: str | None = None, **changes: Any) -> Checkout:
        """Make a checkout for an environment; changes are those of its infrastructure."""
        infrastructure = an_infrastructure(**{"ledger_bucket": "ledger", **changes})
        folder = self.root / name
        folder.mkdir()
        content = json.dumps(prerequisites.as_file_content(infrastructure))
        (folder / "infrastructure.json").write_text(content)
        return Checkout(folder=folder, infrastructure=infrastructure, url=url or self.simulator.url or "")

    def uploads(self, *numbers: int) -> None:
        s3 = boto3.client("s3", region_name=REGION)
        for number in numbers:
            s3.put_object(Bucket="clips", Key=rally(number).removeprefix("s3://clips/"), Body=A_CLIP)

    def jobs(self, region: str = REGION) -> dict[str, dict[str, Any]]:
        """Describe every job that AWS has."""
        sagemaker: Any = boto3.client("sagemaker", region_name=region)
        listed = sagemaker.list_labeling_jobs(MaxResults=100)["LabelingJobSummaryList"]
        names = [job["LabelingJobName"] for job in listed]
        return {name: sagemaker.describe_labeling_job(LabelingJobName=name) for name in names}

    def asked(
        self, region: str = REGION, *, which: Callable[[Mapping[str, Any]], bool] = lambda _: True
    ) -> Counter[str]:
        """Count how often workers are asked about each clip, from the input manifests of AWS's jobs."""
        s3 = boto3.client("s3", region_name=region)
        count: Counter[str] = Counter()
        for job in filter(which, self.jobs(region).values()):
            bucket, _, key = (
                job["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"].removeprefix("s3://").partition("/")
            )
            manifest = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            lines = [json.loads(line) for line in manifest.splitlines() if line.strip()]
            count.update(line["source-ref"] for line in lines if job["LabelAttributeName"] not in line)
        return count

    def asked_twice(self) -> list[str]:
        return [clip for clip, times in self.asked().items() if times > 1]

    def numbers_asked(self) -> list[int]:
        return sorted(int(clip[-7:-4]) for clip in self.asked().elements())
