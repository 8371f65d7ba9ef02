"""Each odd place is reported in the plan, over real HTTP, before anything is bought, and a plan changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from groundctl.adapters.aws.places import AwsPlaces
from groundctl.adapters.aws.s3 import S3Objects
from groundctl.adapters.aws.sagemaker import SageMakerJobs
from groundctl.adapters.aws.session import AwsSession
from groundctl.app.gathering.gather import Account, gather
from groundctl.domain.planning.plan import Create, Refused
from groundctl.domain.planning.planner import make_plan
from groundctl.presentation.terminal.plan import plan_text
from groundtruth_simulator.server import SimulatorServer
from groundtruth_simulator.simulator import Simulator
from places.making import Place, Row
from places.table import ROWS
from support.aws import prerequisites
from support.builders import REGION, a_declaration, a_policy, an_infrastructure
from support.fake_objects import FakeClipReader
from support.ledger import an_open_ledger


@pytest.fixture(scope="module")
def place_session() -> Iterator[tuple[Simulator, AwsSession]]:
    """One simulator and one session for all rows."""
    with pytest.MonkeyPatch.context() as patch, SimulatorServer(seed=7, frozen=True) as simulator:
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
            patch.delenv(name, raising=False)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.setenv(name, "/dev/null")
        patch.setenv("AWS_ENDPOINT_URL", simulator.url or "")
        yield simulator, AwsSession(REGION)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_odd_place_is_reported_before_anything_is_bought(
    row: Row, place_session: tuple[Simulator, AwsSession]
) -> None:
    simulator, session = place_session
    simulator.reset()
    prerequisites.build(an_infrastructure())
    place = Place(simulator)
    row.make(place)
    simulator.clear_requests()
    ledger = an_open_ledger()
    account = Account(
        infrastructure=place.infrastructure,
        jobs=SageMakerJobs(session),
        objects=S3Objects(session),
        ledger=ledger,
        clips=FakeClipReader(),
        places=AwsPlaces(session),
        log=ledger.read(),
        observed={},
    )

    plan = make_plan(gather([a_declaration(**place.declared)], a_policy(), account))
    text = plan_text(plan, a_policy())

    [change] = plan.changes
    assert isinstance(change, Refused if row.refused else Create), text
    assert [words for words in row.says if words not in text] == [], text
    assert [words for words in row.silent if words in text] == [], text
    assert [call for call in simulator.requests() if call["mutating"]] == []


def test_there_are_more_than_25_rows_and_each_has_a_name_of_its_own() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS) > 25
