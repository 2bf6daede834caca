"""What a clone of our own takes from the user's repository: where its objects lie, and settings.

The settings that decide who commits, how it is signed and how a remote is reached are read once,
as git itself resolves them for that repository (system, user, conditional includes, repository,
worktree), and handed to each of our git commands through its environment.  They are never written
down, because some of them log in.  Everything else of the user's configuration has no effect on
our commands: no hook, no template, no alias, no ``push.*`` default.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from seatrial.errors import InvalidConfiguration, NoRepository, StalePlan, ToolMissing
from seatrial.process import Runner, child_environment
from seatrial.secret import Redactor, Secret

TAKEN = (
    "user.", "author.", "committer.", "gpg.", "commit.gpgsign", "tag.gpgsign",
    "tag.forcesignannotated", "core.sshcommand", "credential.", "http.", "url.", "ssh.",
    "protocol.", "filter.", "lfs.", "core.longpaths",
)  # fmt: skip
"""Settings that our git commands follow, by the beginning of their names.

``i18n.commitEncoding`` is not among them: our messages are UTF-8.
"""

OLDEST = (2, 32)
"""The oldest git that does."""

OURS = {
    "core.hookspath": os.devnull,
    "core.attributesfile": os.devnull,
    "core.autocrlf": "false",
    "core.fsmonitor": "false",
    "user.useconfigonly": "true",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "safe.directory": "*",
}
"""Settings of our own, stronger than the user's; files are checked out as they are committed."""


class UserGit(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken from the user's repository.

    Attributes:
        common: the git common directory.
        objects: its object store.
        shallow: the file that says where the history was cut; it need not exist.
        object_format: "sha1" or "sha256".
        settings: names (section and key in lower case) with their values, in git's order.
        promisors: remotes that still hold objects of a partial clone.
    """

    common: Path
    objects: Path
    shallow: Path
    object_format: str
    settings: tuple[tuple[str, str], ...]
    promisors: tuple[str, ...]

    def __repr__(self) -> str:
        """Show where it lies, and none of the settings: some of them log in."""
        return f"UserGit({str(self.common)!r})"

    def value(self, key: str) -> str:
        """Give a setting's last value, or an empty string."""
        return next((value for name, value in reversed(self.settings) if name == key), "")

    def enabled(self, key: str) -> bool:
        """Say whether a setting is on (git-config, "Values", boolean)."""
        value = self.value(key).lower()
        return value in {"true", "yes", "on"} or (value.lstrip("+-").isdigit() and int(value) != 0)

    def secrets(self) -> tuple[Secret, ...]:
        """Give what must not be printed: logins in addresses, and header lines."""
        found: list[Secret] = []
        for name, value in self.settings:
            if name.startswith("http.") and name.endswith(".extraheader"):
                found += [Secret(value), Secret(value.rpartition(" ")[2])]
            found += logins(value)
            if name.startswith("url."):
                found += logins(name[len("url.") :])
        return tuple(found)

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        """Give the environment of one of our git commands (git, ``GIT_CONFIG_COUNT``).

        Args:
            extra: settings for this command alone, by name; the strongest.
        """
        pairs = [*self.settings, *OURS.items(), *extra.items()]
        numbered = {
            name: text
            for number, (key, value) in enumerate(pairs)
            for name, text in (
                (f"GIT_CONFIG_KEY_{number}", key),
                (f"GIT_CONFIG_VALUE_{number}", value),
            )
        }
        return plain_environment() | self._ssh() | numbered | {"GIT_CONFIG_COUNT": str(len(pairs))}

    def _ssh(self) -> dict[str, str]:
        """Tell OpenSSH not to ask questions; another program is left as the user has set it."""
        command = os.environ.get("GIT_SSH_COMMAND", "") or self.value("core.sshcommand")
        if not command and os.environ.get("GIT_SSH"):
            return {}
        command = command or "ssh"
        words = command.split()
        if Path(words[0]).name not in {"ssh", "ssh.exe"}:
            return {}
        return {"GIT_SSH_COMMAND": f"{command} -o BatchMode=yes"}

    def check_identity(self) -> None:
        """See that git knows who commits, without letting it guess from the machine's name.

        Raises:
            InvalidConfiguration: a name or an address is missing.
        """
        for role in ("author", "committer"):
            for field in ("name", "email"):
                given = os.environ.get(f"GIT_{role.upper()}_{field.upper()}")
                fallback = os.environ.get("EMAIL") if field == "email" else None
                if not (
                    given
                    or self.value(f"{role}.{field}")
                    or self.value(f"user.{field}")
                    or fallback
                ):
                    raise InvalidConfiguration(
                        f"user.{field}",
                        f"git does not know the {role}'s {field}",
                        doing="reading git's setting",
                        next_step=f'Run git config --global user.{field} "…", and run this again.',
                    )


def plain_environment() -> dict[str, str]:
    """Give an environment in which git follows no configuration but a repository's own."""
    kept = child_environment()
    kept.pop("GIT_CONFIG_SYSTEM", None)
    if email := os.environ.get("EMAIL"):
        kept["EMAIL"] = email
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_DEFAULT_REF_FORMAT": "files",
        "LANGUAGE": "en",
    }


