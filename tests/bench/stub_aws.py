"""A stub of the AWS calls that groundctl sends, on loopback: SageMaker's List, Describe and Create, and S3. Counts the calls.

python tests/bench/stub_aws.py JOBS.json --latency-ms 30 --create-rate 20

JOBS.json holds {"jobs": [{"name", "manifest"}, ...] in creation order, "objects": {"bucket/key": text}, "listed": the number of
keys in every listed bucket}; existing.py writes it. The stub prints its port. GET /_counts returns the calls since the last such request.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs

REGION, ACCOUNT = "us-east-1", "123456789012"
AWS_JSON = "application/x-amz-json-1.1"
LEDGER = "ledger/"
MAX_IN_A_PAGE, KEYS_IN_A_PAGE = 100, 1_000
ENTRY = (
    "<Contents><Key>field-lab/{number:09d}.mp4</Key><LastModified>2026-11-02T09:00:00.000Z</LastModified>"
    "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>"
    "<ChecksumType>FULL_OBJECT</ChecksumType><Size>1048576</Size><StorageClass>STANDARD</StorageClass></Contents>"
)
CALLER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    f"<Arn>arn:aws:iam::{ACCOUNT}:user/bench</Arn><UserId>bench</UserId><Account>{ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
# A place without faults: what groundctl asks before it buys, by what it says of each call.
PLACE = {
    "?cors": "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>",
    "?requestPayment": "<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
    "?encryption": (
        "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
        "</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
    ),
}
ROLE = (
    '<GetRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><GetRoleResult><Role><Path>/</Path>'
    f"<RoleName>execution</RoleName><RoleId>AROA</RoleId><Arn>arn:aws:iam::{ACCOUNT}:role/execution</Arn>"
    "<CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>"
    "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22sagemaker.amazonaws.com%22%7D%7D%7D"
    "</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>"
)
SIMULATED = (
    '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><SimulatePrincipalPolicyResult>'
    "<IsTruncated>false</IsTruncated><EvaluationResults><member><EvalActionName>iam:PassRole</EvalActionName>"
    "<EvalDecision>allowed</EvalDecision></member></EvaluationResults>"
    "</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
)
TEAM = {
    "Workteam": {
        "WorkteamName": "reviewers",
        "Description": "reviewers",
        "WorkteamArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/reviewers",
        "MemberDefinitions": [
            {"CognitoMemberDefinition": {"UserPool": "us-east-1_pool", "UserGroup": "reviewers", "ClientId": "portal"}}
        ],
    }
}
WORKERS = {"Users": [{"Username": "robin", "Enabled": True, "UserStatus": "CONFIRMED"}]}
CLIP = Path(__file__).parents[1].joinpath("support", "clip.mp4").read_bytes()
STATES = ("Completed", "Completed", "Completed", "InProgress", "Stopped")

Answer = tuple[int, str, bytes]


@dataclass
class Api:
    """The jobs and objects there are, and the calls so far."""

    jobs: list[dict[str, str]]
    objects: dict[str, str]
    listed: int = 0
    create_rate: float = 0  # a second; 0: no limit
    created_at: list[float] = field(default_factory=list)
    number_of: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    pages: dict[tuple[str, int, int], bytes] = field(default_factory=dict)
    lists: dict[tuple[str, str], bytes] = field(default_factory=dict)
    requests: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.number_of = {job["name"]: number for number, job in enumerate(self.jobs)}

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer one call."""
        if path == "/_counts":
            counts, self.counts = self.counts, Counter()
            return 200, "application/json", json.dumps(counts).encode()
        if b"Action=GetCallerIdentity" in body:
            return 200, "text/xml", CALLER.encode()
        for action, content in (("GetRole", ROLE), ("SimulatePrincipalPolicy", SIMULATED)):
            if f"Action={action}&".encode() in body:
                self.counts[f"place {action}"] += 1
                return 200, "text/xml", content.encode()
        if "x-amz-target" not in headers:
            # A HEAD without a key asks about the bucket.
            asks_for_region = method == "HEAD" and "/" not in path.strip("/")
            if asks_for_region or any(path.endswith(asked) for asked in PLACE):
                return self._place(method, path)
            return self._object(method, path, headers, body)
        operation = headers["x-amz-target"].rpartition(".")[2]
        if operation in {"DescribeWorkteam", "ListUsersInGroup"}:
            self.counts[f"place {operation}"] += 1
            return 200, AWS_JSON, json.dumps(TEAM if operation == "DescribeWorkteam" else WORKERS).encode()
        self.counts[operation] += 1
        asked = json.loads(body or b"{}")
        match operation:
            case "ListLabelingJobs":
                return 200, AWS_JSON, self._page(asked)
            case "DescribeLabelingJob":
                return self._describe(asked["LabelingJobName"])
            case "CreateLabelingJob":
                return self._create(asked)
        return 400, AWS_JSON, json.dumps({"__type": "UnknownOperationException", "message": operation}).encode()

    def _place(self, method: str, path: str) -> Answer:
        """Answer about a bucket; the Region is a header of every answer."""
        setting = "?" + path.partition("?")[2]
        self.counts[f"place {setting if method == 'GET' else method}"] += 1
        return 200, "application/xml", PLACE[setting].encode() if method == "GET" else b""

    def _page(self, asked: dict[str, Any]) -> bytes:
        # AWS states no page size of its own; leaving it out must cost calls, so that a bench would notice.
        order, start = asked.get("SortOrder", "Ascending"), int(asked.get("NextToken", 0))
        size = min(asked.get("MaxResults", 10), MAX_IN_A_PAGE)
        if (order, start, size) not in self.pages:
            self.pages[order, start, size] = json.dumps(self._listed(order, start, size)).encode()
        return self.pages[order, start, size]

    def _listed(self, order: str, start: int, size: int) -> dict[str, Any]:
        numbers = range(len(self.jobs)) if order == "Ascending" else range(len(self.jobs) - 1, -1, -1)
        page: dict[str, Any] = {"LabelingJobSummaryList": [self._summary(one) for one in numbers[start : start + size]]}
        return page | ({"NextToken": str(start + size)} if start + size < len(self.jobs) else {})

    def _summary(self, number: int) -> dict[str, Any]:
        name = self.jobs[number]["name"]
        lambdas = f"arn:aws:lambda:{REGION}:432418664414:function"
        return {
            "LabelingJobName": name,
            "LabelingJobArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:labeling-job/{name}",
            "CreationTime": 1767225600.123 + number,
            "LastModifiedTime": 1767229200.456 + number,
            "LabelingJobStatus": STATES[number % len(STATES)],
            "LabelCounters": {
                "TotalLabeled": 8,
                "HumanLabeled": 8,
                "MachineLabeled": 0,
                "FailedNonRetryableError": 0,
                "Unlabeled": 0,
            },
            "WorkteamArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/reviewers",
            "PreHumanTaskLambdaArn": f"{lambdas}:PRE-VideoMultiClass",
            "AnnotationConsolidationLambdaArn": f"{lambdas}:ACS-VideoMultiClass",
            "LabelingJobOutput": {"OutputDatasetS3Uri": f"s3://bench-labels/{name}/manifests/output/output.manifest"},
            "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": self.jobs[number]["manifest"]}}},
        }

    def _describe(self, name: str) -> Answer:
        number = self.number_of.get(name)
        if number is None:
            error = {"__type": "ResourceNotFound", "message": f"Requested resource not found: {name}"}
            return 400, AWS_JSON, json.dumps(error).encode()
        described = self._summary(number) | {
            "JobReferenceCode": f"{number:032x}",
            "LabelAttributeName": "main-action",
            "OutputConfig": {"S3OutputPath": "s3://bench-labels/labels"},
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/execution",
            "LabelCategoryConfigS3Uri": self.jobs[number]["manifest"].replace(
                "input.manifest", "label-categories.json"
            ),
            "HumanTaskConfig": {
                "WorkteamArn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:workteam/private-crowd/reviewers",
                "UiConfig": {"UiTemplateS3Uri": self.jobs[number]["manifest"].replace("input.manifest", "page.html")},
                "PreHumanTaskLambdaArn": f"arn:aws:lambda:{REGION}:432418664414:function:PRE-VideoMultiClass",
                "TaskKeywords": ["video", "classification"],
                "TaskTitle": "What is the main action?",
                "TaskDescription": "Watch the clip to its end and choose the one action that fits best.",
                "NumberOfHumanWorkersPerDataObject": 3,
                "TaskTimeLimitInSeconds": 900,
                "TaskAvailabilityLifetimeInSeconds": 864000,
            },
            "Tags": [{"Key": "cost-center", "Value": "4000"}, {"Key": "groundctl:environment", "Value": "bench"}],
        }
        if name in self.requests:
            described |= {**self.requests[name], "LabelingJobStatus": "InProgress"}
        return 200, AWS_JSON, json.dumps(described).encode()

    def _create(self, asked: dict[str, Any]) -> Answer:
        now = time.monotonic()
        self.created_at = [at for at in self.created_at if at > now - 1]
        if self.create_rate and len(self.created_at) >= self.create_rate:
            return 400, AWS_JSON, json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode()
        self.created_at.append(now)
        name = asked["LabelingJobName"]
        self.number_of[name] = len(self.jobs)
        self.requests[name] = asked
        self.jobs.append(
            {"name": name, "manifest": asked["InputConfig"]["DataSource"]["S3DataSource"]["ManifestS3Uri"]}
        )
        self.pages.clear()
        arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:labeling-job/{name}"
        return 200, AWS_JSON, json.dumps({"LabelingJobArn": arn}).encode()

    def _keys(self, place: str, query: str) -> Answer:
        self.counts["S3 LIST"] += 1
        start = int(parse_qs(query).get("continuation-token", ["0"])[0])
        end = min(start + KEYS_IN_A_PAGE, self.listed)
        if (place, query) not in self.lists:
            token = f"<NextContinuationToken>{end}</NextContinuationToken>" if end < self.listed else ""
            entries = "".join(ENTRY.format(number=number) for number in range(start, end))
            more = str(end < self.listed).lower()
            self.lists[place, query] = (
                f'<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
                f"<Name>{place.strip('/')}</Name><EncodingType>url</EncodingType><IsTruncated>{more}</IsTruncated>{token}"
                f"<KeyCount>{end - start}</KeyCount>{entries}</ListBucketResult>"
            ).encode()
        return 200, "application/xml", self.lists[place, query]

    def _ledger_keys(self, bucket: str, prefix: str, after: str) -> Answer:
        self.counts["ledger LIST"] += 1
        every = (key.removeprefix(f"{bucket}/") for key in self.objects if key.startswith(f"{bucket}/{prefix}"))
        keys = sorted(key for key in every if key > after)
        listed = "".join(
            f"<Contents><Key>{key}</Key><Size>{len(self.objects[f'{bucket}/{key}'])}</Size></Contents>" for key in keys
        )
        page = f"<Name>{bucket}</Name><IsTruncated>false</IsTruncated><KeyCount>{len(keys)}</KeyCount>{listed}"
        head = (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        )
        return 200, "application/xml", f"{head}{page}</ListBucketResult>".encode()

    def _object(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        place, _, query = path.partition("?")
        if "list-type=2" in query:
            asked = parse_qs(query)
            prefix = asked.get("prefix", [""])[0]
            if prefix.startswith(LEDGER):
                return self._ledger_keys(place.strip("/"), prefix, asked.get("start-after", [""])[0])
            return self._keys(place, query)
        key = place.lstrip("/")
        if method != "PUT" and key.endswith(".mp4"):
            return self._clip(method, headers.get("range", ""))
        self.counts[f"{'ledger' if f'/{LEDGER}' in key else 'S3'} {method}"] += 1
        if method == "PUT":
            if key in self.objects and headers.get("if-none-match") == "*":
                return (
                    412,
                    "application/xml",
                    b"<Error><Code>PreconditionFailed</Code><Message>exists</Message></Error>",
                )
            self.objects[key] = body.decode("latin-1")
            return 200, "application/xml", b""
        if key in self.objects:
            return 200, "application/json", self.objects[key].encode("latin-1")
        return 404, "application/xml", b"<Error><Code>NoSuchKey</Code><Message>There is no such key.</Message></Error>"

    def _clip(self, method: str, asked: str) -> Answer:
        """Show a clip; every key of one has it."""
        self.counts["S3 HEAD" if method == "HEAD" else "S3 GET of a part"] += 1
        if not asked:
            return 200, "video/mp4", CLIP
        first, last = (int(number) for number in asked.removeprefix("bytes=").split("-"))
        part = CLIP[first : last + 1]
        return 206, f"video/mp4\r\nContent-Range: bytes {first}-{first + len(part) - 1}/{len(CLIP)}", part


class Connection(asyncio.Protocol):
    """HTTP/1.1 with connections kept open, as far as botocore needs it."""

    def __init__(self, api: Api, latency: float) -> None:
        self.api, self.latency, self.waiting = api, latency, b""
        self.continued = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every call that is complete."""
        self.waiting += data
        for answer in self._answers():
            if self.latency:
                asyncio.get_running_loop().call_later(self.latency, self.transport.write, answer)
            else:
                self.transport.write(answer)

    def _answers(self) -> Iterator[bytes]:
        while (end := self.waiting.find(b"\r\n\r\n")) >= 0:
            first, *lines = self.waiting[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            total = end + 4 + int(headers.get("content-length", 0))
            if len(self.waiting) < total:
                if "expect" in headers and not self.continued:
                    # botocore waits a second for this before it sends the body of a PUT.
                    self.continued = True
                    yield b"HTTP/1.1 100 Continue\r\n\r\n"
                return
            self.continued = False
            body, self.waiting = self.waiting[end + 4 : total], self.waiting[total:]
            method, path, _ = first.split(" ", 2)
            status, media_type, content = self.api.answer(method, path, headers, body)
            about = f'Content-Type: {media_type}\r\nContent-Length: {len(content)}\r\nETag: "0"\r\nx-amz-bucket-region: {REGION}\r\n'
            now = formatdate(usegmt=True)
            date = f"Date: {now}\r\nLast-Modified: {now}\r\n"
            yield f"HTTP/1.1 {status} X\r\n{date}{about}\r\n".encode() + (b"" if method == "HEAD" else content)


class Stub:
    """A stub in a process of its own, for as long as the block lasts."""

    def __init__(self, jobs: Path, latency_ms: float = 0, *, create_rate: float = 0) -> None:
        command = [
            sys.executable,
            __file__,
            str(jobs),
            "--latency-ms",
            str(latency_ms),
            "--create-rate",
            str(create_rate),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    @property
    def settings(self) -> dict[str, str]:
        """Give what a process needs to talk to the stub."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    def counts(self) -> dict[str, int]:
        """Count the calls since the last time this was asked."""
        with urllib.request.urlopen(f"{self.url}/_counts", timeout=10) as answer:  # noqa: S310 - our own address
            counts: dict[str, int] = json.load(answer)
        return counts


async def serve(api: Api, latency: float) -> None:
    """Serve until killed, on a port of the system's choice."""
    server = await asyncio.get_running_loop().create_server(partial(Connection, api, latency), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve the jobs of a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", type=Path)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--create-rate", type=float, default=0, help="creates a second; more are throttled")
    options = parser.parse_args()
    world = json.loads(options.jobs.read_bytes())
    api = Api(
        jobs=world["jobs"],
        objects=world["objects"],
        listed=world.get("listed", 0),
        create_rate=options.create_rate,
    )
    asyncio.run(serve(api, options.latency_ms / 1000))


if __name__ == "__main__":
    main()
