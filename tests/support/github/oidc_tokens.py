"""Tokens that GitHub gives to our workflows and others, each with whether a role should accept it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from support.aws.iam_policies import Request

ISSUER = "token.actions.githubusercontent.com"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{ISSUER}"
# The claims of GitHub that STS offers as condition keys; it ignores all others.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
SEEN_BY_AWS = (
    "actor", "actor_id", "aud", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository", "repository_id",
    "sub", "workflow",
)  # fmt: skip

MAIN = "refs/heads/main"
PULL = "refs/pull/7/merge"
ENVIRONMENTS = {kind: f"groundctl-{kind}" for kind in ("apply", "stop", "terraform")}
KINDS = ("plan", *ENVIRONMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A workflow's token: where it runs, and what it claims. `moment` is the end of the subject."""

    moment: str
    ref: str = MAIN
    owner: str = "acme"
    owner_id: str = "12345678"
    name: str = "labeling"
    repository_id: str = "987654321"
    with_ids: bool = False  # the subject's newer form
    claims: Mapping[str, str | None] = field(default_factory=dict)  # instead of GitHub's own; None: missing
    provider: str = PROVIDER
    action: str = "sts:AssumeRoleWithWebIdentity"

    @property
    def subject(self) -> str:
        """Return the subject as GitHub writes it."""
        if self.with_ids:
            return f"repo:{self.owner}@{self.owner_id}/{self.name}@{self.repository_id}:{self.moment}"
        return f"repo:{self.owner}/{self.name}:{self.moment}"

    def request(self) -> Request:
        """Return the request that STS evaluates for this token."""
        repository = f"{self.owner}/{self.name}"
        said: dict[str, str | None] = {
            "aud": "sts.amazonaws.com",
            "sub": self.subject,
            "repository": repository,
            "repository_id": self.repository_id,
            "repository_owner_id": self.owner_id,
            "ref": self.ref,
            "actor": "someone",
            "actor_id": "42",
            "workflow": "apply",
            "job_workflow_ref": f"{repository}/.github/workflows/apply.yml@{self.ref}",
            **({"environment": self.moment.removeprefix("environment:")} if "environment:" in self.moment else {}),
            **self.claims,
        }
        context = {
            f"{ISSUER}:{claim}": value for claim, value in said.items() if claim in SEEN_BY_AWS and value is not None
        }
        return Request(action=self.action, principal={"Federated": self.provider}, context=context)


Named = tuple[str, Token]


def right_tokens(kind: str) -> list[Named]:
    """List the tokens that a role accepts, in both forms of the subject."""
    if kind != "plan":
        approved = Token(moment=f"environment:{ENVIRONMENTS[kind]}")
        return list(_both_forms([("approved on the default branch", approved)]))
    on_main = Token(moment=f"ref:{MAIN}")
    return list(
        _both_forms(
            [
                ("pull request", Token(moment="pull_request", ref=PULL)),
                ("pull request of a dependency bot", Token(moment="pull_request", ref="refs/pull/8/merge", claims={"actor": "dependabot[bot]"})),
                ("push to the default branch", on_main),
                ("schedule", replace(on_main, claims={"workflow": "status"})),
                ("repository dispatch", replace(on_main, claims={"actor": "groundctl-events[bot]"})),
            ]
        )
    )  # fmt: skip


def wrong_tokens(kind: str) -> list[Named]:
    """List tokens that are similar to a role's, and that it must refuse."""
    right = [Token(moment="pull_request", ref=PULL), Token(moment=f"ref:{MAIN}")]
    if kind != "plan":
        right = [Token(moment=f"environment:{ENVIRONMENTS[kind]}")]
    near = [*_other_moments(kind)]
    for token in right:
        near += [(f"{token.moment}, {name}", changed) for name, changed in _other_places(token)]
    return [*_both_forms(near), *(pair for token in right for pair in _not_as_written(token))]


def _both_forms(named: list[Named]) -> Iterator[Named]:
    for name, token in named:
        yield name, token
        yield f"{name}, with ids", replace(token, with_ids=True)


