"""The control API: the simulator's own HTTP interface, under a path that no AWS service uses. Requests and responses are JSON.

GET    /groundtruth-simulator/                {"clock": {...}, "settings": {...}}
GET    /groundtruth-simulator/clock           {"now": ISO 8601, "frozen": bool, "speed": number}
POST   /groundtruth-simulator/clock           {"advance": seconds} or {"until": "idle"}; also {"frozen": bool, "speed": number}
GET    /groundtruth-simulator/correct-labels  {clip URI or file name: label, or null for a clip that every worker declines}
POST   /groundtruth-simulator/correct-labels  adds correct labels, in the same form
GET    /groundtruth-simulator/requests        {"requests": [...]}; ?operation=CreateLabelingJob for one operation
DELETE /groundtruth-simulator/requests        clears the log of requests
GET    /groundtruth-simulator/jobs            {"jobs": [...]}: every job with its clips, which of them workers get, and which have labels
GET    /groundtruth-simulator/faults          {"faults": [...]}
POST   /groundtruth-simulator/faults          adds one fault, see `control.faults.Fault`
DELETE /groundtruth-simulator/faults          removes every fault
GET    /groundtruth-simulator/routes          {external address: the local URL that is called in its place}
POST   /groundtruth-simulator/routes          adds routes, such as {"https://api.github.com": "http://127.0.0.1:5642"}
GET    /groundtruth-simulator/settings        see `settings.Settings`
POST   /groundtruth-simulator/settings        changes settings
GET    /groundtruth-simulator/subscriptions   {"teams": [...]}: the vendors' teams that were subscribed to
POST   /groundtruth-simulator/subscriptions   {"teams": [ARNs, or objects as ListSubscribedWorkteams returns them]}: replaces them
POST   /groundtruth-simulator/members         {"for_each_team": number}: so many people sign in to each work team that exists
POST   /groundtruth-simulator/existing        what the account has already, see `existing.make_existing`: {"account", "region",
                                              "buckets": [names], "keys", "topics", "teams": [ARNs],
                                              "workforce": {"name", "user_pool_id", "client_id"}}
POST   /groundtruth-simulator/reset           deletes all AWS resources, correct labels, faults and logged requests
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from groundtruth_simulator.existing import make_existing
from groundtruth_simulator.simulator import Simulator

PREFIX = "/groundtruth-simulator"
MAX_BODY = 10_000_000

Json = dict[str, Any]
Action = Callable[[Simulator, Mapping[str, Any]], Json]


def handle_control_request(simulator: Simulator, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Respond to one request to the control API."""
    path = environ["PATH_INFO"].removeprefix(PREFIX).strip("/")
    status, response = _respond(simulator, environ["REQUEST_METHOD"], path, environ)
    body = json.dumps(response).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]


def _respond(simulator: Simulator, method: str, path: str, environ: dict[str, Any]) -> tuple[HTTPStatus, Json]:
    paths = {known for _, known in ACTIONS}
    if path not in paths:
        return HTTPStatus.NOT_FOUND, {"error": f"unknown path; the paths are: {', '.join(sorted(filter(None, paths)))}"}
    action = ACTIONS.get((method, path))
    if action is None:
        return HTTPStatus.METHOD_NOT_ALLOWED, {"error": f"{method} is not allowed for {path or PREFIX}"}
    try:
        params = _body(environ) if method == "POST" else _query(environ)
        return HTTPStatus.OK, action(simulator, params)
    except (ValueError, TypeError) as error:
        return HTTPStatus.BAD_REQUEST, {"error": str(error)}


