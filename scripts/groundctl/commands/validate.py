"""groundctl validate: every problem of every declaration, offline."""

from argparse import Namespace

from groundctl.checking import validate
from groundctl.core.problem import errors_among
from groundctl.render.problems import problems_as
from groundctl.wiring import cores, open_checkout


def run(options: Namespace) -> int:
    """Print the problems in the form asked for; exit 1 if there are errors."""
    validated = validate(open_checkout(), options.paths, processes=cores(), keep=False)
    print(problems_as(options.format, validated.problems, files=validated.files))
    return 1 if errors_among(validated.problems) else 0
