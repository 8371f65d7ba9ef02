"""A temporary git repository behind the emulator: pushes, pull requests and merges, with their events."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from github_emulator.actors import DEFAULT_BRANCH, DEVELOPER, MAINTAINER, STRANGER
from github_emulator.emulator import GitHubEmulator
from github_emulator.runner import events
from github_emulator.runner.events import Event
from github_emulator.state import Commit, timestamp

CHECKOUT = Path(__file__).parents[3]
START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
# No user configuration: hooks, signatures and names would change the commits.
GIT_ENVIRONMENT = {"TZ": "UTC", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}

Files = Mapping[str, str | bytes | None]  # None: the file goes


class GitError(Exception):
    """A git command failed."""


@dataclass(slots=True, kw_only=True)
class PullRequest:
    """A pull request of the repository."""

    repository: Repository
    number: int
    branch: str
    fork: bool

    @property
    def head_sha(self) -> str:
        """Return the head commit."""
        return self.repository.emulator.state.pulls[self.number].head_sha

    @property
    def merge_sha(self) -> str | None:
        """Return the trial merge or, after the merge, the merge commit."""
        return self.repository.emulator.state.pulls[self.number].merge_sha

    def opened(self) -> Event:
        """Return the event of its opening."""
        return events.pull_request(self.repository.emulator, self.number, "opened")

    def push(self, files: Files, message: str = "Improve the change") -> Event:
        """Add a commit."""
        before = self.head_sha
        self.repository.commit(files, message, branch=self._place, author=STRANGER if self.fork else DEVELOPER)
        self.repository.point(self)
        return events.pull_request(
            self.repository.emulator, self.number, "synchronize", before=before, after=self.head_sha
        )

    def merge(self, method: str = "merge") -> Merged:
        """Merge it, as a merge commit or squashed into one."""
        return self.repository.merge(self, method)

    def close(self) -> Event:
        """Close it without a merge."""
        self.repository.emulator.close_pull(self.number)
        return events.pull_request(self.repository.emulator, self.number, "closed")

    @property
    def _place(self) -> str:
        return self.repository.place(self.branch, fork=self.fork)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A merge, and the two events it causes."""

    sha: str
    closed: Event
    pushed: Event


