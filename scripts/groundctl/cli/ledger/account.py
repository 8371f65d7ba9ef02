"""Shared by the ledger's commands: the account and its ledger, and the formats of output."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePosixPath

from groundctl.app.environments import declared_in
from groundctl.app.ledger import LedgerAccount
from groundctl.app.validate import load_policy
from groundctl.composition import open_aws, open_checkout, open_infrastructure
from groundctl.domain.aws.job_names import JobKey, job_key
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.errors import UsageError


class LedgerFormat(StrEnum):
    """How the ledger is printed."""

    TEXT = "text"
    JSON = "json"


def open_ledger_account(infrastructure_file: str | None) -> LedgerAccount:
    """Open the infrastructure's account and Region with its ledger, and make sure that it is that account."""
    infrastructure = open_infrastructure(open_checkout(), infrastructure_file)
    aws = open_aws(infrastructure)
    aws.check_account()
    return LedgerAccount(infrastructure=infrastructure, jobs=aws.jobs, objects=aws.objects, ledger=aws.ledger)


def declaration_paths(infrastructure: Infrastructure) -> dict[JobKey, str]:
    """Find the declarations of an account and Region by the jobs that they declare: a file has the name of its job."""
    checkout = open_checkout()
    try:
        paths = checkout.declarations()
    except UsageError:
        return {}  # a repository without jobs/ yet, into which jobs from the console are to come
    policy, _ = load_policy(checkout)
    return {job_key(PurePosixPath(path).stem): path for path in declared_in(infrastructure, paths, policy)}
