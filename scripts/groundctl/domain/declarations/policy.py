"""The repository's policy: jobs/policy.yaml as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from groundctl.domain.canonical_json import JsonObject
from groundctl.domain.declarations.document import Document
from groundctl.domain.declarations.yaml_loader import load_document

# From the root of the repository.
POLICY_PATH = "jobs/policy.yaml"
# How many approvals a pull request needs before its jobs are created, unless the policy says otherwise.
DEFAULT_REVIEWS = 1
MAX_REVIEWS = 6  # as many as GitHub's branch protection can ask for


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Upper limits; None means no limit. Objects are clips, answers are clips times workers."""

    jobs: int | None = None
    objects: int | None = None
    answers: int | None = None
    usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The policy of this repository; the defaults are strict.

    Of a policy with problems, it holds the readable parts. allow_public_crowd and picture_hosts are None if they cannot
    be read.
    """

    allow_public_crowd: bool | None = False
    allow_streaming: bool = False
    refuse_unknown_jobs: bool = False
    reviews: int = DEFAULT_REVIEWS
    unprotected_environments: tuple[str, ...] = ()
    required_tags: tuple[str, ...] = ()
    allowed_prefixes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    picture_hosts: frozenset[str] | None = frozenset()
    platform_fee_usd: Decimal | None = None
    usd_per_answer: Mapping[str, Decimal] = field(default_factory=dict)
    job_ceiling: Limit = field(default_factory=Limit)
    plan_ceiling: Limit = field(default_factory=Limit)


def team_folder(path: str) -> str:
    """Return the team's folder: the one directly under jobs/, at any depth of the file; elsewhere, the file's folder."""
    folders = path.split("/")[:-1]
    return next(iter(folders[1:2] if folders[:1] == ["jobs"] else folders[-1:]), "")


def parse_policy(data: JsonObject) -> Policy:
    """Parse data that fits the policy schema."""
    ceilings, rates = data.get("ceilings", {}), data.get("rates", {})
    fee = rates.get("platform_fee_usd")
    return Policy(
        allow_public_crowd=data.get("allow_public_crowd", False),
        allow_streaming=data.get("allow_streaming", False),
        refuse_unknown_jobs=data.get("unknown_jobs") == "refuse",
        reviews=data.get("reviews", DEFAULT_REVIEWS),
        unprotected_environments=tuple(data.get("unprotected_environments", ())),
        required_tags=tuple(data.get("required_tags", ())),
        allowed_prefixes={folder: tuple(prefixes) for folder, prefixes in data.get("input_prefixes", {}).items()},
        picture_hosts=frozenset(data.get("picture_hosts", ())),
        platform_fee_usd=None if fee is None else Decimal(repr(fee)),
        usd_per_answer={team: Decimal(repr(rate)) for team, rate in rates.get("usd_per_answer", {}).items()},
        job_ceiling=_limit(ceilings.get("job", {})),
        plan_ceiling=_limit(ceilings.get("plan", {})),
    )


def reviews_asked(raw: bytes | None) -> int:
    """Return how many approvals a policy file asks for; the default if it does not say so, or there is none."""
    document = load_document(POLICY_PATH, raw) if raw is not None else None
    asked = document.data.get("reviews") if isinstance(document, Document) and isinstance(document.data, dict) else None
    if not isinstance(asked, int) or isinstance(asked, bool) or not 0 <= asked <= MAX_REVIEWS:
        return DEFAULT_REVIEWS
    return asked


def _limit(data: JsonObject) -> Limit:
    usd = data.get("usd")
    return Limit(
        jobs=data.get("jobs"),
        objects=data.get("objects"),
        answers=data.get("answers"),
        usd=None if usd is None else Decimal(repr(usd)),
    )