def _body(environ: dict[str, Any]) -> Mapping[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY:
        raise ValueError(f"the body is longer than {MAX_BODY} bytes")
    body = json.loads(environ["wsgi.input"].read(length) or b"{}")
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - the caller responds with 400
    return body


def _query(environ: dict[str, Any]) -> Mapping[str, Any]:
    return {name: values[-1] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}


def _clock(simulator: Simulator, _: Mapping[str, Any]) -> Json:
    clock = simulator.clock
    return {"now": clock.now().isoformat(), "frozen": clock.frozen, "speed": clock.speed}


def _move_clock(simulator: Simulator, params: Mapping[str, Any]) -> Json:
    if unknown := set(params) - {"advance", "until", "frozen", "speed"}:
        raise ValueError(f"unknown member {', '.join(sorted(unknown))}; the members are: advance, until, frozen, speed")
    if params.get("until", "idle") != "idle":
        raise ValueError("until can only be idle")
    simulator.clock.configure(speed=params.get("speed"), frozen=params.get("frozen"))
    if "advance" in params:
        simulator.advance(float(params["advance"]))
    if "until" in params:
        simulator.advance_until_idle()
    return _clock(simulator, params)


def _correct_labels(simulator: Simulator, _: Mapping[str, Any]) -> Json:
    return dict(simulator.correct_labels().known)


def _set_correct_labels(simulator: Simulator, params: Mapping[str, Any]) -> Json:
    if any(not isinstance(label, str | None) for label in params.values()):
        raise ValueError("a label must be a string, or null for a clip that every worker declines")
    simulator.set_correct_labels(params)
    return _correct_labels(simulator, params)


def _requests(simulator: Simulator, params: Mapping[str, Any]) -> Json:
    return {"requests": simulator.requests(params.get("operation"))}


def _clear_requests(simulator: Simulator, _: Mapping[str, Any]) -> Json:
    simulator.clear_requests()
    return {"requests": []}


def _jobs(simulator: Simulator, _: Mapping[str, Any]) -> Json:
    return {"jobs": simulator.jobs()}


def _faults(simulator: Simulator, _: Mapping[str, Any]) -> Json:
    return {"faults": [fault.as_json() for fault in simulator.faults.pending()]}


def _add_fault(simulator: Simulator, params: Mapping[str, Any]) -> Json:
    simulator.add_fault(**params)
    return _faults(simulator, params)


def _clear_faults(simulator: Simulator, params: Mapping[str, Any]) -> Json:
    simulator.faults.clear()
    return _faults(simulator, params)


def _routes(simulator: Simulator, _: Mapping[str, Any]) -> Json:
    return dict(simulator.routes)


def _add_routes(simulator: Simulator, params: Mapping[str, Any]) -> Json:
    if any(not isinstance(local_url, str) for local_url in params.values()):
        raise ValueError("a route leads to an http:// address")
    simulator.add_routes(params)
    return _routes(simulator, params)


def _subscribe(simulator: Simulator, params: Mapping[str, Any]) -> Json:
    teams = params.get("teams")
    if not isinstance(teams, list) or any(not isinstance(team, str | dict) for team in teams):
        raise ValueError("teams must be a list of ARNs, or of objects as ListSubscribedWorkteams returns them")
    simulator.subscribe(*teams)
    return _subscriptions(simulator, params)


def _subscriptions(simulator: Simulator, _: Mapping[str, Any]) -> Json:
    return {"teams": [subscription.as_json() for subscription in simulator.subscriptions]}


def _make_existing(simulator: Simulator, params: Mapping[str, Any]) -> Json:
    make_existing(simulator, params)
    return {"status": "ok"}


def _sign_in_members(simulator: Simulator, params: Mapping[str, Any]) -> Json:
    number = params.get("for_each_team")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ValueError("for_each_team must be a whole number from 1")
    simulator.sign_in_members(number)
    return {"for_each_team": number}


def _settings(simulator: Simulator, _: Mapping[str, Any]) -> Json:
    return asdict(simulator.settings)


def _change_settings(simulator: Simulator, params: Mapping[str, Any]) -> Json:
    return asdict(simulator.change_settings(**params))


def _reset(simulator: Simulator, _: Mapping[str, Any]) -> Json:
    simulator.reset()
    return {"status": "ok"}


def _overview(simulator: Simulator, params: Mapping[str, Any]) -> Json:
    return {"clock": _clock(simulator, params), "settings": _settings(simulator, params)}


ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", ""): _overview,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _move_clock,
    ("GET", "correct-labels"): _correct_labels,
    ("POST", "correct-labels"): _set_correct_labels,
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _clear_requests,
    ("GET", "jobs"): _jobs,
    ("POST", "members"): _sign_in_members,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "routes"): _routes,
    ("POST", "routes"): _add_routes,
    ("GET", "settings"): _settings,
    ("POST", "settings"): _change_settings,
    ("GET", "subscriptions"): _subscriptions,
    ("POST", "subscriptions"): _subscribe,
    ("POST", "existing"): _make_existing,
    ("POST", "reset"): _reset,
}
