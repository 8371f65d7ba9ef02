"""The private workforce of an account and Region, and its work teams."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from groundtruth_simulator.exceptions import (
    ResourceInUse,
    ResourceLimitExceeded,
    ValidationException,
    name_in_use,
    unknown_workforce,
    unknown_workteam,
)
from groundtruth_simulator.models.environment import Environment
from groundtruth_simulator.models.pagination import paginate
from groundtruth_simulator.models.resource import Params, Resource, registry_page
from groundtruth_simulator.models.subscription import Subscription
from groundtruth_simulator.validation.closings import check_customer
from groundtruth_simulator.validation.references import missing_member, sign_in_people, topic_fault

MAX_TEAMS = 25  # CreateWorkteam


class WorkforceRegistry:
    """The workforces and work teams of one account and Region."""

    def __init__(self, environment: Environment, *, account: str, region: str, partition: str) -> None:
        """Start empty."""
        self.environment = environment
        self.account, self.region = account, region
        self._arn = f"arn:{partition}:sagemaker:{region}:{account}:"
        self._workforces: dict[str, Resource] = {}
        self._teams: dict[str, Resource] = {}

    # -- workforce ----------------------------------------------------------------------------------

    def create_workforce(self, params: Params) -> dict[str, Any]:
        """Create the one private workforce; it is Active immediately (simplified)."""
        check_customer(self.environment.settings, self.environment.clock.now())
        _check_identity(params)
        if self._workforces:
            [existing] = self._workforces.values()
            raise ResourceInUse(f"A private workforce already exists in this Region ({existing.arn}).")
        if "CognitoConfig" in params:
            self._check_cognito(params["CognitoConfig"])
        resource = self._make(self._workforces, "workforce/", params["WorkforceName"], params)
        return {"WorkforceArn": resource.arn}

    def describe_workforce(self, params: Params) -> dict[str, Any]:
        """Return the workforce."""
        return {"Workforce": self._workforce_view(self._workforce(params["WorkforceName"]))}

    def update_workforce(self, params: Params) -> dict[str, Any]:
        """Change IP ranges, identity provider or VPC."""
        workforce = self._workforce(params["WorkforceName"])
        if "OidcConfig" in params and self._teams:
            raise ValidationException("The OIDC configuration can not be changed while the workforce has work teams.")
        workforce.update(params, self.environment.clock.now())
        return self.describe_workforce(params)

    def delete_workforce(self, params: Params) -> dict[str, Any]:
        """Delete the workforce; it must have no teams."""
        workforce = self._workforce(params["WorkforceName"])
        if self._teams:
            raise ResourceInUse(f"Workforce {workforce.name} still has work teams: {', '.join(sorted(self._teams))}")
        del self._workforces[workforce.name]
        return {}

    def list_workforces(self, params: Params) -> dict[str, Any]:
        """Return one page of workforces."""
        page, next_token = registry_page(self._workforces, params)
        return {"Workforces": [self._workforce_view(item) for item in page], **next_token}

    # -- work teams ---------------------------------------------------------------------------------

    def create_workteam(self, params: Params) -> dict[str, Any]:
        """Create a team of the private workforce."""
        check_customer(self.environment.settings, self.environment.clock.now())
        if "WorkforceName" in params:
            self._workforce(params["WorkforceName"])
        self._check_members(params["MemberDefinitions"])
        self._check_topic(params)
        if params["WorkteamName"] in self._teams:
            raise name_in_use("Work team", self._teams[params["WorkteamName"]].arn)
        if len(self._teams) >= MAX_TEAMS:
            raise ResourceLimitExceeded(f"The account-level limit of work teams is {MAX_TEAMS} in this Region.")
        resource = self._make(self._teams, "workteam/private-crowd/", params["WorkteamName"], params)
        return {"WorkteamArn": resource.arn}

    def describe_workteam(self, params: Params) -> dict[str, Any]:
        """Return a team."""
        return {"Workteam": self._team_view(self._team(params["WorkteamName"]))}

    def update_workteam(self, params: Params) -> dict[str, Any]:
        """Replace a team's members, description or notification topic."""
        team = self._team(params["WorkteamName"])
        if "MemberDefinitions" in params:
            self._check_members(params["MemberDefinitions"])
        self._check_topic(params)
        team.update(params, self.environment.clock.now())
        return self.describe_workteam(params)

    def delete_workteam(self, params: Params) -> dict[str, Any]:
        """Delete a team; its running jobs continue (inferred)."""
        del self._teams[self._team(params["WorkteamName"]).name]
        return {"Success": True}

    def list_workteams(self, params: Params) -> dict[str, Any]:
        """Return one page of teams."""
        page, next_token = registry_page(self._teams, params)
        return {"Workteams": [self._team_view(item) for item in page], **next_token}

    def describe_subscribed_workteam(self, params: Params) -> dict[str, Any]:
        """Return a vendor's team that was subscribed to in AWS Marketplace."""
        return {"SubscribedWorkteam": self._subscription(params["WorkteamArn"]).as_json()}

    def list_subscribed_workteams(self, params: Params) -> dict[str, Any]:
        """Return one page of the vendors' teams of this Region, by name (inferred: AWS names no order)."""
        part, subscriptions = params.get("NameContains", ""), self.environment.subscriptions
        matching = [each for each in subscriptions if each.region == self.region and part in each.name]
        page, next_token = paginate(matching, lambda each: (each.name, each.arn), params)
        return {"SubscribedWorkteams": [each.as_json() for each in page], **next_token}

    # -- lookups ------------------------------------------------------------------------------------

    def find_by_arn(self, arn: str) -> Resource | None:
        """Return the workforce or team with an ARN, if there is one."""
        resources = [*self._workforces.values(), *self._teams.values()]
        return next((resource for resource in resources if resource.arn == arn), None)

    def is_subscribed(self, arn: str) -> bool:
        """Return whether a vendor's team may be used."""
        return any(each.arn == arn and each.region == self.region for each in self.environment.subscriptions)

    def identity_provider(self, team_arn: str) -> Mapping[str, str] | None:
        """Return the identity provider that worker responses of a private team name."""
        team = self.find_by_arn(team_arn)
        if team is None:
            return None
        member = team.request["MemberDefinitions"][0]
        if "CognitoMemberDefinition" in member:
            pool = member["CognitoMemberDefinition"]["UserPool"]
            issuer = f"https://cognito-idp.{self.region}.amazonaws.com/{pool}"
            return {"identityProviderType": "Cognito", "issuer": issuer}
        issuers = [
            workforce.request["OidcConfig"]["Issuer"]
            for workforce in self._workforces.values()
            if "OidcConfig" in workforce.request
        ]
        return {"identityProviderType": "Oidc", "issuer": next(iter(issuers), "")}

    def _subscription(self, arn: str) -> Subscription:
        for each in self.environment.subscriptions:
            if each.arn == arn and each.region == self.region:
                return each
        raise unknown_workteam(arn)

    def _workforce(self, name: str) -> Resource:
        if name not in self._workforces:
            raise unknown_workforce(name)
        return self._workforces[name]

    def _team(self, name: str) -> Resource:
        if name not in self._teams:
            raise unknown_workteam(name)
        return self._teams[name]

    def _make(self, registry: dict[str, Resource], kind: str, name: str, params: Params) -> Resource:
        registry[name] = Resource(name, f"{self._arn}{kind}{name}", params, self.environment.clock.now())
        return registry[name]

    # -- checks and views -----------------------------------------------------------------------------

    def sign_in_members(self, number: int) -> None:
        """Let people of a team's own sign in to every group of the teams in Cognito."""
        for team in self._teams.values():
            for member in team.request["MemberDefinitions"]:
                if group := member.get("CognitoMemberDefinition"):
                    sign_in_people(self.account, self.region, group, number)

    def _check_members(self, members: list[Params]) -> None:
        if any(len(member) != 1 for member in members) or len({kind for member in members for kind in member}) != 1:
            raise ValidationException("Each member definition must be either Cognito or OIDC, all of them the same.")
        cognito = [member["CognitoMemberDefinition"] for member in members if "CognitoMemberDefinition" in member]
        if len({(member["UserPool"], member["ClientId"]) for member in cognito}) > 1:
            raise ValidationException("All Cognito member definitions must use the same user pool and client.")
        for definition in cognito:
            self._check_cognito(definition)

    def _check_cognito(self, reference: Params) -> None:
        if not self.environment.settings.check_references:
            return
        if missing := missing_member(self.account, self.region, reference):
            raise ValidationException(f"The {missing} does not exist.")

    def _check_topic(self, params: Params) -> None:
        arn = params.get("NotificationConfiguration", {}).get("NotificationTopicArn")
        if arn and self.environment.settings.check_references and (fault := topic_fault(self.region, arn)):
            raise ValidationException(fault)

    def _workforce_view(self, workforce: Resource) -> dict[str, Any]:
        view = {name: value for name, value in workforce.request.items() if name != "Tags"}
        if "OidcConfig" in view:
            view["OidcConfig"] = {name: value for name, value in view["OidcConfig"].items() if name != "ClientSecret"}
        return {
            "SourceIpConfig": {"Cidrs": []},
            **view,
            "WorkforceArn": workforce.arn,
            "Status": "Active",
            "SubDomain": self._portal(),
            "CreateDate": workforce.created,
            "LastUpdatedDate": workforce.modified,
        }

    def _team_view(self, team: Resource) -> dict[str, Any]:
        view = {name: value for name, value in team.request.items() if name not in ("Tags", "WorkforceName")}
        workforce = self._workforces.get(team.request.get("WorkforceName", ""))
        return {
            **view,
            "WorkteamArn": team.arn,
            **({"WorkforceArn": workforce.arn} if workforce else {}),
            "SubDomain": self._portal(),
            "CreateDate": team.created,
            "LastUpdatedDate": team.modified,
        }

    def _portal(self) -> str:
        label = hashlib.sha256(f"{self.account}/{self.region}".encode()).hexdigest()[:10]
        return f"{label}.labeling.{self.region}.sagemaker.aws"


def _check_identity(params: Params) -> None:
    if len([name for name in ("CognitoConfig", "OidcConfig") if name in params]) != 1:
        raise ValidationException("Exactly one of CognitoConfig and OidcConfig must be provided.")
