"""commitizen (https://commitizen-tools.github.io/commitizen/config/)."""

from __future__ import annotations

import re
from collections.abc import Mapping

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
_WHY: Mapping[str, str] = {
    "name": "Commits are read as Conventional Commits.",
    "gpg_sign": "git signs tags where tag.gpgSign is set.",
    "pre_bump_hooks": _HOOK,
    "post_bump_hooks": _HOOK,
    "template": "The changelog keeps the form that it has.",
}


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
    """Read its table."""
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
            reading.lines(file, "version_files", pattern)
    if reading.text("name") not in {"", "cz_conventional_commits"}:
        reading.lose("name", _WHY["name"])
    reading.ignore("version", "version_provider", "version_scheme", "update_changelog_on_bump")
    reading.ignore("annotated_tag", "changelog_incremental", "changelog_merge_prerelease", "style")
    reading.finish(_WHY)


def _named(file: str, pattern: str) -> SiteSettings:
    """A word in such a file is most often the key: ``pyproject.toml:version``."""
    if file.endswith("pyproject.toml") and pattern in {"version", "^version"}:
        return SiteSettings(file=file, key="project.version")
    return SiteSettings(file=file, key=pattern)
