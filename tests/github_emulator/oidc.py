"""OIDC identities: signed tokens with the claims that a role's trust policy checks."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from github_emulator.tokens import Token

LIFETIME = 300  # seconds


class Issuer:
    """Signs identities and records their claims."""

    def __init__(self, url: str) -> None:
        """Issue identities for a GitHub URL."""
        self._url = url
        self._key: rsa.RSAPrivateKey | None = None
        self._jobs: dict[tuple[int, str], Mapping[str, str]] = {}
        self.signed: list[Mapping[str, Any]] = []

    def expect(self, run: int, job: str, claims: Mapping[str, str]) -> None:
        """Set the claims of a job's identity."""
        self._jobs[run, job] = claims

    def sign(self, token: Token, audience: str) -> str:
        """Sign the identity of the job that a token belongs to."""
        self._key = self._key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
        at = int(time.time())
        claims = {
            "jti": str(uuid.uuid4()),
            "iss": self._url,
            "aud": audience,
            "iat": at,
            "nbf": at,
            "exp": at + LIFETIME,
            **self._jobs.get((token.run, token.job), {}),
        }
        self.signed.append(claims)
        return jwt.encode(claims, self._key, algorithm="RS256")
