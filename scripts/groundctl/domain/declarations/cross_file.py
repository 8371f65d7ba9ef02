"""What can be wrong between declarations, whatever else is wrong in each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.declarations.diagnostics import Diagnostic
from groundctl.domain.declarations.spec import ChainedInput, JobSpec


class DeclarationSummary(NamedTuple):
    """All that other declarations have to know of one; a tuple, because it travels between processes by the thousand."""

    path: str
    name: str
    follows: JobKey | None

    @property
    def key(self) -> JobKey:
        """Name the job as AWS compares names: ignoring case."""
        return job_key(self.name)


Pair = tuple[DeclarationSummary, Diagnostic]


def summarize_declaration(path: str, spec: JobSpec) -> DeclarationSummary:
    """Say what other declarations have to know of this one."""
    follows = job_key(spec.source.job) if isinstance(spec.source, ChainedInput) else None
    return DeclarationSummary(path, spec.name, follows)


def check_together(summaries: Sequence[DeclarationSummary]) -> Iterator[Pair]:
    """Find clashes across files, each told at every file but the first."""
    yield from names_differ_beyond_case(summaries)
    yield from jobs_do_not_wait_for_each_other(summaries)


def names_differ_beyond_case(summaries: Iterable[DeclarationSummary]) -> Iterator[Pair]:
    """AWS compares names ignoring case, and so would find the second job's name taken."""
    seen: dict[str, DeclarationSummary] = {}
    for summary in sorted(summaries, key=lambda one: one.path):
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
    """A circle of from_job would wait for ever."""
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
                    message=f"waits in a circle: {' -> '.join([*way, step])}",
                    hint="let one of these jobs start from clips of its own",
                ),
            )