def user_environment() -> dict[str, str]:
    """Give the environment in which git reads the user's repository as the user's git does."""
    settings = {name: text for name, text in os.environ.items() if name.startswith("GIT_CONFIG_")}
    return child_environment(settings) | {"GIT_OPTIONAL_LOCKS": "0", "LANGUAGE": "en"}


def read_user_git(source: Path, redactor: Redactor, commit: str = "HEAD") -> UserGit:
    """Read what a clone takes from the user's repository; nothing in it is changed.

    Args:
        source: a folder of its working tree, or its git directory.
        redactor: is shown what must not be printed.
        commit: a commit that has to be there.

    Raises:
        NoRepository: git finds none at ``source``.
        StalePlan: the commit is not in it any more.
        ToolMissing: git is not installed, or too old.
    """
    environment = user_environment()
    unredacted = Runner()  # A setting that was redacted would not log in any more.

    asked = (
        (
            "rev-parse", "--path-format=absolute", "--git-common-dir", "--git-path", "objects",
            "--git-path", "shallow", "--show-object-format",
        ),
        ("config", "--list", "-z", "--includes"),
        ("cat-file", "-e", f"{commit}^{{commit}}"),
    )  # fmt: skip
    with contextlib.ExitStack() as begun:
        ended = [
            begun.enter_context(unredacted.begun(["git", *one], cwd=source, env=environment))
            for one in asked
        ]
        places, listed, there = (
            done.text if done.code == 0 else None for done in [end() for end in ended]
        )
    if places is None or listed is None:
        version = unredacted.run(["git", "version"], cwd=source, env=environment)
        _check_version(version.text)
        raise NoRepository(str(source))
    if there is None:
        raise StalePlan(f"commit {commit[:12]}", f"it is not in {source} any more")
    common, objects, shallow, object_format = places.splitlines()
    pairs = [_pair(entry) for entry in listed.split("\0") if entry]
    promisors = _promisors(pairs)
    wanted = (*TAKEN, *(f"remote.{name}." for name in promisors))
    user_git = UserGit(
        common=Path(common),
        objects=Path(objects),
        shallow=Path(shallow),
        object_format=object_format,
        settings=tuple(pair for pair in pairs if pair[0].startswith(wanted)),
        promisors=promisors,
    )
    for secret in user_git.secrets():
        redactor.add(secret)
    return user_git


def push_address(source: Path, remote: str) -> str:
    """Give the address that git pushes to for a remote, as it is configured; empty if unknown.

    It may hold a login, so it is not for showing (:func:`shown`).

    Args:
        source: a folder of the user's working tree, or its git directory.
        remote: the remote's name.
    """
    done = Runner().run(
        ["git", "config", "--list", "-z", "--includes"], cwd=source, env=user_environment()
    )
    pairs = dict(_pair(entry) for entry in done.text.split("\0") if entry)
    return pairs.get(f"remote.{remote}.pushurl") or pairs.get(f"remote.{remote}.url", "")


def logins(address: str) -> list[Secret]:
    """Give the passwords in an address, as written and decoded."""
    if "://" not in address:
        return []
    try:
        parts = urlsplit(address)
    except ValueError:
        return []
    password = parts.password or (parts.username if parts.scheme.startswith("http") else None)
    return [Secret(password), Secret(unquote(password))] if password else []


def shown(address: str) -> str:
    """Give an address without the login in it."""
    head, mark, rest = address.partition("://")
    if not mark:
        return address
    host, slash, path = rest.partition("/")
    return f"{head}://{host.rpartition('@')[2]}{slash}{path}"


def _check_version(text: str) -> None:
    """See that git follows what we tell it; before 2.32 it has no ``GIT_CONFIG_GLOBAL``."""
    number = re.search(r"(\d+)\.(\d+)", text)
    if number and tuple(map(int, number.groups())) < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise ToolMissing("git", f"it is version {number[0]}, and {needed} is needed")


def _pair(entry: str) -> tuple[str, str]:
    key, mark, value = entry.partition("\n")
    return key, value if mark else "true"


def _promisors(pairs: list[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(
        key[len("remote.") : -len(".promisor")]
        for key, value in dict(pairs).items()
        if key.startswith("remote.") and key.endswith(".promisor") and value.lower() == "true"
    )
