"""A simulation of Amazon SageMaker Ground Truth for video classification, inside moto. It speaks only the AWS API.

In process:   simulator = installation.install(seed=7, frozen=True); then use moto's `mock_aws`.
As a server:  groundtruth-simulator --port 5602, or `with SimulatorServer(frozen=True) as simulator: simulator.url`.

The layout follows a moto service:

    responses.py           the operations, added to moto's SageMaker response class (moto's own urls.py routes to them)
    middleware.py          in front of moto: identifies, delays, fails and logs every AWS request
    models/                labeling jobs, workforces, work teams and templates of one account and Region
    validation/            what a request must satisfy: botocore's constraints, rules for labeling jobs, references
    labeling/              the work on a job: input files, workers, consolidation, timeline, output files
    exceptions.py          error codes and messages
    events.py              state changes for EventBridge
    template_rendering.py  worker task templates, with presigned_urls.py for their clips
    moto_patches/          gaps of moto in other services
    testing.py             fixtures for pytest
    simulator.py           the handle for tests and demos, over control/ (clock, faults, log of requests) and settings.py
    control_api.py         the same handle over HTTP
    server.py              the command and the server; installation.py for use in process

README.md says how to use it, what each behavior rests on, and what is not simulated.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

MISSING_EXTRA = "the simulator needs packages that are not installed: pip install 'groundctl[simulator]'"
_PLACES = {"Settings": "settings", "Simulator": "simulator", "SimulatorServer": "server", "install": "installation"}


def __getattr__(name: str) -> Any:
    """Return one of the names that users import; moto is loaded only for it."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith(__name__):
            raise
        raise ImportError(MISSING_EXTRA) from error
