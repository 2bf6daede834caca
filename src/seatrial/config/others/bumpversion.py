"""bump-my-version and bump2version, whose files are the same.

The keys are those of https://callowayproject.github.io/bump-my-version/reference/configuration/ and
of its models (``bumpversion/config/models.py``, 1.2); https://github.com/c4urself/bump2version
(README) has some of them.
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
    toml_table,
)
from seatrial.config.schema import SiteSettings

_SECTION = re.compile(r"bumpversion:(?P<kind>file|glob)(?:\s*\([^)]*\))?:\s*(?P<path>.+?)\s*")
_HERE = "{current_version}"
_HOLES: Mapping[str, str] = {"{new_version}": "{version}"}
_PARTS = frozenset({"major", "minor", "patch"})
_OWN_FORM = "Versions follow PEP 440, and are spelt by { spelling = … } where a file differs."
_HOOK = "If it checks something, make it a gate; a release runs nothing else between its steps."
_ALWAYS = "A release is a commit and a tag."
_REGEX = "A place is found by a text of one line with one version."
_MISSING = "A place that is not found is an error."
_PUT = "The version is put where it stood, and nothing else."
_BUMPS = "A place is edited by every release."
_EACH = "Name each file by itself in versions."
_WHY: Mapping[str, str] = {
    "commit_args": "The release commit is made as it is planned, and takes no further options.",
    "excluded_paths": "Only the places that are named or found are edited.",
    "included_paths": "Only the places that are named or found are edited.",
    "moveable_tags": "A tag that was pushed is never moved.",
    "parts": _OWN_FORM,
    "setup_hooks": _HOOK,
    "pre_commit_hooks": _HOOK,
    "post_commit_hooks": _HOOK,
}
_WHY_FILE: Mapping[str, str] = {
    "exclude_bumps": _BUMPS,
    "include_bumps": _BUMPS,
    "glob_exclude": _EACH,
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
    # Before it had sections for files, it had one list of them.
    files = [{"filename": name} for name in str(table.pop("files", "")).split()]
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
    for place, table in enumerate(reading.tables("files")):
        named = table.get("filename") or table.get("glob") or place
        _file(reading.within(f"files: {named}", table), usual)
    _form(reading)
    for key in ("commit", "tag"):
        reading.holds(key, _ALWAYS)
    reading.off("regex", _REGEX)
    reading.holds("replace", _PUT, "{new_version}")
    reading.off("sign_tags", "git signs tags where tag.gpgSign is set.")
    for key in ("ignore_missing_version", "ignore_missing_files"):
        reading.off(key, _MISSING)
    # The places that state the version state the current one; a checkout is not touched; whether
    # hooks may use a shell concerns the hooks alone; and it counts what is found as enough.
    reading.ignore("current_version", "allow_dirty", "allow_shell_hooks", "no_configured_files")
    reading.finish(_WHY)


def _form(reading: Reading) -> None:
    """Take how versions are read and written; parts of one's own are told."""
    if set(re.findall(r"\(\?P<(\w+)>", reading.text("parse"))) - _PARTS:
        reading.lose("parse", _OWN_FORM)
    spelt = re.findall(r"\{([^{}]*)\}", "\n".join(reading.texts("serialize")))
    if set(spelt) - _PARTS:
        reading.lose("serialize", _OWN_FORM)


def _file(table: Reading, usual: str) -> None:
    """Read what is said of one file."""
    file, glob, key = table.text("filename"), table.text("glob"), table.text("key_path")
    search = table.text("search") or usual
    replace = table.take("replace")
    # The settings for all files are said again for each of them, where they differ.
    regex = table.flag("regex", default=False)
    _form(table)
    for name in ("ignore_missing_version", "ignore_missing_file"):
        table.off(name, _MISSING)
    if replace is not None and replace != search.replace(_HERE, "{new_version}"):
        table.lose("replace", _PUT)
    if glob or not file:
        table.lose("glob", _EACH)
    elif regex and not key:
        table.lose("regex", _REGEX)
    elif key:
        table.sites.append(SiteSettings(file=file, key=key))
    else:
        _searched(table, file, search)
    table.finish(_WHY_FILE)


def _searched(table: Reading, file: str, search: str) -> None:
    around = search.replace(_HERE, "")
    if search == _HERE:
        table.lines(file, "filename")
    elif search.count(_HERE) == 1 and not re.search(r"[{}\n]", around):
        table.sites.append(SiteSettings(file=file, search=search.replace(_HERE, "{version}")))
    else:
        table.lose("search", _REGEX)
