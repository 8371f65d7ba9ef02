"""What a run printed, as claims that can be compared with the record."""

from __future__ import annotations

import re
from dataclasses import dataclass

SEEN = "created (seen after a lost answer, by this run or an earlier one)"
CREATED = frozenset({"created", SEEN})
RESULTS = (SEEN, "created", "existed", "unknown", "failed", "held", "stopping", "not started")
_RESULT = "|".join(map(re.escape, RESULTS))  # the longer ones first
_OUTCOME = re.compile(rf"^({_RESULT}) +([A-Za-z0-9-]+): (.*)$", re.MULTILINE)
_COST = re.compile(r"^Created: .*?([\d,]+) clips?, ", re.MULTILINE)
_COUNTED = re.compile(r"^\d+ jobs?: (.*)$", re.MULTILINE)
_NO_JOB = re.compile(r"nothing was (?:created|bought|sent)|no job was created or stopped", re.IGNORECASE)
_NOTHING = re.compile(r"nothing was changed|AWS was not asked to change anything", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The line of one job."""

    name: str
    result: str
    evidence: str

    @property
    def says_it_exists(self) -> bool:
        """Return whether the job must exist."""
        return self.result in {*CREATED, "existed"}

    @property
    def says_nothing_was_sent(self) -> bool:
        """Return whether this run must not have created the job."""
        aws_failed_it = self.result == "failed" and "AWS accepted the job" in self.evidence
        return self.result in {"failed", "held", "not started"} and not aws_failed_it


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How one run ended, and what it printed."""

    run: str
    step: str
    region: str
    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """Return all that was printed."""
        return f"{self.out}\n{self.err}"

    @property
    def claims(self) -> dict[str, Claim]:
        """Return the claim about each job, by its name in lower case."""
        found = (Claim(result=result, name=name, evidence=text) for result, name, text in _OUTCOME.findall(self.words))
        return {claim.name.lower(): claim for claim in found}

    @property
    def says_no_job_was_changed(self) -> bool:
        """Return whether the run as a whole says that it has created and stopped nothing."""
        return bool(_NO_JOB.search(self._about_the_run))

    @property
    def says_nothing_was_changed(self) -> bool:
        """Return whether the run as a whole says that it has written nothing at all."""
        return bool(_NOTHING.search(self._about_the_run))

    @property
    def _about_the_run(self) -> str:
        lines = (line for line in self.words.splitlines() if not _OUTCOME.match(line) and "hint:" not in line)
        return "\n".join(lines)

    @property
    def clips_created(self) -> int | None:
        """Return the number of clips that the run says it has bought."""
        found = _COST.search(self.words)
        return int(found[1].replace(",", "")) if found else None

    @property
    def counted(self) -> dict[str, int]:
        """Return the numbers of the summary line, by result."""
        found = _COUNTED.search(self.words)
        parts = re.findall(rf"(\d+) ({_RESULT})(?:, |$)", found[1]) if found else []
        return {result: int(number) for number, result in parts}

    def names(self, job: str) -> bool:
        """Return whether a job is named anywhere."""
        return re.search(rf"(?<![\w-]){re.escape(job)}(?![\w-])", self.words) is not None