@dataclass(slots=True, kw_only=True)
class Repository:
    """The repository; `origin` is the bare repository that GitHub serves."""

    emulator: GitHubEmulator
    folder: Path
    commits: int = field(default=0, init=False)

    @classmethod
    def of(cls, emulator: GitHubEmulator, folder: Path, files: Files, message: str = "Begin") -> Repository:
        """Create a repository with files."""
        made = cls(emulator=emulator, folder=folder)
        folder.mkdir(parents=True, exist_ok=True)
        made.git("init", "--quiet", "--bare", f"--initial-branch={DEFAULT_BRANCH}", str(made.origin), at=folder)
        made.git("init", "--quiet", f"--initial-branch={DEFAULT_BRANCH}", str(made.work), at=folder)
        emulator.serve_git(made.origin)
        made.commit(files, message, branch=DEFAULT_BRANCH)
        return made

    @classmethod
    def of_this_checkout(cls, emulator: GitHubEmulator, folder: Path, files: Files) -> Repository:
        """Create a repository with the files of this checkout, except that `files` replaces `jobs/` and any file it names."""
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True).stdout
        names = [each for each in listed.decode().split("\0") if each and not each.startswith("jobs/")]
        ours: dict[str, str | bytes | None] = {
            each: (CHECKOUT / each).read_bytes() for each in names if (CHECKOUT / each).is_file()
        }
        made = cls.of(emulator, folder, {**ours, **files}, "Begin with groundctl")
        executable = [each for each in names if each in ours and os.access(CHECKOUT / each, os.X_OK)]
        made.git("update-index", "--chmod=+x", *executable)
        made.git("commit", "--quiet", "--amend", "--no-edit")
        made.git("checkout", "--quiet", "--force", "HEAD")
        made._publish(DEFAULT_BRANCH)
        return made

    @property
    def origin(self) -> Path:
        """Return the bare repository that GitHub serves."""
        return self.folder / "origin.git"

    @property
    def work(self) -> Path:
        """Return the working copy."""
        return self.folder / "work"

    @property
    def head(self) -> str:
        """Return the tip of the default branch."""
        return self.git("rev-parse", DEFAULT_BRANCH)

    def commit(self, files: Files, message: str, *, branch: str = DEFAULT_BRANCH, author: str = MAINTAINER) -> str:
        """Commit and push files to a branch; return the commit's SHA."""
        self._on(branch)
        for name, content in files.items():
            path = self.work / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "--all", "--force", "--", *files)
        self.git("commit", "--quiet", "--allow-empty", f"--message={message}", author=author)
        return self._publish(branch)

    def tag(self, name: str, commit: str) -> None:
        """Push a tag; it may have the name of a branch."""
        self.git("push", "--quiet", "--force", str(self.origin), f"{commit}:refs/tags/{name}")

    def resolve(self, ref: str) -> tuple[str, str]:
        """Return the full name and the commit of a ref that a `uses` names; a tag comes before a branch, as on GitHub."""
        for full in (f"refs/tags/{ref}", f"refs/heads/{ref}", ref):
            try:
                return full, self.git("rev-parse", "--verify", "--quiet", f"{full}^{{commit}}", at=self.origin)
            except GitError:
                continue
        raise GitError(f"there is no tag, branch or commit {ref}")

    def push(self, files: Files, message: str = "Change something") -> Event:
        """Push a commit to the default branch."""
        before = self.head
        return events.push(self.emulator, before, self.commit(files, message))

    def open_pull(
        self, files: Files, *, branch: str = "topic", title: str = "A change", body: str = "", fork: bool = False
    ) -> PullRequest:
        """Open a pull request from a branch of the repository or of a fork."""
        place = self.place(branch, fork=fork)
        self.git("branch", "--force", place, DEFAULT_BRANCH)
        sha = self.commit(files, title, branch=place, author=STRANGER if fork else DEVELOPER)
        number = self.emulator.open_pull(
            head_sha=sha, base_sha=self.head, branch=branch, title=title, body=body, fork=fork
        )
        pull = PullRequest(repository=self, number=number, branch=branch, fork=fork)
        self.point(pull)
        return pull

    def point(self, pull: PullRequest) -> None:
        """Update a pull request's head commit and its trial merge."""
        place = self.place(pull.branch, fork=pull.fork)
        head = self.git("rev-parse", place)
        commits = self.git("rev-list", "--reverse", f"{DEFAULT_BRANCH}..{place}").split()
        trial = self._merged(place, f"Merge {head} into {self.head}", "--no-ff")
        self.git("push", "--quiet", "--force", str(self.origin), f"{head}:refs/pull/{pull.number}/head")
        if trial:
            self.git("push", "--quiet", "--force", str(self.origin), f"{trial}:refs/pull/{pull.number}/merge")
        self.emulator.move_pull(pull.number, head_sha=head, base_sha=self.head, commits=tuple(commits), merge_sha=trial)

    def merge(self, pull: PullRequest, method: str) -> Merged:
        """Merge a pull request."""
        before, place = self.head, self.place(pull.branch, fork=pull.fork)
        title = self.emulator.pull(pull.number)["title"]
        if method == "squash":
            sha = self._merged(place, f"{title} (#{pull.number})", "--squash")
        else:
            sha = self._merged(place, f"Merge pull request #{pull.number} from {pull.branch}\n\n{title}", "--no-ff")
        if sha is None:
            raise GitError(f"pull request {pull.number} does not merge")
        self.git("branch", "--force", DEFAULT_BRANCH, sha)
        self._publish(DEFAULT_BRANCH)
        self.emulator.merge_pull(pull.number, sha)
        return Merged(
            sha=sha,
            closed=events.pull_request(self.emulator, pull.number, "closed"),
            pushed=events.push(self.emulator, before, sha),
        )

    def schedule(self) -> Event:
        """Return a schedule event."""
        return events.schedule(self.emulator, self.head)

    def dispatch(self, path: str, **inputs: str) -> Event:
        """Return a workflow_dispatch event."""
        return events.workflow_dispatch(self.emulator, self.head, path, **inputs)

    def repository_dispatch(self, event_type: str, **client_payload: object) -> Event:
        """Return a repository_dispatch event."""
        return events.repository_dispatch(self.emulator, self.head, event_type, **client_payload)

    def place(self, branch: str, *, fork: bool) -> str:
        """Return the local name of a branch; branches of forks are not pushed to `origin`."""
        return f"of-{STRANGER}/{branch}" if fork else branch

    def git(self, *arguments: str, at: Path | None = None, author: str = MAINTAINER) -> str:
        """Run git with fixed authors and times, and return its output."""
        self.commits += arguments[0] in ("commit", "merge")
        when = timestamp(START + timedelta(minutes=self.commits))
        person = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", author), ("EMAIL", f"{author}@acme.example"), ("DATE", when))
        }
        outer = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(
            ["git", *arguments],
            cwd=at or self.work,
            env={**outer, **GIT_ENVIRONMENT, **person},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise GitError(f"git {' '.join(arguments[:3])}: {done.stderr or done.stdout}")
        return done.stdout.strip()

    def _on(self, branch: str) -> None:
        if self.commits:
            self.git("checkout", "--quiet", "--force", branch)

    def _merged(self, place: str, message: str, how: str) -> str | None:
        self.git("checkout", "--quiet", "--force", "--detach", DEFAULT_BRANCH)
        try:
            self.git("merge", "--quiet", how, f"--message={message}", place)
            if how == "--squash":
                self.git("commit", "--quiet", "--allow-empty", f"--message={message}")
        except GitError:
            self.git("reset", "--quiet", "--hard")
            return None
        return self._register(self.git("rev-parse", "HEAD"))

    def _publish(self, branch: str) -> str:
        sha = self.git("rev-parse", branch)
        if not branch.startswith(f"of-{STRANGER}/"):
            self.git("push", "--quiet", "--force", str(self.origin), f"{branch}:refs/heads/{branch}")
        return self._register(sha)

    def _register(self, sha: str) -> str:
        tree, author, email, at, parents, message = self.git(
            "show", "--no-patch", "--date=format-local:%Y-%m-%dT%H:%M:%SZ", "--format=%T%n%an%n%ae%n%cd%n%P%n%B", sha
        ).split("\n", 5)
        self.emulator.commit(
            Commit(
                sha=sha, tree=tree, message=message, author=author, email=email, at=at, parents=tuple(parents.split())
            )
        )
        return sha
