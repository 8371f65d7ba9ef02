"""Handles the settings of a repository: rights of workflows, runs from forks, variables, rulesets, classic protection, CODEOWNERS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from github_emulator.actors import FULL_NAME
from github_emulator.http_messages import ApiRequest, ApiResponse, refusal
from github_emulator.state import State, paged

RULESET = 4711


@dataclass(slots=True, kw_only=True)
class Settings:
    """The settings of the repository; those of a new one on GitHub, unless a test changes them."""

    default_rights: str = "read"
    may_approve: bool = False
    forks_wait_for: str = "first_time_contributors"
    variables: dict[str, str] = field(default_factory=dict)
    required_checks: tuple[tuple[str, int | None], ...] = ()  # name and app
    is_strict: bool = True
    bypass_actors: tuple[tuple[str, int], ...] = ()  # type and number
    classic: dict[str, Any] | None = None  # classic branch protection
    codeowners_errors: tuple[tuple[int, str], ...] = ()  # line and message
    extra_rules: tuple[dict[str, Any], ...] = ()  # rules of other kinds


class SettingsHandler:
    """Handles what an administrator has set."""

    def __init__(self, state: State) -> None:
        """Use a state."""
        self._state = state
        self.settings = Settings()
        self.operations: Mapping[str, Callable[[ApiRequest], ApiResponse]] = {
            "actions/get-fork-pr-contributor-approval-permissions-repository": self._forks,
            "actions/get-private-repo-fork-pr-workflows-settings-repository": self._private_forks,
            "actions/get-github-actions-default-workflow-permissions-repository": self._rights,
            "actions/list-repo-variables": self._variables,
            "repos/codeowners-errors": self._codeowners,
            "repos/get-branch-protection": self._classic,
            "repos/get-branch-rules": self._rules,
            "repos/get-repo-ruleset": self._ruleset,
        }

    def _rights(self, _request: ApiRequest) -> ApiResponse:
        found = self.settings
        shown = {
            "default_workflow_permissions": found.default_rights,
            "can_approve_pull_request_reviews": found.may_approve,
        }
        return ApiResponse(status=200, body=shown)

    def _forks(self, _request: ApiRequest) -> ApiResponse:
        return ApiResponse(status=200, body={"approval_policy": self.settings.forks_wait_for})

    def _private_forks(self, _request: ApiRequest) -> ApiResponse:
        # The repository of the emulator is public, and GitHub has these settings for private ones only.
        return refusal(404, "Not Found")

    def _variables(self, request: ApiRequest) -> ApiResponse:
        at = self._state.now()
        shown = [
            {"name": name, "value": value, "created_at": at, "updated_at": at}
            for name, value in self.settings.variables.items()
        ]
        page, links = paged(shown, request, self._state.url)
        return ApiResponse(status=200, body={"total_count": len(shown), "variables": page}, headers=links)

    def _codeowners(self, _request: ApiRequest) -> ApiResponse:
        shown = [
            {
                "line": line,
                "column": 1,
                "kind": "Unknown owner",
                "source": "jobs/ @acme/gone",
                "suggestion": "make sure the team exists",
                "message": f"{message}\n\n  jobs/ @acme/gone\n        ^",
                "path": ".github/CODEOWNERS",
            }
            for line, message in self.settings.codeowners_errors
        ]
        return ApiResponse(status=200, body={"errors": shown})

    def _rules(self, request: ApiRequest) -> ApiResponse:
        source = {"ruleset_source_type": "Repository", "ruleset_source": FULL_NAME, "ruleset_id": RULESET}
        parameters = self._state.approvals.branch_rules.get(request.parameters["branch"])
        shown = [{"type": "pull_request", **source, "parameters": parameters}] if parameters else []
        if self.settings.required_checks:
            shown.append({"type": "required_status_checks", **source, "parameters": self._checks()})
        shown += [{**rule, **source} for rule in self.settings.extra_rules]
        page, links = paged(shown, request, self._state.url)
        return ApiResponse(status=200, body=page, headers=links)

    def _checks(self) -> dict[str, Any]:
        checks = [
            {"context": name, **({} if app is None else {"integration_id": app})}
            for name, app in self.settings.required_checks
        ]
        return {"required_status_checks": checks, "strict_required_status_checks_policy": self.settings.is_strict}

    def _ruleset(self, request: ApiRequest) -> ApiResponse:
        if request.number("ruleset_id") != RULESET:
            return refusal(404, "Not Found")
        shown = {
            "id": RULESET,
            "name": "main",
            "target": "branch",
            "source_type": "Repository",
            "source": FULL_NAME,
            "enforcement": "active",
            "rules": [],
        }
        # GitHub shows them only to those who may change the ruleset.
        if request.token.permissions is None:
            shown["bypass_actors"] = [
                {"actor_id": number, "actor_type": kind, "bypass_mode": "always"}
                for kind, number in self.settings.bypass_actors
            ]
        return ApiResponse(status=200, body=shown)

    def _classic(self, _request: ApiRequest) -> ApiResponse:
        if self.settings.classic is None:
            return refusal(404, "Branch not protected")
        return ApiResponse(status=200, body=self.settings.classic)
