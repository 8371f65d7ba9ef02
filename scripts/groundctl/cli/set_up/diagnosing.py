"""Shared by the commands that look at the set-up: describe it, and run checks on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from groundctl import __version__
from groundctl.app.adoption.doctor.check import AnyCheck
from groundctl.app.adoption.doctor.diagnose import diagnose
from groundctl.app.adoption.doctor.site import AccountPorts, Machine, Site
from groundctl.app.validate import load_policy, validate
from groundctl.composition import cores, infrastructure_is_given, open_checkout, open_infrastructure
from groundctl.domain.adoption.doctor.finding import Diagnosis
from groundctl.domain.adoption.doctor.setup import Setup, describe_setup
from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.near_names import did_you_mean
from groundctl.errors import UsageError
from groundctl.ports import Repository
from groundctl.setup_composition import (
    find_remote,
    has_drift,
    oldest_terraform,
    open_region,
    open_repository_settings,
    open_setup_files,
    sdk_version,
    secret_values,
    terraform_version,
    unknown_members,
)


def examine(
    checks: Sequence[AnyCheck],
    *,
    folder: str | None = None,
    environment: str | None = None,
    infrastructure_file: str | None = None,
) -> tuple[Diagnosis, Setup]:
    """Run checks on the set-up of a folder, by default the current one; return what they found, and what it consists of."""
    checkout = open_checkout(folder)
    port = open_setup_files(checkout)
    files = port.look()
    remote = find_remote(files)
    policy, _ = load_policy(checkout)
    setup = describe_setup(files, policy, version=__version__, repository=remote.repository, server=remote.server)
    site = Site(
        setup=_only(setup, environment),
        files=files,
        validate=partial(validate, checkout, processes=cores(), keep=False, names=True),
        open_github=partial(open_repository_settings, remote),
        open_account=_open_account,
        machine=Machine(
            is_terraform_initialized=port.is_terraform_initialized,
            terraform_version=terraform_version,
            oldest_terraform=oldest_terraform(),
            has_drift=partial(has_drift, checkout),
            sdk_version=sdk_version,
            unknown_members=unknown_members,
        ),
        schema=checkout.schema,
        given=_given(checkout, infrastructure_file),
    )
    return diagnose(site, checks, secrets=secret_values(remote)), site.setup


def _only(setup: Setup, environment: str | None) -> Setup:
    """Keep one environment, if one is named."""
    if environment is None:
        return setup
    known = {each.name: each for each in setup.environments}
    if environment not in known:
        hint = f"{did_you_mean(environment, known)}known environments: {', '.join(known) or 'none'}"
        raise UsageError(f"there is no environment {environment}", hint=hint)
    return replace(setup, environments=(known[environment],))


def _given(checkout: Repository, file: str | None) -> Infrastructure | None:
    return open_infrastructure(checkout, file) if infrastructure_is_given(file) else None


def _open_account(region: str) -> AccountPorts:
    opened = open_region(region)
    return AccountPorts(setup=opened.setup, places=opened.places, open_ledger=opened.open_ledger)
