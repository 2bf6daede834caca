"""Talking to the remote: what it holds, and one atomic push judged by what it holds afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from seatrial.errors import (
    BranchMoved,
    InvalidConfiguration,
    PushRefused,
    SeatrialError,
    TagElsewhere,
    TimedOut,
    Unreachable,
)
from seatrial.process import Completed, Runner
from seatrial.secret import Redactor
from seatrial.world.ports import RemoteRef
from seatrial.world.usergit import UserGit, shown

ASKING_TIME = 60.0
"""Seconds the remote has to list its references."""

PUSHING_TIME = 900.0
"""Seconds a push may take."""

NAME = "seatrial"
"""What the remote is called in our commands; its address stays out of their arguments."""

Updates = Mapping[str, tuple[str, str]]


class PushedRef(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``git push --porcelain``: a flag ("!" is a refusal) and git's summary."""

    name: str
    flag: str
    summary: str


class Remote(msgspec.Struct, frozen=True, kw_only=True):
    """A remote, as seen from a repository of ours.

    Attributes:
        address: where it is pushed to; it may hold a login.
        git_dir: our repository.
        base: the folder that a relative address starts from.
        user_git: settings to reach it with.
        redactor: cleans what is shown; what is read from git's output must stay as it is.
    """

    address: str
    git_dir: Path
    base: Path
    user_git: UserGit
    redactor: Redactor

    def __repr__(self) -> str:
        """Show the address without the login in it."""
        return f"Remote({shown(self.address)!r})"

    def refs(self) -> dict[str, RemoteRef]:
        """Ask for its branches and tags, by full name; none when there is no remote.

        Raises:
            Unreachable: it did not answer, or not in time.
        """
        return self._list("--heads", "--tags", NAME)

    def mark(self, name: str) -> str:
        """Ask for a reference that is neither branch nor tag; empty: not there.

        Raises:
            Unreachable: it did not answer, or not in time.
        """
        found = self._list(NAME, name).get(name)
        return found.id if found else ""

    def _list(self, *arguments: str) -> dict[str, RemoteRef]:
        if not self.address:
            return {}
        try:
            done = self._run(("ls-remote", *arguments), ASKING_TIME)
        except TimedOut as error:
            raise Unreachable(shown(self.address), self._clean(error.said)) from error
        if done.code != 0:
            raise Unreachable(shown(self.address), self._clean(done.said))
        return _listed(done.text)

    def push(self, updates: Updates, marks: Mapping[str, str] | None = None) -> None:
        """Push in one atomic push, each reference with its lease.

        Args:
            updates: full name → (id expected there or empty, id to put there or empty to delete).
            marks: further references → id, which need no lease.

        Raises:
            BranchMoved: a branch is not where it was expected.
            TagElsewhere: the same for a tag.
            PushRefused: the remote, or git itself, refused.
            Unreachable: no answer, or an answer that broke off.
        """
        if not self.address:
            raise InvalidConfiguration("the remote", "there is none to push to")
        leases = [f"--force-with-lease={name}:{old}" for name, (old, _) in updates.items()]
        specs = [f"{new}:{name}" for name, (_, new) in updates.items()]
        specs += [f"+{new}:{name}" for name, new in (marks or {}).items()]
        try:
            done = self._run(
                (
                    "push", "--atomic", "--porcelain", "--no-verify", "--no-follow-tags",
                    "--recurse-submodules=no", "--no-progress", *leases, NAME, *specs,
                ),
                PUSHING_TIME,
            )  # fmt: skip
        except TimedOut as error:
            raise Unreachable(
                shown(self.address), self._clean(error.said), doing="pushing to"
            ) from error
        if done.code != 0 and (fault := self._fault(done, updates)):
            raise fault

    def _fault(self, done: Completed, updates: Updates) -> SeatrialError | None:
        """Say why a push failed: first by what the remote holds, then by git's status lines."""
        now = self.refs()
        held = {name: now[name].id if name in now else "" for name in updates}
        if all(held[name] == new for name, (_, new) in updates.items()):
            return None  # It was done, and only the answer was lost.
        for name, (expected, new) in updates.items():
            if held[name] not in {expected, new}:
                return _moved(name, expected, held[name])
        lines = pushed_refs(done.text)
        # "remote failure": the remote did not report (git-push, "Output", porcelain summary).
        if done.code < 0 or any(line.summary.startswith("[remote failure]") for line in lines):
            return Unreachable(
                shown(self.address), self._clean(_words(done, lines)), doing="pushing to"
            )
        return PushRefused(shown(self.address), self._clean(_words(done, lines)))

    def _run(self, arguments: tuple[str, ...], timeout: float) -> Completed:
        environment = self.user_git.environment({f"remote.{NAME}.url": self.address})
        return Runner().run(
            ["git", f"--git-dir={self.git_dir}", *arguments],
            cwd=self.base,
            env=environment,
            timeout=timeout,
        )

    def _clean(self, text: str) -> str:
        return self.redactor.clean(text.encode()).decode("utf-8", "backslashreplace")


def pushed_refs(text: str) -> tuple[PushedRef, ...]:
    """Read the status lines of ``git push --porcelain`` (git-push, "Output")."""
    found = []
    for line in text.splitlines():
        flag, mark, rest = line.partition("\t")
        pair, middle, summary = rest.partition("\t")
        if mark and middle and len(flag) == 1:
            found.append(PushedRef(name=pair.rpartition(":")[2], flag=flag, summary=summary))
    return tuple(found)


def _listed(text: str) -> dict[str, RemoteRef]:
    """Read ``git ls-remote``; a name with ``^{}`` is what the tag before it comes down to."""
    ids: dict[str, str] = {}
    for line in text.splitlines():
        object_id, mark, name = line.partition("\t")
        if mark:
            ids[name] = object_id
    return {
        name: RemoteRef(id=object_id, commit=ids.get(f"{name}^{{}}", object_id))
        for name, object_id in ids.items()
        if not name.endswith("^{}")
    }


def _moved(name: str, expected: str, held: str) -> SeatrialError:
    short = name.removeprefix("refs/heads/").removeprefix("refs/tags/")
    there = f"it is at {held[:12]} there" if held else "it is not there"
    planned = f"the plan expects {expected[:12]}" if expected else "the plan expects no such name"
    kind = TagElsewhere if name.startswith("refs/tags/") else BranchMoved
    return kind(short, f"{there}, and {planned}")


def _words(done: Completed, lines: tuple[PushedRef, ...]) -> str:
    """Give the remote's own words (the lines git marks with ``remote:``), and git's reasons."""
    errors = done.stderr.decode("utf-8", "backslashreplace").splitlines()
    said = [line.removeprefix("remote:").strip() for line in errors if line.startswith("remote:")]
    reasons = [f"{line.name}: {line.summary}" for line in lines if line.flag == "!"]
    return "\n".join([*filter(None, said), *reasons]) or done.said
