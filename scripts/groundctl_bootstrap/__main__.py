"""`groundctl-bootstrap production.us-east-1`: list the changes to the state bucket, confirm, and apply them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.utils import is_valid_endpoint_url

from groundctl.exit_codes import ExitCode
from groundctl_bootstrap.settings import Settings, UnfitSettingsError, read_settings
from groundctl_bootstrap.state_bucket import steps_to

ISSUER = "token.actions.githubusercontent.com"
PROVIDER_EXISTS = """
This account already has GitHub's OIDC provider, and it can have only one. To use it, add this line to github in {0}.tfvars:

    provider_arn = "{1}"
"""
# In the repository whose environments these are.
ENVIRONMENTS = Path("terraform/environments")
NEXT = """\
Next, run the first apply yourself. Workflows run the later ones:

    cd terraform
    terraform init -backend-config=environments/{0}.s3.tfbackend
    terraform plan -var-file=environments/{0}.tfvars -out={0}.tfplan
    terraform apply {0}.tfplan
"""


def main(arguments: Sequence[str] | None = None) -> ExitCode:
    """Return the exit code: 0 done or nothing to do, 1 declined, 2 invalid settings, 3 AWS unavailable."""
    parser = argparse.ArgumentParser(prog="groundctl-bootstrap", description=sys.modules[__name__].__doc__)
    parser.add_argument("environment", help="such as production.us-east-1, which has two files in --settings")
    parser.add_argument("--settings", type=Path, default=ENVIRONMENTS, help="folder of *.tfvars and *.s3.tfbackend")
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    given = parser.parse_args(arguments)
    try:
        return _bootstrap(read_settings(given.settings, given.environment), ask=not given.yes)
    except UnfitSettingsError as fault:
        print(fault, file=sys.stderr)
        return ExitCode.USAGE
    except (BotoCoreError, ClientError) as fault:
        print(f"AWS is unavailable: {fault}", file=sys.stderr)
        print("  hint: choose credentials with `export AWS_PROFILE=...`, then run it again", file=sys.stderr)
        return ExitCode.EXTERNAL_FAILURE
    except KeyboardInterrupt:
        print("groundctl-bootstrap: interrupted; it is always safe to run it again", file=sys.stderr)
        return ExitCode.INTERRUPTED


def _bootstrap(settings: Settings, *, ask: bool) -> ExitCode:
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if endpoint and not is_valid_endpoint_url(endpoint):
        raise UnfitSettingsError(f"AWS_ENDPOINT_URL is {endpoint}, which is no address. Correct it, or unset it.")
    config = Config(region_name=settings.region, retries={"mode": "standard"})
    caller = boto3.client("sts", config=config).get_caller_identity()
    account_id, partition = caller["Account"], caller["Arn"].split(":")[1]
    if settings.account_id not in (None, account_id):
        raise UnfitSettingsError(
            f"{settings.environment}.tfvars is for account {settings.account_id}, but the credentials are for {account_id}. "
            "Use credentials of that account (AWS_PROFILE), or choose another ENVIRONMENT."
        )
    steps = steps_to(settings, account_id=account_id, partition=partition, s3=boto3.client("s3", config=config))

    instead_of_aws = f" at {endpoint}" if endpoint else ""
    print(
        f"State of {settings.environment}: s3://{settings.bucket}/{settings.key}, account {account_id}{instead_of_aws}"
    )
    if not steps:
        print("The bucket exists and is configured correctly: nothing to do.")
    else:
        print("Planned changes:", *(f"  - {step.words}" for step in steps), sep="\n")
        if ask and not _agrees():
            print("Nothing was changed.")
            return ExitCode.PROBLEMS
        for step in steps:
            step.do()
        print("Done.")
    if provider := _existing_provider(settings, config):
        print(PROVIDER_EXISTS.format(settings.environment, provider), end="")
    print(f"\n{NEXT.format(settings.environment)}", end="")
    return ExitCode.OK


def _existing_provider(settings: Settings, config: Config) -> str | None:
    """Return the ARN of a provider with which the first apply would collide; None also if the account cannot be asked."""
    if not settings.makes_provider:
        return None
    try:
        found = boto3.client("iam", config=config).list_open_id_connect_providers()["OpenIDConnectProviderList"]
    except (BotoCoreError, ClientError):
        return None
    return next((each["Arn"] for each in found if each["Arn"].endswith(f":oidc-provider/{ISSUER}")), None)


def _agrees() -> bool:
    print('Continue? Only "yes" is accepted: ', end="", flush=True)
    # Python has None for a closed input.
    return sys.stdin is not None and sys.stdin.readline().strip() == "yes"


if __name__ == "__main__":
    sys.exit(main())
