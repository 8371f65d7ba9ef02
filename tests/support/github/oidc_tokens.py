"""Tokens that GitHub gives to our workflows and others, each with whether a role should accept it.

The tokens are made from kinds: what starts the run, which file contains the job and where GitHub took it from, which repository it
is, how the subject is written, which claims are there. A wrong token differs from a right one in one of them, or in two that
only together look right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
SHA = "1f0c3a1e9b7d4c2f8e6a1b0d9c8f7e6a5b4c3d2e"
ENVIRONMENTS = {kind: f"groundctl-{kind}" for kind in ("apply", "stop", "terraform")}
KINDS = ("plan", "record", *ENVIRONMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A workflow's token: where it runs, and what it claims. `moment` is the end of the subject."""

    moment: str
    file: str  # below .github/workflows: the one that contains the job
    ref: str = MAIN
    file_ref: str | None = None  # where GitHub took the file from, if it is not the run's own ref
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

    @property
    def job_workflow_ref(self) -> str:
        """Return the file that contains the job, as GitHub writes it."""
        at = self.ref if self.file_ref is None else self.file_ref
        return f"{self.owner}/{self.name}/.github/workflows/{self.file}@{at}"

    def request(self) -> Request:
        """Return the request that STS evaluates for this token."""
        said: dict[str, str | None] = {
            "aud": "sts.amazonaws.com",
            "sub": self.subject,
            "repository": f"{self.owner}/{self.name}",
            "repository_id": self.repository_id,
            "repository_owner_id": self.owner_id,
            "ref": self.ref,
            "actor": "someone",
            "actor_id": "42",
            "workflow": "apply",
            "job_workflow_ref": self.job_workflow_ref,
            **({"environment": self.moment.removeprefix("environment:")} if "environment:" in self.moment else {}),
            **self.claims,
        }
        context = {
            f"{ISSUER}:{claim}": value for claim, value in said.items() if claim in SEEN_BY_AWS and value is not None
        }
        return Request(action=self.action, principal={"Federated": self.provider}, context=context)


Named = tuple[str, Token]

_APPLY, _STATUS = "reusable-apply-environment.yml", "reusable-status-environment.yml"
_ON_PULL = Token(moment="pull_request", ref=PULL, file="reusable-plan.yml", file_ref=MAIN)
_ON_MAIN = Token(moment=f"ref:{MAIN}", file=_APPLY)
_RECORDING = replace(_ON_PULL, file="recorded-plan.yml")


def right_tokens(kind: str) -> list[Named]:
    """List the tokens that a role accepts, in both forms of the subject."""
    return list(_both_forms(_right(kind)))


def _right(kind: str) -> list[Named]:
    if kind in ENVIRONMENTS:
        approved = Token(moment=f"environment:{ENVIRONMENTS[kind]}", file=_APPLY)
        return [
            ("approved on the default branch", approved),
            ("approved, called by the status workflow", replace(approved, claims={"workflow": "status"})),
        ]
    pull = {"plan": _ON_PULL, "record": _RECORDING}[kind]
    pulls = [
        ("pull request", pull),
        ("pull request of a dependency bot", replace(pull, ref="refs/pull/8/merge", claims={"actor": "dependabot[bot]"})),
        ("pull request with a long number", replace(pull, ref="refs/pull/123456/merge")),
        ("pull request with another caller's name", replace(pull, claims={"workflow": "my own plan"})),
    ]  # fmt: skip
    on_main = [
        ("push to the default branch", _ON_MAIN),
        ("schedule", replace(_ON_MAIN, file=_STATUS, claims={"workflow": "status"})),
        ("repository dispatch", replace(_ON_MAIN, file=_STATUS, claims={"actor": "groundctl-events[bot]"})),
        ("apply, called by the status workflow", replace(_ON_MAIN, claims={"workflow": "status"})),
    ]
    return pulls + (on_main if kind == "plan" else [])


def wrong_tokens(kind: str) -> list[Named]:
    """List tokens that are similar to a role's, and that it must refuse."""
    typical = _typical(kind)
    near = list(_other_roles(kind))
    for token in typical:
        moments = [
            (name, replace(each, file=token.file, file_ref=token.file_ref)) for name, each in _other_moments(kind)
        ]
        changes = (*moments, *_other_places(token), *_other_files(token, kind), *_other_claims(token))
        near += [(f"{token.moment}, {name}", changed) for name, changed in changes]
    return [*_both_forms(near), *(pair for token in typical for pair in _not_as_written(token))]


def _typical(kind: str) -> list[Token]:
    """Return one right token for each way to get a role."""
    if kind == "plan":
        return [_ON_PULL, _ON_MAIN]
    return [_right(kind)[0][1]]


