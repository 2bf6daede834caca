"""commitizen (https://commitizen-tools.github.io/commitizen/config/)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

from seatrial.config.others.reading import (
    Given,
    Reading,
    Source,
    json_table,
    toml_table,
    yaml_table,
)
from seatrial.config.schema import SiteSettings

_WHOLE = re.compile(r"\$\{?major\}?\.\$\{?minor\}?\.\$\{?patch\}?(\$\{?prerelease\}?)?")
_HOOK = "If it checks something, make it a gate; a release runs nothing else between its steps."
_WRITING = "It is about writing messages, which commitizen can go on to help with."
_FORM = "The changelog keeps the form that it has."
_TAGS = "Tags of other formats are told apart by themselves."
_WHY: Mapping[str, str] = {
    "allowed_prefixes": _WRITING,
    "change_type_map": _FORM,
    "changelog_format": _FORM,
    "changelog_start_rev": "What stands in the changelog stays.",
    "customize": "Commits are read as Conventional Commits.",
    "extras": _FORM,
    "ignored_tag_formats": _TAGS,
    "legacy_tag_formats": _TAGS,
    "message_length_limit": _WRITING,
    "post_bump_hooks": _HOOK,
    "pre_bump_hooks": _HOOK,
    "prerelease_offset": "The first pre-release of a version has the number 1.",
    "style": _WRITING,
    "template": "The changelog keeps the form that it has; for notes there is notes.template.",
}
_CONVENTIONAL = "Commits are read as Conventional Commits."
_FILES: Mapping[str, tuple[str, str]] = {
    "cargo": ("Cargo.toml", "package.version"),
    "npm": ("package.json", "version"),
    "composer": ("composer.json", "version"),
}
"""What it calls a place → that place."""

_FOUND = ("commitizen", "pep621", "poetry", "uv", "scm")
"""What it calls the places that are found by themselves."""


def find(given: Given) -> Source | None:
    """Find its table, in the order in which the tool looks."""
    for file in ("pyproject.toml", ".cz.toml", "cz.toml"):
        if found := toml_table(given, file, "tool", "commitizen"):
            return found
    for file in (".cz.json", "cz.json"):
        if found := json_table(given, file, "commitizen"):
            return found
    for file in (".cz.yaml", "cz.yaml"):
        if found := yaml_table(given, file, "commitizen"):
            return found
    return None


def read(reading: Reading) -> None:
    """Read its table; the keys are those of its ``defaults.py`` (4.11)."""
    # Without a format its tags are the bare version.
    tag = reading.text("tag_format") or reading.unless_tagged("$version")
    tag = _WHOLE.sub("{version}", tag.replace("${version}", "{version}"))
    reading.want_text("tag", "tag_format", tag, {"$version": "{version}"})
    message = reading.text("bump_message")
    holes = {"$new_version": "{version}", "${new_version}": "{version}"}
    reading.want_text("commit.message", "bump_message", message, holes)
    note = reading.text("annotated_tag_message")
    reading.want_text("commit.tag-message", "annotated_tag_message", note, holes)
    if not reading.flag("major_version_zero", default=False):
        reading.want("version.zero", "major", "major_version_zero")
    if file := reading.text("changelog_file"):
        reading.want("changelog.file", file, "changelog_file")
    for place in reading.texts("version_files"):
        file, _, pattern = place.partition(":")
        if re.fullmatch(r"[\w.-]+", pattern) and file.endswith((".toml", ".py", ".json")):
            reading.sites.append(_named(file, pattern))
        else:
            fits = partial(reading.given.fits, pattern)
            reading.lines(file, "version_files", fits if pattern else lambda _: True)
    _provided(reading)
    reading.holds("name", _CONVENTIONAL, "", "cz_conventional_commits")
    reading.holds("annotated_tag", "A tag is annotated.")
    reading.off("gpg_sign", "git signs tags where tag.gpgSign is set.")
    section = "A section is written; changelog.write = false leaves the changelog alone."
    reading.holds("update_changelog_on_bump", section)
    reading.holds("changelog_incremental", "A section is added, and what stands there stays.")
    reading.off("changelog_merge_prerelease", "Each release has a section of its own.")
    for key in ("always_signoff", "allow_abort", "retry_after_failure", "use_shortcuts"):
        reading.off(key, _WRITING)
    reading.off("breaking_change_exclamation_in_title", _WRITING)
    reading.holds("encoding", "A file is read as UTF-8, or as it says of itself.", "utf-8")
    reading.ignore("version")  # the places that state it say it, too
    reading.finish(_WHY)


def _provided(reading: Reading) -> None:
    """Read where the version is, and by which rules it is one."""
    provider = reading.text("version_provider")
    if provider in _FILES:
        file, key = _FILES[provider]
        reading.sites.append(SiteSettings(file=file, key=key))
    elif provider and provider not in _FOUND:
        reading.lose("version_provider", "Name the place that states the version in versions.")
    for key in ("version_scheme", "version_type"):
        reading.holds(key, "Versions follow PEP 440; a file may spell them otherwise.", "pep440")


def _named(file: str, pattern: str) -> SiteSettings:
    """A word in such a file is most often the key: ``pyproject.toml:version``."""
    if file.endswith("pyproject.toml") and pattern in {"version", "^version"}:
        return SiteSettings(file=file, key="project.version")
    return SiteSettings(file=file, key=pattern)
