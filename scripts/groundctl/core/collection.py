"""What can be wrong between declarations, whatever else is wrong in each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from groundctl.core.problem import Finding
from groundctl.core.spec import ChainedInput, JobSpec


class Nameplate(NamedTuple):
    """All that other declarations have to know of one; a tuple, because it travels between processes by the thousand."""

    path: str
    name: str
    follows: str | None

    @property
    def key(self) -> str:
        """Name the job as AWS compares names: ignoring case."""
        return self.name.lower()


Pair = tuple[Nameplate, Finding]


def nameplate(path: str, spec: JobSpec) -> Nameplate:
    """Say what other declarations have to know of this one."""
    follows = spec.source.job.lower() if isinstance(spec.source, ChainedInput) else None
    return Nameplate(path, spec.name, follows)


def check_together(plates: Sequence[Nameplate]) -> Iterator[Pair]:
    """Find clashes across files, each told at every file but the first."""
    yield from names_differ_beyond_case(plates)
    yield from jobs_do_not_wait_for_each_other(plates)


def names_differ_beyond_case(plates: Iterable[Nameplate]) -> Iterator[Pair]:
    """AWS compares names ignoring case, and so would find the second job's name taken."""
    seen: dict[str, Nameplate] = {}
    for plate in sorted(plates, key=lambda one: one.path):
        first = seen.setdefault(plate.key, plate)
        if first is not plate:
            same = first.name == plate.name
            how = "is also" if same else f'differs only by case from "{first.name}",'
            yield (
                plate,
                Finding(
                    rule="GT301",
                    pointer="/name",
                    message=f'"{plate.name}" {how} the name in {first.path}',
                    hint="choose another name: AWS compares them ignoring case",
                ),
            )


def jobs_do_not_wait_for_each_other(plates: Iterable[Nameplate]) -> Iterator[Pair]:
    """A circle of from_job would wait for ever."""
    follows = {plate.key: plate.follows for plate in plates if plate.follows}
    for plate in plates:
        way, step = [plate.key], follows.get(plate.key)
        while step is not None and step not in way:
            way.append(step)
            step = follows.get(step)
        if step == plate.key and len(way) > 1:
            yield (
                plate,
                Finding(
                    rule="GT302",
                    pointer="/input/from_job",
                    message=f"waits in a circle: {' -> '.join([*way, step])}",
                    hint="let one of these jobs start from clips of its own",
                ),
            )
