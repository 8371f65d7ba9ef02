"""The private workforce of an account and Region, its work teams, and worker task templates with an ARN."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from groundtruth_simulator.exceptions import (
    ResourceInUse,
    ResourceLimitExceeded,
    ResourceNotFound,
    ValidationException,
    name_in_use,
    unknown_workforce,
    unknown_workteam,
)
from groundtruth_simulator.listing import matches, page
from groundtruth_simulator.references import missing_member

if TYPE_CHECKING:
    from groundtruth_simulator.simulator import Simulator

Params = Mapping[str, Any]
MAX_TEAMS = 25  # CreateWorkteam

NOT_SHOWN = {"Tags", "WorkforceName", "ClientSecret"}


class Resource:
    """A thing that is kept as it was asked for."""

    def __init__(self, name: str, arn: str, request: Params, created: datetime) -> None:
        """Keep a request."""
        self.name, self.arn = name, arn
        self.request = dict(request)
        self.tags: list[dict[str, str]] = list(request.get("Tags", []))
        self.created = self.modified = created

    def update(self, changes: Params, moment: datetime) -> None:
        """Replace the members given, whole."""
        self.request |= changes
        self.modified = moment


Kind = TypeVar("Kind", bound=Resource)


class Workforces:
    """The registers of one account and Region."""

    def __init__(self, simulator: Simulator, *, account: str, region: str, partition: str) -> None:
        """Start empty."""
        self.simulator = simulator
        self.account, self.region = account, region
        self._arn = f"arn:{partition}:sagemaker:{region}:{account}:"
        self._workforces: dict[str, Resource] = {}
        self._teams: dict[str, Resource] = {}
        self._uis: dict[str, Resource] = {}

    # -- workforce ----------------------------------------------------------------------------------

    def create_workforce(self, params: Params) -> dict[str, Any]:
        """Create the one private workforce; it is Active at once (AWS takes a while)."""
        _check_identity(params)
        if self._workforces:
            [other] = self._workforces.values()
            raise ResourceInUse(f"A private workforce already exists in this Region ({other.arn}).")
        if "CognitoConfig" in params:
            self._check_cognito(params["CognitoConfig"])
        made = self._make(self._workforces, "workforce/", params["WorkforceName"], params)
        return {"WorkforceArn": made.arn}

    def describe_workforce(self, params: Params) -> dict[str, Any]:
        """Return the workforce."""
        return {"Workforce": self._workforce_view(self._workforce(params["WorkforceName"]))}

    def update_workforce(self, params: Params) -> dict[str, Any]:
        """Change addresses, identity provider or VPC."""
        workforce = self._workforce(params["WorkforceName"])
        if "OidcConfig" in params and self._teams:
            raise ValidationException("The OIDC configuration can not be changed while the workforce has work teams.")
        workforce.update(params, self.simulator.clock.now())
        return self.describe_workforce(params)

    def delete_workforce(self, params: Params) -> dict[str, Any]:
        """Delete the workforce; its teams must be gone before."""
        workforce = self._workforce(params["WorkforceName"])
        if self._teams:
            raise ResourceInUse(f"Workforce {workforce.name} still has work teams: {', '.join(sorted(self._teams))}")
        del self._workforces[workforce.name]
        return {}

    def list_workforces(self, params: Params) -> dict[str, Any]:
        """Return one page of workforces."""
        shown, more = _page(self._workforces, params)
        return {"Workforces": [self._workforce_view(each) for each in shown], **more}

    # -- work teams ---------------------------------------------------------------------------------

    def create_workteam(self, params: Params) -> dict[str, Any]:
        """Create a team of the private workforce."""
        if "WorkforceName" in params:
            self._workforce(params["WorkforceName"])
        self._check_members(params["MemberDefinitions"])
        if params["WorkteamName"] in self._teams:
            raise name_in_use("Work team", self._teams[params["WorkteamName"]].arn)
        if len(self._teams) >= MAX_TEAMS:
            raise ResourceLimitExceeded(f"The account-level limit of work teams is {MAX_TEAMS} in this Region.")
        made = self._make(self._teams, "workteam/private-crowd/", params["WorkteamName"], params)
        return {"WorkteamArn": made.arn}

    def describe_workteam(self, params: Params) -> dict[str, Any]:
        """Return a team."""
        return {"Workteam": self._team_view(self._team(params["WorkteamName"]))}

    def update_workteam(self, params: Params) -> dict[str, Any]:
        """Replace a team's members, description or notification topic."""
        team = self._team(params["WorkteamName"])
        if "MemberDefinitions" in params:
            self._check_members(params["MemberDefinitions"])
        team.update(params, self.simulator.clock.now())
        return self.describe_workteam(params)

    def delete_workteam(self, params: Params) -> dict[str, Any]:
        """Delete a team; jobs that it works on go on (inferred)."""
        del self._teams[self._team(params["WorkteamName"]).name]
        return {"Success": True}

    def list_workteams(self, params: Params) -> dict[str, Any]:
        """Return one page of teams."""
        shown, more = _page(self._teams, params)
        return {"Workteams": [self._team_view(each) for each in shown], **more}

    # -- worker task templates with an ARN ------------------------------------------------------------

    def create_human_task_ui(self, params: Params) -> dict[str, Any]:
        """Create a worker task template; video classification can not use one."""
        name = params["HumanTaskUiName"]
        if name in self._uis:
            raise name_in_use("Human task UI", self._uis[name].arn)
        return {"HumanTaskUiArn": self._make(self._uis, "human-task-ui/", name, params).arn}

    def describe_human_task_ui(self, params: Params) -> dict[str, Any]:
        """Return a worker task template."""
        ui = self._ui(params["HumanTaskUiName"])
        digest = hashlib.sha256(ui.request["UiTemplate"]["Content"].encode()).hexdigest()
        return {
            "HumanTaskUiArn": ui.arn,
            "HumanTaskUiName": ui.name,
            "HumanTaskUiStatus": "Active",
            "CreationTime": ui.created,
            "UiTemplate": {"Url": f"https://{ui.name}.ui.{self.region}.example", "ContentSha256": digest},
        }

    def delete_human_task_ui(self, params: Params) -> dict[str, Any]:
        """Delete a worker task template."""
        del self._uis[self._ui(params["HumanTaskUiName"]).name]
        return {}

    def template(self, arn: str) -> str:
        """Return the content of a worker task template by its ARN."""
        return str(self._ui(arn.rpartition("/")[2]).request["UiTemplate"]["Content"])

    # -- look-ups -----------------------------------------------------------------------------------

    def with_arn(self, arn: str) -> Resource | None:
        """Return the thing with an ARN, if there is one."""
        things = [*self._workforces.values(), *self._teams.values(), *self._uis.values()]
        return next((thing for thing in things if thing.arn == arn), None)

    def identity_provider(self, team_arn: str) -> Mapping[str, str] | None:
        """Return what worker responses of a private team say about who vouches for a worker."""
        team = self.with_arn(team_arn)
        if team is None:
            return None
        member = team.request["MemberDefinitions"][0]
        if "CognitoMemberDefinition" in member:
            pool = member["CognitoMemberDefinition"]["UserPool"]
            issuer = f"https://cognito-idp.{self.region}.amazonaws.com/{pool}"
            return {"identityProviderType": "Cognito", "issuer": issuer}
        issuers = [
            each.request["OidcConfig"]["Issuer"] for each in self._workforces.values() if "OidcConfig" in each.request
        ]
        return {"identityProviderType": "Oidc", "issuer": next(iter(issuers), "")}

    def _workforce(self, name: str) -> Resource:
        if name not in self._workforces:
            raise unknown_workforce(name)
        return self._workforces[name]

    def _team(self, name: str) -> Resource:
        if name not in self._teams:
            raise unknown_workteam(name)
        return self._teams[name]

    def _ui(self, name: str) -> Resource:
        if name not in self._uis:
            raise ResourceNotFound(f"Human task UI {name} was not found.")
        return self._uis[name]

    def _make(self, register: dict[str, Resource], kind: str, name: str, params: Params) -> Resource:
        register[name] = Resource(name, f"{self._arn}{kind}{name}", params, self.simulator.clock.now())
        return register[name]

    # -- checks and views -----------------------------------------------------------------------------

    def _check_members(self, members: list[Params]) -> None:
        if any(len(member) != 1 for member in members) or len({kind for member in members for kind in member}) != 1:
            raise ValidationException("Each member definition must be either Cognito or OIDC, all of them the same.")
        cognito = [member["CognitoMemberDefinition"] for member in members if "CognitoMemberDefinition" in member]
        if len({(each["UserPool"], each["ClientId"]) for each in cognito}) > 1:
            raise ValidationException("All Cognito member definitions must use the same user pool and client.")
        for each in cognito:
            self._check_cognito(each)

    def _check_cognito(self, reference: Params) -> None:
        if not self.simulator.settings.check_references:
            return
        if missing := missing_member(self.account, self.region, reference):
            raise ValidationException(f"The {missing} does not exist.")

    def _workforce_view(self, workforce: Resource) -> dict[str, Any]:
        shown = {name: value for name, value in workforce.request.items() if name != "Tags"}
        if "OidcConfig" in shown:
            shown["OidcConfig"] = {name: value for name, value in shown["OidcConfig"].items() if name != "ClientSecret"}
        return {
            "SourceIpConfig": {"Cidrs": []},
            **shown,
            "WorkforceArn": workforce.arn,
            "Status": "Active",
            "SubDomain": self._portal(),
            "CreateDate": workforce.created,
            "LastUpdatedDate": workforce.modified,
        }

    def _team_view(self, team: Resource) -> dict[str, Any]:
        shown = {name: value for name, value in team.request.items() if name not in ("Tags", "WorkforceName")}
        workforce = self._workforces.get(team.request.get("WorkforceName", ""))
        return {
            **shown,
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


def _page(register: dict[str, Resource], params: Params) -> tuple[list[Resource], dict[str, str]]:
    by_name = params.get("SortBy", "CreateDate") == "Name"

    def key(each: Resource) -> tuple[Any, ...]:
        return (each.name,) if by_name else (each.created.timestamp(), each.name)

    return page([each for each in register.values() if matches(each, params)], key, params)
