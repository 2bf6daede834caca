"""python-semantic-release (https://python-semantic-release.readthedocs.io, Configuration)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from seatrial.config.others.reading import Given, Reading, Source, ini_table, toml_table
from seatrial.config.schema import SiteSettings

_TOKENS = {"a": "a", "alpha": "a", "b": "b", "beta": "b", "rc": "rc", "dev": "dev"}

_USUAL_PARSERS = ("", "angular", "conventional")
_USUAL_MATCH = "(main|master)"
_WHY: Mapping[str, str] = {
    "build_command": "Seatrial builds by PEP 517; what has to be made before belongs into the "
    "build backend.",
    "commit_parser_options": "Commits are read as Conventional Commits.",
    "assets": "A release commits its own edits alone.",
    "commit_author": "The commit has the author that git is configured with.",
    "version_pattern": "Write such a place as { file = …, search = … } in versions.",
}


def find(given: Given) -> Source | None:
    """Find its table."""
    return toml_table(given, "pyproject.toml", "tool", "semantic_release") or ini_table(
        given, "setup.cfg", "semantic_release"
    )


def read(reading: Reading) -> None:
    """Read its table."""
    tag = reading.text("tag_format") or reading.unless_tagged("v{version}")
    reading.want_text("tag", "tag_format", tag, {})
    for key in ("version_toml", "version_variables", "version_variable"):
        for place in reading.texts(key):
            file, _, rest = place.partition(":")
            # A third part says in which format it is written: nf is the number alone.
            reading.sites.append(SiteSettings(file=file, key=rest.partition(":")[0]))
    # https://python-semantic-release.readthedocs.io: major_on_zero, "Default: true".
    if reading.flag("major_on_zero", default=True):
        reading.want("version.zero", "major", "major_on_zero")
    message = reading.text("commit_message").split("\n\nAutomatically generated")[0]
    reading.want_text("commit.message", "commit_message", message, {})
    if branch := reading.text("branch"):
        reading.want("branch", branch, "branch")
    if (parser := reading.text("commit_parser")) not in _USUAL_PARSERS:
        reading.lose("commit_parser", f"Commits are read as Conventional Commits, not as {parser}.")
    _branches(reading)
    _remote(reading)
    _changelog(reading)
    if not reading.flag("upload_to_pypi", default=True):
        reading.lose("upload_to_pypi", "Seatrial publishes; use seatrial build for files alone.")
    reading.ignore("version_source", "logging_use_named_masks", "tag_commit", "upload_to_release")
    reading.ignore("upload_to_vcs_release", "allow_zero_version")
    reading.finish(_WHY)


def _branches(reading: Reading) -> None:
    channels: dict[str, object] = {}
    for name, table in reading.table("branches").items():
        key = f"branches.{name}"
        match = table.get("match", "") if isinstance(table, dict) else ""
        match = str(match).removeprefix("^").removesuffix("$")
        plain = re.fullmatch(r"[\w./-]+", match) is not None
        prerelease = isinstance(table, dict) and bool(table.get("prerelease"))
        token = _TOKENS.get(str(table.get("prerelease_token", "rc"))) if prerelease else ""
        if match == _USUAL_MATCH and not prerelease:
            continue
        if not plain:
            reading.lose(f"{key}.match", f"A branch is named in full here, not by {match!r}.")
        elif token is None:
            reading.lose(f"{key}.prerelease_token", "The phases of PEP 440 are a, b, rc and dev.")
        elif prerelease:
            channels[match] = token
        elif name == "main":
            reading.want("branch", match, f"{key}.match")
    if channels:
        reading.want("version.channels", channels, "branches")
        # Who pre-releases from one branch and finally from another has no single branch.
        reading.settings = [one for one in reading.settings if one.key != "branch"]


def _remote(reading: Reading) -> None:
    remote = reading.table("remote")
    if name := remote.pop("name", ""):
        reading.want("remote", name, "remote.name")
    kind = remote.pop("type", "")
    if kind and kind != "github":
        reading.lose("remote.type", f"A release on {kind} is not made.")
    for key in ("ignore_token_for_push", "token"):
        remote.pop(key, None)
    for key in remote:
        reading.lose(f"remote.{key}", "The remote's own address says it; see forge.api.")


def _changelog(reading: Reading) -> None:
    changelog = reading.table("changelog")
    templates = changelog.pop("default_templates", {})
    file = changelog.pop("changelog_file", "") or reading.text("changelog_file")
    if isinstance(templates, dict):
        file = templates.get("changelog_file", "") or file
    if file:
        reading.want("changelog.file", file, "changelog.changelog_file")
    for key in changelog:
        reading.lose(f"changelog.{key}", "The changelog keeps the form that it has.")
