"""Rules about several declarations together, independent of other problems in each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.sources import ChainedInput
from groundctl.domain.declarations.spec import AT_FAULT, JobSpec


class DeclarationSummary(NamedTuple):
    """The parts of a declaration that cross-file rules read; a tuple, because thousands are sent between processes."""

    path: str
    name: str
    follows: JobKey | None

    @property
    def key(self) -> JobKey:
        """Return the name as AWS compares it: ignoring case."""
        return job_key(self.name)


Pair = tuple[DeclarationSummary, Diagnostic]


def summarize_declaration(path: str, spec: JobSpec) -> DeclarationSummary:
    """Collect the parts of a declaration that cross-file rules read."""
    followed = [source.job for source in spec.sources if isinstance(source, ChainedInput)]
    return DeclarationSummary(path, spec.name, next((job_key(job) for job in followed if job is not AT_FAULT), None))


def check_together(summaries: Sequence[DeclarationSummary]) -> Iterator[Pair]:
    """Find conflicts between files; each is reported in every file except the first."""
    yield from names_differ_beyond_case(summaries)
    yield from jobs_do_not_wait_for_each_other(summaries)


def names_differ_beyond_case(summaries: Iterable[DeclarationSummary]) -> Iterator[Pair]:
    """AWS compares names ignoring case, so the second job's name would be taken."""
    seen: dict[str, DeclarationSummary] = {}
    for summary in sorted(summaries, key=lambda summary: summary.path):
        first = seen.setdefault(summary.key, summary)
        if first is not summary:
            same = first.name == summary.name
            how = "is also" if same else f'differs only by case from "{first.name}",'
            yield (
                summary,
                Diagnostic(
                    rule="GT301",
                    pointer="/name",
                    message=f'"{summary.name}" {how} the name in {first.path}',
                    hint="choose another name: AWS compares them ignoring case",
                ),
            )


def jobs_do_not_wait_for_each_other(summaries: Iterable[DeclarationSummary]) -> Iterator[Pair]:
    """Jobs that continue each other in a cycle would wait forever."""
    follows = {summary.key: summary.follows for summary in summaries if summary.follows}
    for summary in summaries:
        way, step = [summary.key], follows.get(summary.key)
        while step is not None and step not in way:
            way.append(step)
            step = follows.get(step)
        if step == summary.key and len(way) > 1:
            yield (
                summary,
                Diagnostic(
                    rule="GT302",
                    pointer="/input/from_job",
                    message=f"waits in a cycle: {' -> '.join([*way, step])}",
                    hint="start one of these jobs from clips instead of another job",
                ),
            )
