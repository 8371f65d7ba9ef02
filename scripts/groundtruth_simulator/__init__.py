"""A simulation of Amazon SageMaker Ground Truth for video classification, inside moto. It speaks only the AWS API.

In process:   simulator = installation.install(seed=7, frozen=True); then use moto's `mock_aws`.
As a server:  groundtruth-simulator --port 5602, or `with SimulatorServer(frozen=True) as simulator: simulator.url`.

The layout follows a moto service:

    responses.py           the operations, added to moto's SageMaker response class (moto's own urls.py routes to them)
    middleware.py          in front of moto: identifies, delays, fails and logs every AWS request
    models/                labeling jobs, workforces, work teams and templates of one account and Region
    validation/            what a request must satisfy: botocore's constraints, rules for labeling jobs, references
    labeling/              the work on a job: input files, workers, consolidation, timeline, output files
    exceptions.py          error codes and messages
    events.py              state changes for EventBridge
    template_rendering.py  worker task templates, with presigned_urls.py for their clips
    moto_patches/          gaps of moto in other services
    simulator.py           the handle for tests and demos, over control/ (clock, faults, log of requests) and settings.py
    control_api.py         the same handle over HTTP
    server.py              the command and the server; installation.py for use in process

The table states the basis of each behavior. "documented": an AWS page or botocore's model states it. "observed": seen in
public data or in responses of similar operations. "inferred": the most likely reading, without a source. "chosen": AWS
leaves it open, and a member of `Settings` decides. "simplified": known to differ from AWS.

    Behavior                                                                                     Basis
    -------------------------------------------------------------------------------------------  ----------
    Required, enum, length, range and pattern of every member; ValidationException               documented
    Wording of those messages                                                                    observed
    Names unique per account and Region ignoring case, permanently; ResourceInUse                documented
    Wording of ResourceInUse (from training jobs)                                                inferred
    Unknown job: ResourceNotFound or ValidationException                                         chosen
    ARN and metadata's job-name in lower case; S3 folder and responses keep the case             observed
    Initializing and fresh InProgress with zero counters, then Unlabeled counted                 observed
    How long Initializing, counting and Stopping take                                            inferred
    Completed although objects failed                                                            documented
    Static jobs Failed after 30 days, streaming ones Stopped after 10 idle days                  documented
    Objects without answers in time, declined by N workers, or not viewable fail                 documented
    Partial answers at the end of availability: labeled (2023) or not (newer page)               chosen
    Lines with the label attribute are copied and not sent; they count as labeled                documented
    ... as HumanLabeled, or MachineLabeled if their metadata says so                             inferred
    ... toward MaxPercentageOfInputDatasetLabeled, not MaxHumanLabeledObjectCount                inferred
    Status after a stopping condition (Completed unless chosen otherwise)                        chosen
    Stop of a job that is stopping or has ended: accepted without effect                         inferred
    UiConfig with exactly one member; label attribute's reserved names; 1-30 labels              documented
    Tables of Lambdas and prices; Lambda's Region; public availability and required price        documented
    ... PRE and ACS of one task type; price of video classification; ValidationException         inferred
    Unknown team, role without trust, ARN of another Region: ValidationException                 inferred
    Wording for an unusable role                                                                 observed
    Public workforce without the PII flag: the job fails later                                   documented
    Bad manifest, labels, template or bucket (also of another Region): the job fails later       inferred
    FailureReason's wording                                                                      inferred
    Folders of the output; worker response, consolidation request and response                   documented
    ... file names and iteration numbers, `:` in keys, intermediate/1/annotations.json           observed
    `type` in the metadata ("groundtruth/video-classification"); integer label                   inferred
    Confidence 0.0 with one worker; two decimals                                                 documented
    One-coin Dawid-Skene by batch ("a variant of Expectation Maximization")                      inferred
    Every write with SSE-KMS, AWS-managed key by default                                         documented
    A bucket policy that requires AES256 fails the job                                           inferred
    List calls: filters, sort, order, MaxResults up to 100, opaque NextToken                     documented
    ... 10 a page by default; names compared with case; a token is bound to its request          inferred
    Events for Completed, Failed and Stopped, with the status only                               documented
    One private workforce, 25 teams, teams before workforce, one kind of member                  documented
    ... codes and wording, except two phrases Terraform's provider looks for                     inferred
    A workforce is Active immediately                                                            simplified
    Liquid, auto-escape and the four filters; errors as data                                     documented
    ... codes of those errors; an unknown variable renders as nothing                            inferred

Not simulated: feeding a streaming job (SNS to SQS; it only labels its manifest), output topics, custom Lambdas and other
task types (refused by name), automated labeling, permissions of the role beyond its trust, quotas of concurrent jobs,
CloudWatch logs and metrics, vendor subscriptions, the worker portal, throttling by rate (inject a fault instead).
"""
