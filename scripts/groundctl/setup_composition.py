"""Opens the adapters of `init`, `doctor` and `demo`; the variables come from composition."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from groundctl.adapters.local.checkout import Checkout
from groundctl.adapters.local.package_files import samples_folder, schemas_folder, terraform_folder
from groundctl.adapters.local.setup_files import LocalSetupFiles, token_of_github_cli
from groundctl.composition import variables
from groundctl.domain.adoption.doctor.setup import GITHUB, FilesSeen, repository_of
from groundctl.errors import ExternalError, UsageError

if TYPE_CHECKING:
    from groundctl.adapters.aws.ledger import S3Ledger
    from groundctl.adapters.aws.places import AwsPlaces
    from groundctl.adapters.local.rehearsal_folder import RehearsalFolder
    from groundctl.adapters.terraform.stack import Stack
    from groundctl.domain.rehearsal.surroundings import Environment
    from groundctl.ports import NewFiles, Repository
    from groundctl.setup_ports import AccountSetup, Merging, RepositorySettings, SetupFiles, SetUpFolder

# Variables whose values are secrets: they never appear in a report.
SECRETS = ("GITHUB_TOKEN", "GH_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
_LOG_IN = "gh auth login, or set GITHUB_TOKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """Where the repository is on GitHub: the addresses of its pages and of the API, owner/name, and a token if there is one."""

    server: str
    api: str
    repository: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The adapters to one Region, with the credentials of this process."""

    setup: AccountSetup
    places: AwsPlaces
    open_ledger: Callable[[str], S3Ledger]


def open_set_up_folder(path: str | None) -> SetUpFolder:
    """Open the folder that `init` sets up: the given one, or the current one."""
    from groundctl.adapters.local.set_up_folder import LocalSetUpFolder

    return LocalSetUpFolder(Path(path) if path else Path.cwd())


def open_merging() -> Merging:
    """Open git's merge of files."""
    from groundctl.adapters.local.merging import GitMerging

    return GitMerging()


def packaged_schema(name: str) -> bytes:
    """Read a schema that groundctl brings with it, such as init-answers or editor/policy."""
    return (schemas_folder() / f"{name}.schema.json").read_bytes()


def packaged_terraform(name: str) -> bytes:
    """Read a file of the Terraform root that groundctl brings with it."""
    return (terraform_folder() / name).read_bytes()


def open_setup_files(checkout: Checkout) -> SetupFiles:
    """Open the files that the set-up of a checkout consists of."""
    return LocalSetupFiles(checkout)


def find_remote(files: FilesSeen) -> Remote:
    """Find the repository on GitHub, and a token for it: of the workflow's run, or of this machine."""
    settings = variables()
    host, named = repository_of(files.remote)
    server = settings.get("GITHUB_SERVER_URL") or (f"https://{host}" if host else GITHUB)
    own_api = "https://api.github.com" if server == GITHUB else f"{server}/api/v3"
    token = settings.get("GITHUB_TOKEN") or settings.get("GH_TOKEN")
    return Remote(
        server=server,
        api=settings.get("GITHUB_API_URL") or own_api,
        repository=settings.get("GITHUB_REPOSITORY") or named,
        token=token or token_of_github_cli(server.partition("//")[2]),
    )


def open_repository_settings(remote: Remote) -> RepositorySettings:
    """Open the settings of the repository on GitHub."""
    if not remote.repository:
        raise ExternalError("no Git remote names a repository on GitHub", hint="git remote add origin URL")
    if not remote.token:
        raise ExternalError("there is no token for GitHub", hint=_LOG_IN)
    # PyGithub takes a fifth of a second to import.
    from groundctl.adapters.github.settings import GitHubSettings

    return GitHubSettings(api=remote.api, repository=remote.repository, token=remote.token)


def open_region(region: str) -> Region:
    """Open one Region."""
    from groundctl.adapters.aws.account_setup import AwsAccountSetup
    from groundctl.adapters.aws.ledger import S3Ledger
    from groundctl.adapters.aws.places import AwsPlaces
    from groundctl.adapters.aws.session import AwsSession

    session = AwsSession(region)
    return Region(
        setup=AwsAccountSetup(session),
        places=AwsPlaces(session),
        open_ledger=lambda bucket: S3Ledger(session, bucket),
    )


def secret_values(remote: Remote) -> tuple[str, ...]:
    """Return the secrets that this process knows, to keep them out of a report."""
    settings = variables()
    return (remote.token, *(settings.get(name, "") for name in SECRETS))


def terraform_version() -> tuple[int, ...] | None:
    """Return the version of the Terraform that would be used; None if there is none."""
    from groundctl.adapters.terraform.stack import installed_version

    return installed_version(variables())


def oldest_terraform() -> tuple[int, ...]:
    """Return the oldest version of Terraform that reads the code."""
    from groundctl.adapters.terraform.stack import OLDEST_TERRAFORM

    return OLDEST_TERRAFORM


def has_drift(checkout: Checkout, environment: str) -> bool:
    """Return whether Terraform would change something; it works in a copy, so nothing here is initialized."""
    from groundctl.adapters.terraform.stack import Stack
    from groundctl.adapters.terraform.working_copy import copy_code

    source = checkout.root / "terraform"
    settings, backend = (f"environments/{environment}.{kind}" for kind in ("tfvars", "s3.tfbackend"))
    for name in (settings, backend):
        if not (source / name).is_file():
            raise UsageError(f"terraform/{name} does not exist", hint="groundctl doctor environment-files")
    with TemporaryDirectory(prefix="groundctl-") as scratch:
        stack = Stack(copy_code(source, Path(scratch) / "terraform"))
        stack.init(backend_config=stack.folder / backend)
        return stack.has_changes(var_file=Path(settings))


def sdk_version() -> str:
    """Return the version of the AWS SDK."""
    from groundctl.adapters.aws.account_setup import sdk_version

    return sdk_version()


def unknown_members(names: tuple[str, ...]) -> tuple[str, ...]:
    """List the members of a create request that the installed SDK does not know."""
    from groundctl.adapters.aws.account_setup import unknown_members

    return unknown_members(names)


def editor_schema(checkout: Repository) -> str | None:
    """Return where the schema for editors is, from the root of the repository; an editor reports one that is missing."""
    places = (".groundctl/schema.json", "schemas/editor/labeling-job.schema.json")
    return next((place for place in places if (checkout.root / place).is_file()), None)


def open_new_files(checkout: Repository) -> NewFiles:
    """Open the checkout for new files."""
    from groundctl.adapters.local.new_files import LocalNewFiles

    return LocalNewFiles(checkout.root)


def sample_repository() -> Path:
    """Return the repository with the declarations that groundctl brings with it."""
    return samples_folder() / "repository"


def open_rehearsal_folder(folder: Path, *, source: Path) -> RehearsalFolder:
    """Open the output folder for a rehearsal of a repository."""
    from groundctl.adapters.local.rehearsal_folder import RehearsalFolder

    return RehearsalFolder(folder, source=source, samples=samples_folder())


def find_environments(repository: Path, *, scratch: Path) -> Iterator[Environment]:
    """Read the settings of each environment of a repository."""
    from groundctl.adapters.terraform.settings import read_environments

    return read_environments(repository / "terraform/environments", scratch)


def open_rehearsed_terraform(repository: Path, working_copy: Path) -> tuple[Stack, str | None]:
    """Open a copy of a repository's Terraform root, or of ours; return with it why the repository's own is not used."""
    from groundctl.adapters.terraform.rehearsed_root import open_rehearsed_root

    return open_rehearsed_root(repository / "terraform", working_copy, ours=terraform_folder())
