"""bump-my-version and bump2version, whose files are the same; and bumpver.

Sources: https://callowayproject.github.io/bump-my-version/reference/configuration/,
https://github.com/c4urself/bump2version (README), https://github.com/mbarkhau/bumpver (README).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from seatrial.config.others.reading import (
    Given,
    Reading,
    Source,
    ini_sections,
    ini_table,
    toml_table,
)
from seatrial.config.schema import SiteSettings
from seatrial.versions.calver import scheme_fault

_SECTION = re.compile(r"bumpversion:(?P<kind>file|glob)(?:\s*\([^)]*\))?:\s*(?P<path>.+?)\s*")
_HERE = "{current_version}"
_HOLES: Mapping[str, str] = {"{new_version}": "{version}"}
_OWN_FORM = "Versions follow PEP 440, and are spelt by { spelling = … } where a file differs."
_HOOK = "If it checks something, make it a gate; a release runs nothing else between its steps."
_WHY: Mapping[str, str] = {
    "parse": _OWN_FORM,
    "serialize": _OWN_FORM,
    "parts": _OWN_FORM,
    "replace": "The version is put where it stood, and nothing else.",
    "sign_tags": "git signs tags where tag.gpgSign is set.",
    "setup_hooks": _HOOK,
    "pre_commit_hooks": _HOOK,
    "post_commit_hooks": _HOOK,
}


def find(given: Given) -> Source | None:
    """Find its table, in the order in which the tool looks."""
    return (
        _ini(given, ".bumpversion.cfg")
        or toml_table(given, ".bumpversion.toml", "tool", "bumpversion")
        or _ini(given, "setup.cfg")
        or toml_table(given, "pyproject.toml", "tool", "bumpversion")
    )


def _ini(given: Given, file: str) -> Source | None:
    sections = dict(ini_sections(given, file))
    if "bumpversion" not in sections:
        return None
    table: dict[str, Any] = dict(sections["bumpversion"])
    files = []
    for name, options in sections.items():
        if found := _SECTION.fullmatch(name):
            files.append(
                {"filename" if found["kind"] == "file" else "glob": found["path"]} | options
            )
        elif name.startswith("bumpversion:part"):
            table["parts"] = True
    return Source(file=file, table=table | {"files": files})


def read(reading: Reading) -> None:
    """Read its table."""
    tag = reading.text("tag_name") or reading.unless_tagged("v{new_version}")
    reading.want_text("tag", "tag_name", tag, _HOLES)
    reading.want_text("commit.message", "message", reading.text("message"), _HOLES)
    reading.want_text("commit.tag-message", "tag_message", reading.text("tag_message"), _HOLES)
    usual = reading.text("search") or _HERE
    for place, table in enumerate(reading.take("files") or []):
        if not isinstance(table, dict) or not isinstance(table.get("filename"), str):
            glob = table.get("glob") if isinstance(table, dict) else None
            reading.lose(f"files: {glob or place}", "Name each file by itself in versions.")
            continue
        key = f"files: {table['filename']}"
        _file(reading, key, table["filename"], str(table.get("search") or usual))
        for inner in ("parse", "serialize"):
            if inner in table:
                reading.lose(f"{key}, {inner}", _OWN_FORM)
    reading.ignore("current_version", "commit", "tag", "allow_dirty", "regex", "commit_args")
    reading.ignore("ignore_missing_version", "ignore_missing_files", "no_configured_files")
    reading.finish(_WHY)


def _file(reading: Reading, key: str, file: str, search: str) -> None:
    around = search.replace(_HERE, "")
    if search == _HERE:
        reading.lines(file, key)
    elif search.count(_HERE) == 1 and not re.search(r"[{}\n]", around):
        site = SiteSettings(file=file, search=search.replace(_HERE, "{version}"))
        reading.sites.append(site)
    else:
        reading.lose(key, "A place is found by a text of one line with one version.")


def find_bumpver(given: Given) -> Source | None:
    """Find the table of bumpver."""
    for file, path in (("bumpver.toml", ("bumpver",)), ("pyproject.toml", ("tool", "bumpver"))):
        if found := toml_table(given, file, *path):
            return found
    found = ini_table(given, "setup.cfg", "bumpver")
    patterns = dict(ini_sections(given, "setup.cfg")).get("bumpver:file_patterns", {})
    if found is None:
        return None
    split = {file: [line for line in text.splitlines() if line] for file, text in patterns.items()}
    return Source(file=found.file, table=found.table | {"file_patterns": split})


def read_bumpver(reading: Reading) -> None:
    """Read the table of bumpver."""
    pattern = reading.text("version_pattern").strip("\"'")
    if not reading.given.tagged and pattern:
        reading.want(
            "tag", "v{version}" if pattern.startswith("v") else "{version}", "version_pattern"
        )
    if "YY" in pattern:
        scheme = re.sub(r"(BUILD|INC0|INC1|PATCH|MICRO)$", "MICRO", pattern.removeprefix("v"))
        if said := scheme_fault(scheme):
            reading.lose("version_pattern", f"As a scheme of versions by date: {said}.")
        else:
            reading.want("version.scheme", scheme, "version_pattern")
    holes = {"{new_version}": "{version}", "{new_version_pep440}": "{version}"}
    reading.want_text("commit.message", "commit_message", reading.text("commit_message"), holes)
    reading.want_text("commit.tag-message", "tag_message", reading.text("tag_message"), holes)
    for file, patterns in reading.table("file_patterns").items():
        for one in patterns if isinstance(patterns, list) else []:
            _pattern(reading, file, str(one))
    reading.ignore("current_version", "commit", "tag", "push")
    reading.finish({"pre_commit_hook": _HOOK, "post_commit_hook": _HOOK})


def _pattern(reading: Reading, file: str, pattern: str) -> None:
    search = pattern.replace("{pep440_version}", "{version}")
    key = f"file_patterns.{file}"
    if search == "{version}":
        reading.lines(file, key)
    elif search.count("{version}") == 1:
        reading.sites.append(SiteSettings(file=file, search=search))
    elif "current_version" not in pattern:
        reading.lose(key, f"A place is found by a text with {{version}} in it, not by {pattern!r}.")