def _both_forms(named: Iterable[Named]) -> Iterator[Named]:
    for name, token in named:
        yield name, token
        yield f"{name}, with ids", replace(token, with_ids=True)


def _other_roles(kind: str) -> Iterator[Named]:
    """Yield the tokens of the other roles."""
    for other in KINDS:
        if other != kind:
            yield from ((f"role {other}: {name}", token) for name, token in _right(other))


def _other_moments(kind: str) -> Iterator[Named]:
    """Yield what starts a run of this repository that the role is not for; its job is in the right file."""
    started = Token(moment="", file="")
    own = {token.moment for token in _typical(kind)}
    for other in KINDS:
        yield from ((f"started for {other}", token) for token in _typical(other) if token.moment not in own)
    for name, ref in {
        "another branch": "refs/heads/feature",
        "a branch that begins like the default one": "refs/heads/main-2",
        "a branch that ends like it": "refs/heads/x/main",
        "a branch in capitals": "refs/heads/MAIN",
        "a branch named like a pull request's ref": "refs/heads/refs/pull/7/merge",
        "a tag named like the default branch": "refs/tags/main",
        "a tag named like its ref": "refs/tags/refs/heads/main",
        "a release's tag": "refs/tags/v1.0.0",
        "the merge queue": "refs/heads/gh-readonly-queue/main/pr-7-0123abc",
        "a pull request's own ref": PULL,
        "a pull request's head": "refs/pull/7/head",
    }.items():
        yield name, replace(started, moment=f"ref:{ref}", ref=ref)
    yield "pull_request_target", replace(started, moment="pull_request", ref=MAIN)
    yield "a pull request's subject on a branch", replace(started, moment="pull_request", ref="refs/heads/feature")
    yield "a pull request's head", replace(started, moment="pull_request", ref="refs/pull/7/head")
    for environment in (
        "production", "groundctl", "groundctl-apply-2", "my-groundctl-apply", "Groundctl-Apply", "groundctl-apply%3Amain",
        "groundctl%2Dapply", "groundctl-apply%2Frefs%2Fheads%2Fmain", "main", "pull_request", "pull_request%3Aref",
    ):  # fmt: skip
        yield f"environment {environment}", replace(started, moment=f"environment:{environment}")
        on_pull = replace(started, moment=f"environment:{environment}", ref=PULL)
        yield f"a pull request's environment {environment}", on_pull
    if kind in ENVIRONMENTS:
        named = replace(started, moment=f"environment:{ENVIRONMENTS[kind]}")
        yield "a pull request that names the environment", replace(named, ref=PULL)
        yield "another branch that names the environment", replace(named, ref="refs/heads/feature")
        yield "a tag that names the environment", replace(named, ref="refs/tags/main")


def _other_files(right: Token, kind: str) -> Iterator[Named]:
    """Yield the same run with its job in another file, or in the right file from elsewhere."""
    accepted = {token.job_workflow_ref for _, token in _right(kind) if token.moment == right.moment}
    for name, token in (*_files_by_name(right), *_files_by_text(right)):
        if token.request() != right.request() and token.job_workflow_ref not in accepted - {right.job_workflow_ref}:
            yield f"file {name}", token


def _files_by_name(right: Token) -> Iterator[Named]:
    for file in (
        "evil.yml", "apply.yaml", "plan.yaml", "recorded-plan.yaml", "Apply.yml", "apply.yml.yml", "my-apply.yml", "ci.yml",
        "apply.yml", "plan.yml", "status.yml", "recorded-plan.yml", "reusable-plan.yml", "reusable-apply.yml", "reusable-status.yml",
        _APPLY, _STATUS, f"nested/{_APPLY}", f"../{_APPLY}", f"my-{_APPLY}", "reusable-apply-environment-2.yml",
        f"{_APPLY}%40refs/heads/main", f"{_APPLY}@refs/heads/main",
    ):  # fmt: skip
        yield file, replace(right, file=file)
    for ref in (
        "refs/tags/v0.1.0",
        MAIN, PULL, "refs/heads/feature", "refs/heads/evil", "refs/tags/main", "refs/tags/refs/heads/main", SHA, SHA[:7], "main", "",
        "refs/heads/main-2", "refs/heads/x/main", "refs/heads/MAIN", "refs/heads/main@evil", "refs/heads/main ", "refs/heads/*",
        "refs/pull/7/head", "refs/heads/refs/pull/7/merge", "refs/heads/gh-readonly-queue/main/pr-7-0123abc",
    ):  # fmt: skip
        yield f"from {ref or 'nowhere'}", replace(right, file_ref=ref)


