"""What a job's runner asks of GitHub besides the API: what a token may do, an identity for AWS, room for an artifact."""

from __future__ import annotations

from github_emulator.desks.actions import uploaded
from github_emulator.exchange import Answer, Incoming, refusal
from github_emulator.front import Front
from github_emulator.oidc import Issuer

PREFIX = "/_runner/"


class Backdoor:
    """Answers the stub actions; a job is known by its token."""

    def __init__(self, front: Front) -> None:
        """Share the front's world and tokens."""
        self._front = front
        self.issuer = Issuer(front.world.url)

    def answer(self, incoming: Incoming) -> Answer:
        """Answer one request."""
        token = self._front.tokens.find(incoming.authorization)
        if token is None:
            return refusal(401, "Bad credentials")
        match incoming.method, incoming.path.removeprefix(PREFIX).split("/"):
            case "GET", ["token"]:
                return Answer(status=200, body={"login": token.login, "permissions": token.permissions})
            case "GET", ["identity"]:
                if not token.allows("id-token", "write"):
                    return refusal(403, "Resource not accessible by integration")
                return Answer(status=200, body={"value": self.issuer.sign(token, incoming.query.get("audience", ""))})
            case "PUT", ["artifacts", name]:
                if any(each.run == token.run and each.name == name for each in self._front.world.artifacts.values()):
                    return refusal(409, "an artifact with this name already exists on the workflow run")
                artifact = uploaded(self._front.world, token.run, name, incoming.raw)
                return Answer(status=201, body={"id": artifact.id})
        return refusal(404, "Not Found")
