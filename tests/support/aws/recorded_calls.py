"""A proxy for a simulated AWS that records groundctl's calls as the permissions that AWS would require."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.request import normalize_request
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request as WebRequest

from groundtruth_simulator.control.request_log import identify_call
from support.aws.iam_policies import Request, Role, Verdict
from support.builders import ACCOUNT

# Operations that S3 allows under another name than their own.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
ALLOWED_AS = {
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListObjectsV2": "ListBucket",
}
ASKED_OF_NOBODY = {"sts:GetCallerIdentity"}  # needs no right
ACCESS_DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


@dataclass
class Recorder:
    """The recorded permissions, in order, and the proxy's URL. What a given role may not do is denied as S3 denies it."""

    url: str = ""
    asked: list[Request] = field(default_factory=list)
    role: Role | None = None

    def denies(self, asked: list[Request]) -> bool:
        """Report whether the role lacks one of these permissions."""
        role = self.role
        return role is not None and any(role.weigh(each) is not Verdict.ALLOWED for each in asked)

    def take(self) -> list[Request]:
        """Return what was recorded since the last call."""
        asked, self.asked = self.asked, []
        return asked


@contextmanager
def recorded(simulated_aws: str) -> Iterator[Recorder]:
    """Start a recording proxy for a simulated AWS."""
    recorder = Recorder()

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = WebRequest(environ)
        body = request.get_data()
        recorder.asked.extend(asked := list(rights(request, body)))
        if recorder.denies(asked):
            start_response("403 Forbidden", [("Content-Type", "application/xml")])
            return [] if request.method == "HEAD" else [ACCESS_DENIED]
        status, headers, content = _forward(simulated_aws, request, body)
        start_response(status, headers)
        return [content]

    server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    recorder.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield recorder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the base class's word
        """Print nothing."""


_OF_ONE_HOP = {"connection", "expect", "keep-alive", "transfer-encoding"}


def _forward(url: str, request: WebRequest, body: bytes) -> tuple[str, list[tuple[str, str]], bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    headers = {name: value for name, value in request.headers.items() if name.lower() not in _OF_ONE_HOP}
    connection.request(request.method, request.environ["RAW_URI"], body=body, headers=headers)
    response = connection.getresponse()
    kept = [(name, value) for name, value in response.getheaders() if name.lower() not in _OF_ONE_HOP]
    content = response.read()
    connection.close()
    return f"{response.status} {response.reason}", kept, content


def rights(request: WebRequest, body: bytes) -> Iterator[Request]:
    """Yield each permission that AWS would check."""
    bare = AWSPreparedRequest(request.method, request.url, HTTPHeaders.from_dict(dict(request.headers)), b"", False)
    call = identify_call(normalize_request(bare), body)
    action = f"{call.service}:{call.operation}"
    if call.service == "s3":
        yield _of_s3(call.operation, request)
    elif call.service == "sagemaker":
        yield from _of_sagemaker(action, json.loads(body), call.region)
    elif call.service == "cognito-idp":
        pool = f"arn:aws:cognito-idp:{call.region}:{ACCOUNT}:userpool/{json.loads(body)['UserPoolId']}"
        yield Request(action=action, resource=pool, context={"aws:ResourceTag/groundctl:environment": "test"})
    elif call.service == "iam":
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        role = f"arn:aws:iam::{ACCOUNT}:role/{form.get('RoleName')}"
        yield Request(action=action, resource=form.get("PolicySourceArn", role))
    elif action not in ASKED_OF_NOBODY:
        yield Request(action=action)


def _of_s3(operation: str, request: WebRequest) -> Request:
    # Reached at an address and not by a name, the bucket stands in the path.
    resource = f"arn:aws:s3:::{request.path.strip('/')}"
    value = request.headers.get("If-None-Match")
    context = {"s3:if-none-match": value} if value else {}
    return Request(action=f"s3:{ALLOWED_AS.get(operation, operation)}", resource=resource, context=context)


def _of_sagemaker(action: str, asked: Mapping[str, Any], region: str) -> Iterator[Request]:
    if "WorkteamName" in asked:
        team = f"arn:aws:sagemaker:{region}:{ACCOUNT}:workteam/private-crowd/{asked['WorkteamName']}"
        yield Request(action=action, resource=team)
        return
    if "LabelingJobName" not in asked:
        yield Request(action=action)
        return
    job = f"arn:aws:sagemaker:{region}:{ACCOUNT}:labeling-job/{asked['LabelingJobName']}"
    if action != "sagemaker:CreateLabelingJob":
        yield Request(action=action, resource=job)
        return
    team = str(asked["HumanTaskConfig"]["WorkteamArn"])
    [kind] = re.findall(r":workteam/(\w+-crowd)/", team)
    yield Request(action=action, resource=job, context={"sagemaker:WorkteamArn": team, "sagemaker:WorkteamType": kind})
    # AWS looks for these two besides.
    to_sagemaker = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    yield Request(action="iam:PassRole", resource=asked["RoleArn"], context=to_sagemaker)
    if asked.get("Tags"):
        yield Request(action="sagemaker:AddTags", resource=job)
