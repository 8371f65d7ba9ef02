"""Handles reviews, permissions of users, and the timelines of pull requests, none of which emulate does as GitHub."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_emulator.actors import ALL_LOGINS
from github_emulator.approvals import Review, TimelineEntry, base_permission
from github_emulator.backend.response_fixes import node_id
from github_emulator.http_messages import ApiRequest, ApiResponse, refusal
from github_emulator.state import State, paged

# In GitHub's words, what a user is to the repository.
ASSOCIATIONS = {"admin": "MEMBER", "maintain": "MEMBER", "write": "MEMBER"}


class ReviewsHandler:
    """Handles what people did with a pull request."""

    def __init__(self, state: State) -> None:
        """Use a state."""
        self._state = state
        self.operations: Mapping[str, Callable[[ApiRequest], ApiResponse]] = {
            "pulls/list-reviews": self._reviews,
            "issues/list-events-for-timeline": self._timeline,
            "repos/get-collaborator-permission-level": self._permission,
        }

    def _reviews(self, request: ApiRequest) -> ApiResponse:
        number = request.number("pull_number")
        if number not in self._state.pulls:
            return refusal(404, "Not Found")
        shown = [self._shown(number, each) for each in self._state.approvals.reviews.get(number, [])]
        page, links = paged(shown, request, self._state.url)
        return ApiResponse(status=200, body=page, headers=links)

    def _permission(self, request: ApiRequest) -> ApiResponse:
        asked = request.parameters["username"]
        login = next((each for each in ALL_LOGINS if each.lower() == asked.lower()), "")
        if not login or login.endswith("[bot]"):
            return refusal(404, f"{asked} is not a user")  # inferred for apps
        role = self._state.approvals.role(login)
        name = role.partition(":")[0]
        user = {**self._state.user(login), "role_name": name}
        shown = {"permission": base_permission(role), "role_name": name, "user": user}
        return ApiResponse(status=200, body=shown)

    def _timeline(self, request: ApiRequest) -> ApiResponse:
        number = request.number("issue_number")
        pull = self._state.pulls.get(number)
        if pull is None:
            return refusal(404, "Not Found")
        known = self._state.approvals
        dated = [(entry.at, self._event(number, entry)) for entry in known.timeline.get(number, [])]
        dated += [
            (each.submitted_at, {**self._shown(number, each), "event": "reviewed", "state": each.state.lower()})
            for each in known.reviews.get(number, [])
            if each.commit is not None
        ]
        ordered = [event for _, event in sorted(dated, key=lambda each: each[0])]
        page, links = paged([*map(self._committed, pull.commits), *ordered], request, self._state.url)
        return ApiResponse(status=200, body=page, headers=links)

    def _shown(self, number: int, review: Review) -> dict[str, Any]:
        web = f"{self._state.page_url}/pull/{number}#pullrequestreview-{review.id}"
        pull = f"{self._state.repository_url}/pulls/{number}"
        role = self._state.approvals.roles.get(review.login, "none")
        return {
            "id": review.id,
            "node_id": node_id("PullRequestReview", review.id),
            "user": self._state.user(review.login),
            "body": review.body,
            "state": review.state,
            "html_url": web,
            "pull_request_url": pull,
            "_links": {"html": {"href": web}, "pull_request": {"href": pull}},
            "submitted_at": review.submitted_at,
            "commit_id": review.commit,
            "author_association": ASSOCIATIONS.get(role, "NONE"),
        }

    def _event(self, number: int, entry: TimelineEntry) -> dict[str, Any]:
        # GitHub's description has no schema of its own for most events; they have these members [inferred].
        count = self._state.approvals.timeline[number].index(entry)
        identity = number * 10_000 + count
        return {
            "id": identity,
            "node_id": node_id("Event", identity),
            "url": f"{self._state.repository_url}/issues/events/{identity}",
            "actor": self._state.user(entry.login),
            "event": entry.event,
            "commit_id": None,
            "commit_url": None,
            "created_at": entry.at,
            "performed_via_github_app": None,
            **entry.more,
        }

    def _committed(self, sha: str) -> dict[str, Any]:
        commit = self._state.commits[sha]
        url, web = f"{self._state.repository_url}/git/commits/{sha}", f"{self._state.page_url}/commit/{sha}"
        person = {"name": commit.author, "email": commit.email, "date": commit.at}
        return {
            "event": "committed",
            "sha": sha,
            "node_id": node_id("Commit", int(sha[:7], 16)),
            "url": url,
            "html_url": web,
            "author": person,
            "committer": person,
            "tree": {"sha": commit.tree, "url": f"{self._state.repository_url}/git/trees/{commit.tree}"},
            "message": commit.message,
            "parents": [{"sha": each, "url": f"{url}/{each}", "html_url": f"{web}/{each}"} for each in commit.parents],
            "verification": {
                "verified": False,
                "reason": "unsigned",
                "signature": None,
                "payload": None,
                "verified_at": None,
            },
        }
