"""What can be wrong between declarations that are each right."""

from collections.abc import Iterable, Iterator, Sequence

from groundctl.core.declaration import Declaration
from groundctl.core.problem import Finding
from groundctl.core.spec import ChainedInput

Pair = tuple[Declaration, Finding]


def check_together(declarations: Sequence[Declaration]) -> Iterator[Pair]:
    """Find clashes across files, each told at every file but the first."""
    yield from names_differ_beyond_case(declarations)
    yield from jobs_do_not_wait_for_each_other(declarations)


def names_differ_beyond_case(declarations: Iterable[Declaration]) -> Iterator[Pair]:
    """AWS compares names ignoring case, and so would find the second job's name taken."""
    seen: dict[str, Declaration] = {}
    for declaration in sorted(declarations, key=lambda one: one.path):
        first = seen.setdefault(declaration.spec.key, declaration)
        if first is not declaration:
            same = first.spec.name == declaration.spec.name
            how = "is also" if same else f'differs only by case from "{first.spec.name}",'
            yield (
                declaration,
                Finding(
                    rule="GT301",
                    pointer="/name",
                    message=f'"{declaration.spec.name}" {how} the name in {first.path}',
                    hint="choose another name: AWS compares them ignoring case",
                ),
            )


def jobs_do_not_wait_for_each_other(declarations: Iterable[Declaration]) -> Iterator[Pair]:
    """A circle of from_job would wait for ever."""
    follows = {
        declaration.spec.key: declaration.spec.source.job.lower()
        for declaration in declarations
        if isinstance(declaration.spec.source, ChainedInput)
    }
    for declaration in declarations:
        way, step = [declaration.spec.key], follows.get(declaration.spec.key)
        while step is not None and step not in way:
            way.append(step)
            step = follows.get(step)
        if step == declaration.spec.key and len(way) > 1:
            yield (
                declaration,
                Finding(
                    rule="GT302",
                    pointer="/input/from_job",
                    message=f"waits in a circle: {' -> '.join([*way, step])}",
                    hint="let one of these jobs start from clips of its own",
                ),
            )