def _other_moments(kind: str) -> Iterator[Named]:
    """Yield the repository's own workflows that the role is not for."""
    for other in KINDS:
        if other != kind:
            yield from ((f"role {other}: {name}", token) for name, token in right_tokens(other) if not token.with_ids)
    yield "another branch", Token(moment="ref:refs/heads/feature", ref="refs/heads/feature")
    yield "a branch that begins like the default one", Token(moment="ref:refs/heads/main-2", ref="refs/heads/main-2")
    yield "a branch that ends like it", Token(moment="ref:refs/heads/x/main", ref="refs/heads/x/main")
    yield "a branch in capitals", Token(moment="ref:refs/heads/MAIN", ref="refs/heads/MAIN")
    yield "a tag named like the default branch", Token(moment="ref:refs/tags/main", ref="refs/tags/main")
    yield "a release's tag", Token(moment="ref:refs/tags/v1.0.0", ref="refs/tags/v1.0.0")
    queue = "refs/heads/gh-readonly-queue/main/pr-7-0123abc"
    yield "the merge queue", Token(moment=f"ref:{queue}", ref=queue)
    yield "a pull request's own ref", Token(moment=f"ref:{PULL}", ref=PULL)
    for environment in (
        "production", "groundctl", "groundctl-apply-2", "my-groundctl-apply", "Groundctl-Apply", "groundctl-apply%3Amain",
        "groundctl%2Dapply", "groundctl-apply%2Frefs%2Fheads%2Fmain", "main", "pull_request",
    ):  # fmt: skip
        yield f"environment {environment}", Token(moment=f"environment:{environment}")
    if kind == "plan":
        return
    named = f"environment:{ENVIRONMENTS[kind]}"
    yield "a pull request that names the environment", Token(moment=named, ref=PULL)
    yield "another branch that names the environment", Token(moment=named, ref="refs/heads/feature")
    yield "a tag that names the environment", Token(moment=named, ref="refs/tags/main")


def _other_places(right: Token) -> Iterator[Named]:
    """Yield the same workflow in another place."""
    yield "another repository of the owner", replace(right, name="other", repository_id="555")
    yield "a repository whose name begins like ours", replace(right, name="labeling-2", repository_id="556")
    yield "a fork of the same name", replace(right, owner="stranger", owner_id="666", repository_id="557")
    yield "an owner whose name begins like ours", replace(right, owner="acme-labs", owner_id="667", repository_id="558")
    yield "an owner who took over the name", replace(right, owner_id="668", repository_id="559")
    yield "a repository recreated under the name", replace(right, repository_id="560")
    yield "our repository renamed", replace(right, name="labels")
    yield "our repository moved to another owner", replace(right, owner="bought", owner_id="669")
    yield "our names in capitals", replace(right, owner="ACME", name="Labeling")
    yield (
        "another server's GitHub",
        replace(right, provider="arn:aws:iam::111122223333:oidc-provider/github.acme.example"),
    )
    yield "another account's provider", replace(right, provider=PROVIDER.replace("111122223333", "999999999999"))
    yield "a role in place of a token", replace(right, action="sts:AssumeRole")
    yield "a session that brings tags", replace(right, action="sts:TagSession")
    for claim in ("aud", "sub", "repository_id"):
        yield f"without {claim}", replace(right, claims={claim: None})
    for audience in ("https://github.com/acme", "sts.amazonaws.com.evil.example", "STS.AMAZONAWS.COM", "sigstore", ""):
        yield f"for {audience or 'nobody'}", replace(right, claims={"aud": audience})
    yield "a number that begins like ours", replace(right, claims={"repository_id": "9876543210"})
    yield "a number with a zero before it", replace(right, claims={"repository_id": "0987654321"})
    if right.moment.startswith("environment:"):
        yield "without ref", replace(right, claims={"ref": None})


def _not_as_written(right: Token) -> Iterator[Named]:
    """Yield subjects that GitHub could be configured to write, or that a parser could mistake for ours."""
    for name, subject in {
        "a wildcard": "repo:acme/labeling:*",
        "any owner": f"repo:*/labeling:{right.moment}",
        "a subject of our own making": "repository_id:987654321",
        "more behind": f"{right.subject}:ref:{MAIN}",
        "more before": f"repository_owner:acme:{right.subject}",
        "a line break": f"{right.subject}\n",
        "a space": f" {right.subject}",
        "capitals": right.subject.upper(),
        "the names alone": "repo:acme/labeling",
        "nothing": "",
        "a null": f"{right.subject}\0",
        "ids without an at": f"repo:acme12345678/labeling987654321:{right.moment}",
        "only the owner's id": f"repo:acme@12345678/labeling:{right.moment}",
        "only the repository's id": f"repo:acme/labeling@987654321:{right.moment}",
        "ids changed round": f"repo:acme@987654321/labeling@12345678:{right.moment}",
        "a stranger's ids": f"repo:acme@666/labeling@557:{right.moment}",
    }.items():
        yield f"{right.moment}, subject with {name}", replace(right, claims={"sub": subject})