def _files_by_text(right: Token) -> Iterator[Named]:
    at = right.ref if right.file_ref is None else right.file_ref
    ours = right.job_workflow_ref
    for name, text in {
        "of another repository": ours.replace("acme/labeling/", "acme/other/"),
        "of a fork": ours.replace("acme/", "stranger/"),
        "of a repository whose name begins like ours": ours.replace("acme/labeling/", "acme/labeling-2/"),
        "of an owner whose name begins like ours": ours.replace("acme/", "acme-labs/"),
        "by a local path": f"./.github/workflows/{right.file}",
        "by a local path with a ref": f"./.github/workflows/{right.file}@{at}",
        "without repository": f".github/workflows/{right.file}@{at}",
        "without ref": ours.partition("@")[0],
        "in another folder": ours.replace("/.github/workflows/", "/workflows/"),
        "behind another": f"acme/other/.github/workflows/evil.yml@{at},{ours}",
        "before another": f"{ours},acme/other/.github/workflows/evil.yml@{MAIN}",
        "with a line break": f"{ours}\n",
        "with a null": f"{ours}\0",
        "with a space before it": f" {ours}",
        "in capitals": ours.upper(),
        "with ids": ours.replace("acme/labeling/", "acme@12345678/labeling@987654321/"),
        "percent-encoded": ours.replace("@", "%40"),
        "a wildcard": "*",
        "empty": "",
    }.items():
        yield name, replace(right, claims={"job_workflow_ref": text})


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
    for name, place in {
        "another repository of the owner": replace(right, name="other", repository_id="555"),
        "a fork": replace(right, owner="stranger", owner_id="666", repository_id="557"),
    }.items():
        # A caller from elsewhere may call our file, if our repository is public or lets it.
        claims = {"job_workflow_ref": right.job_workflow_ref}
        yield f"{name} that calls our file", replace(place, claims=claims)
        yield f"{name} that calls our file, with our number", replace(place, repository_id="987654321", claims=claims)
        yield f"{name} with our subject", replace(place, claims={**claims, "sub": right.subject})
    yield (
        "another server's GitHub",
        replace(right, provider="arn:aws:iam::111122223333:oidc-provider/github.acme.example"),
    )
    yield "another account's provider", replace(right, provider=PROVIDER.replace("111122223333", "999999999999"))


def _other_claims(right: Token) -> Iterator[Named]:
    """Yield the same workflow with a claim that is missing or different, or with another request."""
    yield "a role in place of a token", replace(right, action="sts:AssumeRole")
    yield "a session that brings tags", replace(right, action="sts:TagSession")
    for claim in ("aud", "sub", "repository_id", "ref", "job_workflow_ref"):
        yield f"without {claim}", replace(right, claims={claim: None})
        yield f"with an empty {claim}", replace(right, claims={claim: ""})
    elsewhere = {"job_workflow_ref": None, "workflow": right.job_workflow_ref}
    yield "with the file in another claim", replace(right, claims=elsewhere)
    for audience in ("https://github.com/acme", "sts.amazonaws.com.evil.example", "STS.AMAZONAWS.COM", "sigstore"):
        yield f"for {audience}", replace(right, claims={"aud": audience})
    for number in ("9876543210", "0987654321", "98765432", "987654321 ", "*"):
        yield f"with the number {number}", replace(right, claims={"repository_id": number})
    for ref in (
        "refs/heads/feature", "refs/tags/main", "main", "refs/pull/7/head", "refs/heads/refs/pull/7/merge",
        PULL if right.ref == MAIN else MAIN,
    ):  # fmt: skip
        yield f"with the ref {ref}", replace(right, claims={"ref": ref})


def _not_as_written(right: Token) -> Iterator[Named]:
    """Yield subjects that GitHub could be configured to write, or that a parser could mistake for ours."""
    for name, subject in {
        "a wildcard": "repo:acme/labeling:*",
        "any owner": f"repo:*/labeling:{right.moment}",
        "a subject of our own making": "repository_id:987654321",
        "more behind": f"{right.subject}:ref:{MAIN}",
        "more before": f"repository_owner:acme:{right.subject}",
        "an extra colon": f"{right.subject}:",
        "a doubled colon": right.subject.replace(":", "::"),
        "encoded colons": right.subject.replace(":", "%3A"),
        "an encoded colon in its end": f"{right.subject.rpartition(':')[0]}%3A{right.subject.rpartition(':')[2]}",
        "the called file in it": f"{right.subject}:job_workflow_ref:{right.job_workflow_ref}",
        "the called file alone": f"job_workflow_ref:{right.job_workflow_ref}",
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
        "encoded ats": f"repo:acme%4012345678/labeling%40987654321:{right.moment}",
    }.items():
        yield f"{right.moment}, subject with {name}", replace(right, claims={"sub": subject})
