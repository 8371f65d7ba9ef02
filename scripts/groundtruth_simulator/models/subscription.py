"""Vendors' work teams that the account has subscribed to in AWS Marketplace."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

VENDOR_TEAM = re.compile(
    r"arn:aws[a-z-]*:sagemaker:(?P<region>[a-z0-9-]+):\d{12}:workteam/vendor-crowd/(?P<name>[\w-]+)"
)
MEMBERS = ("WorkteamArn", "MarketplaceTitle", "SellerName", "MarketplaceDescription", "ListingId")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription to a team."""

    arn: str
    members: Mapping[str, str]

    @classmethod
    def parse(cls, raw: str | Mapping[str, Any]) -> Subscription:
        """Read an ARN, or a mapping with WorkteamArn and other members of `SubscribedWorkteam`; raise ValueError if it is invalid."""
        given = {"WorkteamArn": raw} if isinstance(raw, str) else dict(raw)
        if unknown := sorted(set(given) - set(MEMBERS)):
            raise ValueError(f"unknown member {', '.join(unknown)}; the members are: {', '.join(MEMBERS)}")
        if any(not isinstance(value, str) for value in given.values()):
            raise ValueError("the members of a subscription are strings")
        arn = given.get("WorkteamArn", "")
        match = VENDOR_TEAM.fullmatch(arn)
        if match is None:
            raise ValueError(f"{arn!r} is not the ARN of a vendor's work team (…:workteam/vendor-crowd/NAME)")
        return cls(arn, {**dict.fromkeys(MEMBERS, match["name"]), **given})

    @property
    def name(self) -> str:
        """Return the name that NameContains filters."""
        return self.arn.rpartition("/")[2]

    @property
    def region(self) -> str:
        """Return the only Region that lists the team."""
        return self.arn.split(":")[3]

    def as_json(self) -> dict[str, str]:
        """Return the subscription as the list operation does."""
        return dict(self.members)
