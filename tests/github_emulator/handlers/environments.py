"""Handles environments, their branch policies, and who let runs enter them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.actors import OWNER
from github_emulator.approvals import Environment
from github_emulator.backend.response_fixes import node_id
from github_emulator.http_messages import ApiRequest, ApiResponse, refusal
from github_emulator.state import State, paged


class EnvironmentsHandler:
    """Handles what protects main and the environments."""

    def __init__(self, state: State) -> None:
        """Use a state."""
        self._state = state
        self.operations: Mapping[str, Callable[[ApiRequest], ApiResponse]] = {
            "repos/get-environment": self._get,
            "repos/list-deployment-branch-policies": self._policies,
            "actions/get-reviews-for-run": self._reviews,
        }

    def _get(self, request: ApiRequest) -> ApiResponse:
        found = self._find(request)
        if found is None:
            return refusal(404, "Not Found")
        has_policy = found.branches is not None or found.protected_branches
        policy = {"protected_branches": found.protected_branches, "custom_branch_policies": found.branches is not None}
        shown = {
            **self._named(found),
            # GitHub's answers have it; its description does not.
            "can_admins_bypass": found.admins_can_bypass,
            "protection_rules": [*self._reviewers(found), *self._branch_rule(found, has_policy=has_policy)],
            "deployment_branch_policy": policy if has_policy else None,
        }
        return ApiResponse(status=200, body=shown)

    def _policies(self, request: ApiRequest) -> ApiResponse:
        found = self._find(request)
        if found is None:
            return refusal(404, "Not Found")
        patterns = [*((name, "branch") for name in found.branches or ()), *((name, "tag") for name in found.tags)]
        shown = [
            {"id": found.id * 100 + at, "node_id": node_id("GateBranchPolicy", at), "name": name, "type": kind}
            for at, (name, kind) in enumerate(patterns)
        ]
        page, links = paged(shown, request, self._state.url)
        return ApiResponse(status=200, body={"total_count": len(shown), "branch_policies": page}, headers=links)

    def _reviews(self, request: ApiRequest) -> ApiResponse:
        run = request.number("run_id")
        if run not in self._state.runs:
            return refusal(404, "Not Found")
        known = self._state.approvals
        # The address names no attempt, so those of all attempts are inferred to be listed.
        shown = [
            {
                "environments": [self._named(known.environments[each.environment.lower()])],
                "state": each.state,
                "user": self._state.user(each.login),
                "comment": each.comment,
            }
            for each in known.environment_reviews.get(run, [])
        ]
        return ApiResponse(status=200, body=shown)

    def _find(self, request: ApiRequest) -> Environment | None:
        return self._state.approvals.environments.get(request.parameters["environment_name"].lower())

    def _named(self, environment: Environment) -> dict[str, Any]:
        web = f"{self._state.page_url}/deployments/activity_log?environments_filter={environment.name}"
        return {
            "id": environment.id,
            "node_id": node_id("Environment", environment.id),
            "name": environment.name,
            "url": f"{self._state.repository_url}/environments/{environment.name}",
            "html_url": web,
            "created_at": environment.created_at,
            "updated_at": environment.created_at,
        }

    def _reviewers(self, environment: Environment) -> list[dict[str, Any]]:
        if not environment.has_reviewers:
            return []
        users = [{"type": "User", "reviewer": self._state.user(login)} for login in environment.reviewers]
        teams = [{"type": "Team", "reviewer": self._team(name)} for name in environment.teams]
        return [
            {
                "id": environment.id * 10,
                "node_id": node_id("Gate", environment.id * 10),
                "prevent_self_review": environment.prevent_self_review,
                "type": "required_reviewers",
                "reviewers": [*users, *teams],
            }
        ]

    def _branch_rule(self, environment: Environment, *, has_policy: bool) -> list[dict[str, Any]]:
        identity = environment.id * 10 + 1
        return [{"id": identity, "node_id": node_id("Gate", identity), "type": "branch_policy"}] if has_policy else []

    def _team(self, name: str) -> dict[str, Any]:
        number = sum(name.encode())
        url = f"{self._state.url}/organizations/{OWNER}/team/{number}"
        return {
            "id": number,
            "node_id": node_id("Team", number),
            "url": url,
            "html_url": f"{self._state.url}/orgs/{OWNER}/teams/{name}",
            "name": name.capitalize(),
            "slug": name,
            "description": None,
            "privacy": "closed",
            "permission": "push",
            "members_url": f"{url}/members{{/member}}",
            "repositories_url": f"{url}/repos",
            "type": "organization",
            "organization_id": self._state.repository()["owner"]["id"],
            "parent": None,
        }
