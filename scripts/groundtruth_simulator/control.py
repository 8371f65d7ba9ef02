"""The simulator's own HTTP interface, under a path that no AWS service uses: JSON in, JSON out.

GET    /groundtruth-simulator/          {"clock": {...}, "settings": {...}}
GET    /groundtruth-simulator/clock     {"now": ISO 8601, "frozen": bool, "speed": number}
POST   /groundtruth-simulator/clock     {"advance": seconds} or {"until": "idle"}; also {"frozen": bool, "speed": number}
GET    /groundtruth-simulator/truth     {clip URI or file name: label, or null for a clip everybody declines}
POST   /groundtruth-simulator/truth     the same, added to what is known
GET    /groundtruth-simulator/requests  {"requests": [...]}; ?operation=CreateLabelingJob for one operation
DELETE /groundtruth-simulator/requests
GET    /groundtruth-simulator/faults    {"faults": [...]}
POST   /groundtruth-simulator/faults    one fault, see `faults.Fault`
DELETE /groundtruth-simulator/faults
GET    /groundtruth-simulator/routes    {address elsewhere: what stands in for it on this machine}
POST   /groundtruth-simulator/routes    the same, added to what is known, such as {"https://api.github.com": "http://127.0.0.1:5642"}
GET    /groundtruth-simulator/settings  see `settings.Settings`
POST   /groundtruth-simulator/settings  some of them
POST   /groundtruth-simulator/reset     forgets all AWS resources, truth, faults and requests
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from groundtruth_simulator.simulator import Simulator

PREFIX = "/groundtruth-simulator"
MAX_BODY = 10_000_000

Answer = dict[str, Any]
Action = Callable[[Simulator, Mapping[str, Any]], Answer]


def answer_control(simulator: Simulator, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer one request to the simulator itself."""
    path = environ["PATH_INFO"].removeprefix(PREFIX).strip("/")
    status, answer = _answer(simulator, environ["REQUEST_METHOD"], path, environ)
    body = json.dumps(answer).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]


def _answer(simulator: Simulator, method: str, path: str, environ: dict[str, Any]) -> tuple[HTTPStatus, Answer]:
    paths = {known for _, known in ACTIONS}
    if path not in paths:
        return HTTPStatus.NOT_FOUND, {"error": f"no such path; there are: {', '.join(sorted(filter(None, paths)))}"}
    action = ACTIONS.get((method, path))
    if action is None:
        return HTTPStatus.METHOD_NOT_ALLOWED, {"error": f"{method} is not for {path or PREFIX}"}
    try:
        given = _body(environ) if method == "POST" else _query(environ)
        return HTTPStatus.OK, action(simulator, given)
    except (ValueError, TypeError) as error:
        return HTTPStatus.BAD_REQUEST, {"error": str(error)}


def _body(environ: dict[str, Any]) -> Mapping[str, Any]:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MAX_BODY:
        raise ValueError(f"the body is longer than {MAX_BODY} bytes")
    given = json.loads(environ["wsgi.input"].read(length) or b"{}")
    if not isinstance(given, dict):
        raise ValueError("the body must be a JSON object")  # noqa: TRY004 - answered as a bad request
    return given


def _query(environ: dict[str, Any]) -> Mapping[str, Any]:
    return {name: values[-1] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}


def _clock(simulator: Simulator, _: Mapping[str, Any]) -> Answer:
    clock = simulator.clock
    return {"now": clock.now().isoformat(), "frozen": clock.frozen, "speed": clock.speed}


def _move_clock(simulator: Simulator, given: Mapping[str, Any]) -> Answer:
    if unknown := set(given) - {"advance", "until", "frozen", "speed"}:
        raise ValueError(f"unknown member {', '.join(sorted(unknown))}; there are: advance, until, frozen, speed")
    if given.get("until", "idle") != "idle":
        raise ValueError("until can only be idle")
    simulator.clock.configure(speed=given.get("speed"), frozen=given.get("frozen"))
    if "advance" in given:
        simulator.advance(float(given["advance"]))
    if "until" in given:
        simulator.advance_until_idle()
    return _clock(simulator, given)


def _truth(simulator: Simulator, _: Mapping[str, Any]) -> Answer:
    return dict(simulator.truth().known)


def _set_truth(simulator: Simulator, given: Mapping[str, Any]) -> Answer:
    if any(not isinstance(label, str | None) for label in given.values()):
        raise ValueError("a label is a text, or null for a clip that everybody declines")
    simulator.set_truth(given)
    return _truth(simulator, given)


def _requests(simulator: Simulator, given: Mapping[str, Any]) -> Answer:
    return {"requests": simulator.requests(given.get("operation"))}


def _clear_requests(simulator: Simulator, _: Mapping[str, Any]) -> Answer:
    simulator.clear_requests()
    return {"requests": []}


def _faults(simulator: Simulator, _: Mapping[str, Any]) -> Answer:
    return {"faults": [fault.as_json() for fault in simulator.faults.pending()]}


def _add_fault(simulator: Simulator, given: Mapping[str, Any]) -> Answer:
    simulator.add_fault(**given)
    return _faults(simulator, given)


def _clear_faults(simulator: Simulator, given: Mapping[str, Any]) -> Answer:
    simulator.faults.clear()
    return _faults(simulator, given)


def _routes(simulator: Simulator, _: Mapping[str, Any]) -> Answer:
    return dict(simulator.routes)


def _add_routes(simulator: Simulator, given: Mapping[str, Any]) -> Answer:
    if any(not isinstance(stand_in, str) for stand_in in given.values()):
        raise ValueError("a route leads to an http:// address")
    simulator.add_routes(given)
    return _routes(simulator, given)


def _settings(simulator: Simulator, _: Mapping[str, Any]) -> Answer:
    return asdict(simulator.settings)


def _change_settings(simulator: Simulator, given: Mapping[str, Any]) -> Answer:
    return asdict(simulator.change_settings(**given))


def _reset(simulator: Simulator, _: Mapping[str, Any]) -> Answer:
    simulator.reset()
    return {"status": "ok"}


def _all(simulator: Simulator, given: Mapping[str, Any]) -> Answer:
    return {"clock": _clock(simulator, given), "settings": _settings(simulator, given)}


ACTIONS: dict[tuple[str, str], Action] = {
    ("GET", ""): _all,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _move_clock,
    ("GET", "truth"): _truth,
    ("POST", "truth"): _set_truth,
    ("GET", "requests"): _requests,
    ("DELETE", "requests"): _clear_requests,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _add_fault,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "routes"): _routes,
    ("POST", "routes"): _add_routes,
    ("GET", "settings"): _settings,
    ("POST", "settings"): _change_settings,
    ("POST", "reset"): _reset,
}
