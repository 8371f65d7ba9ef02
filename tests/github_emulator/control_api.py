"""The control API for stub actions: permissions of a token, OIDC identities, artifact uploads, reviews of environments."""

from __future__ import annotations

from collections.abc import Callable

from github_emulator.gateway import Gateway
from github_emulator.handlers.actions import uploaded
from github_emulator.http_messages import ApiResponse, IncomingRequest, refusal
from github_emulator.oidc import Issuer

PREFIX = "/_runner/"


class ControlApi:
    """Serves the stub actions; a token identifies its job."""

    def __init__(self, gateway: Gateway) -> None:
        """Use the state and tokens of a gateway."""
        self._gateway = gateway
        self.issuer = Issuer(gateway.state.url)
        self.reviews: dict[tuple[int, str], Callable[[], bool]] = {}  # of jobs in environments, by run and job

    def answer(self, incoming: IncomingRequest) -> ApiResponse:
        """Answer one request."""
        token = self._gateway.tokens.find(incoming.authorization)
        if token is None:
            return refusal(401, "Bad credentials")
        match incoming.method, incoming.path.removeprefix(PREFIX).split("/"):
            case "GET", ["token"]:
                return ApiResponse(status=200, body={"login": token.login, "permissions": token.permissions})
            case "GET", ["identity"]:
                if not token.allows("id-token", "write"):
                    return refusal(403, "Resource not accessible by integration")
                return ApiResponse(
                    status=200, body={"value": self.issuer.sign(token, incoming.query.get("audience", ""))}
                )
            case "POST", ["review"]:
                # The job waits for this answer, as it waits for its reviewer on GitHub.
                return (
                    ApiResponse(status=200, body={})
                    if self.reviews[token.run, token.job]()
                    else refusal(403, "rejected")
                )
            case "PUT", ["artifacts", name]:
                if any(each.run == token.run and each.name == name for each in self._gateway.state.artifacts.values()):
                    return refusal(409, "an artifact with this name already exists on the workflow run")
                artifact = uploaded(self._gateway.state, token.run, name, incoming.raw)
                return ApiResponse(status=201, body={"id": artifact.id})
        return refusal(404, "Not Found")
