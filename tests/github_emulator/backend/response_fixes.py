"""Corrects emulate's responses where they differ from GitHub's API description."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from github_emulator.state import Pull

# The app that workflows act as; its number is GitHub's.
ACTIONS_APP = 15368


def node_id(kind: str, number: int) -> str:
    """Build an id as in GitHub's GraphQL API."""
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def fixed_accounts(value: Any) -> Any:
    """Correct users, organizations and repositories anywhere in a response."""
    match value:
        case list():
            return [fixed_accounts(each) for each in value]
        case {"login": str(), "id": int()}:
            return _account(value)
        case {"full_name": str(), "owner": dict()}:
            counts = {"network_count": value["forks_count"], "subscribers_count": 1}
            return {**{name: fixed_accounts(each) for name, each in value.items()}, **counts}
        case dict():
            return {name: fixed_accounts(each) for name, each in value.items()}
    return value


def _account(account: Mapping[str, Any]) -> dict[str, Any]:
    # emulate omits most members of an organization, has no bots, and does not quote their names in URLs.
    login, name = account["login"], quote(account["login"])
    base = account["url"].rpartition("/")[0].rpartition("/")[0]
    url = f"{base}/users/{name}"
    kind = "Bot" if login.endswith("[bot]") else account.get("type", "Organization")
    return {
        "site_admin": False,
        **account,
        "type": kind,
        "avatar_url": f"{base}/avatars/u/{name}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{base}/apps/{quote(login.removesuffix('[bot]'))}" if kind == "Bot" else f"{base}/{name}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
    }


def fixed_comment(comment: Mapping[str, Any]) -> dict[str, Any]:
    """Link a comment to its pull request instead of an issue."""
    return {
        **comment,
        "html_url": comment["html_url"].replace("/issues/", "/pull/"),
    }


def fixed_check(check: Mapping[str, Any], *, annotations: int) -> dict[str, Any]:
    """Set the count of annotations and the app."""
    url = f"{check['url']}/annotations"
    output = {**check["output"], "annotations_count": annotations, "annotations_url": url}
    return {**check, "output": output, "app": _app(check["url"])}


def fixed_pull(
    pull: Mapping[str, Any],
    known: Pull,
    *,
    merged_by: Mapping[str, Any] | None,
    auto_merge_by: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Set the commits and merge state from the git repository; emulate invents its own."""
    merged = known.merged_at is not None
    fixed = {
        **pull,
        "head": {**pull["head"], "sha": known.head_sha},
        "base": {**pull["base"], "sha": known.base_sha},
        "merge_commit_sha": known.merge_sha,
        "merged_at": known.merged_at,
        "auto_merge": auto_merge_by
        and {"enabled_by": auto_merge_by, "merge_method": "squash", "commit_title": "", "commit_message": ""},
        "locked": known.locked,
        "active_lock_reason": "resolved" if known.locked else None,
        "statuses_url": pull["statuses_url"].rpartition("/")[0] + f"/{known.head_sha}",
    }
    if "merged" in pull:  # a list has fewer members
        fixed |= {"merged": merged, "merged_by": merged_by, "commits": max(1, len(known.commits))}
    return fixed


def _app(url: str) -> dict[str, Any]:
    base = url.partition("/repos/")[0]
    return {
        "id": ACTIONS_APP,
        "node_id": node_id("App", ACTIONS_APP),
        "slug": "github-actions",
        "name": "GitHub Actions",
        "description": "Automate your workflow from idea to production",
        "external_url": "https://help.github.com/en/actions",
        "html_url": f"{base}/apps/github-actions",
        "created_at": "2018-07-30T09:30:17Z",
        "updated_at": "2024-04-10T20:33:16Z",
        "permissions": {"checks": "write", "contents": "read", "metadata": "read"},
        "events": [],
        "owner": _account(
            {"login": "github", "id": 9919, "node_id": node_id("User", 9919), "url": f"{base}/orgs/github"}
        ),
    }
