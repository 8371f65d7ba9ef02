"""The purchase ledger as JSON: its purchases (schemas/ledger.schema.json), and what is wrong (ledger-check.schema.json)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from groundctl.domain.jobs.infrastructure import Infrastructure
from groundctl.domain.jobs.ledger.findings import Finding, is_wrong
from groundctl.domain.jobs.ledger.history import History, PurchaseStatus
from groundctl.domain.jobs.ledger.purchases import LedgerPurchase, Purchases
from groundctl.domain.jobs.ledger.records import JobIdentity, PurchaseRecord
from groundctl.domain.jobs.observed import ObservedJob

FORMAT_VERSION = 1


def history_json(
    history: History, purchases: Iterable[PurchaseStatus], infrastructure: Infrastructure
) -> dict[str, Any]:
    """Return purchases as JSON values; times are AWS's in ISO 8601, money is text, as in a plan."""
    return {
        "format_version": FORMAT_VERSION,
        **_ledger(history.ledger, infrastructure),
        "purchases": [_purchase(status) for status in purchases],
        "unreadable": [{"entry": fault.number, "why": fault.why} for fault in history.ledger.faults],
        "passed_over": [
            {"entry": number, "person": void.person, "reason": void.reason}
            for number, void in history.passed_over.items()
        ],
    }


def check_json(ledger: Purchases, findings: Sequence[Finding], infrastructure: Infrastructure) -> dict[str, Any]:
    """Return what a check found as JSON values."""
    return {
        "format_version": FORMAT_VERSION,
        **_ledger(ledger, infrastructure),
        "purchases": len(ledger.by_id),
        "findings": [_finding(finding) for finding in findings],
    }


def _ledger(ledger: Purchases, infrastructure: Infrastructure) -> dict[str, Any]:
    return {
        "ledger": ledger.ledger,
        "bucket": infrastructure.ledger_bucket,
        "entries": ledger.end,
        "read_at": _time(ledger.aws_time),
    }


def _purchase(status: PurchaseStatus) -> dict[str, Any]:
    purchase, record = status.purchase, status.purchase.record
    bought = record if isinstance(record, PurchaseRecord) else None
    return {
        "entry": str(purchase.id),
        "kind": "purchase" if bought else "adopted",
        **_job(purchase.job),
        "environment": record.environment,
        "declaration": record.declaration,
        "title": record.title,
        "labels": list(record.labels),
        "question": record.question or purchase.question.name,
        "clips": record.clips,
        "clips_held": status.held,
        "usd": _money(record.usd),
        "at": _time(purchase.at),
        "by": {name: getattr(purchase.by, name) for name in ("repository", "commit", "run", "person")},
        "pull_request": bought.pull_request if bought else None,
        "rerun_of": str(bought.rerun_of) if bought and bought.rerun_of else None,
        "reason": bought.reason if bought else "",
        "state": str(purchase.state),
        "open_until": _time(status.closes_at),
        "arn": purchase.arn,
        "ended": purchase.ended.status if purchase.ended else None,
        "void": _void(status),
    }


def _void(status: PurchaseStatus) -> dict[str, Any] | None:
    void = status.purchase.void
    if status.purchase.is_live:
        return None
    return {"person": void.person if void else "", "reason": void.reason if void else status.refusal}


def _finding(finding: Finding) -> dict[str, Any]:
    """Write the members of a finding under their names."""
    members: dict[str, Any] = {"kind": _kind(finding), "wrong": is_wrong(finding)}
    for field in fields(finding):
        members |= _member(field.name, getattr(finding, field.name))
    return members


def _member(name: str, value: Any) -> dict[str, Any]:
    match value:
        case LedgerPurchase():
            return {"entry": str(value.id), **_job(value.job)}
        case ObservedJob():
            return {"job": value.name, "arn": value.arn, "has_input": value.has_input}
        case datetime():
            return {name: _time(value)}
        case tuple():  # purchases with clips that were bought again
            return {name: [{"entry": str(each.id), **_job(each.job), "clips": clips} for each, clips in value]}
        case _:
            return {name: value}


def _kind(finding: Finding) -> str:
    """Write the name of a finding as JSON names are written: DamagedEntry is damaged_entry."""
    name = type(finding).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def _job(job: JobIdentity) -> dict[str, str]:
    return {"job": job.name, "account": job.account, "region": job.region}


def _time(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
