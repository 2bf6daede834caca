"""bumpver, and pycalver that it was before.

The keys are those of https://github.com/mbarkhau/bumpver (README) and of its ``config.py``
(2026.1132).
"""

from __future__ import annotations

import re

from seatrial.config.others.reading import Given, Reading, Source, ini_sections, toml_table
from seatrial.config.schema import SiteSettings
from seatrial.versions.calver import scheme_fault

_PLACES = (
    ("pycalver.toml", ("pycalver",)),
    ("bumpver.toml", ("bumpver",)),
    (".bumpver.toml", ("bumpver",)),
    ("pyproject.toml", ("tool", "bumpver")),
)
_HOOK = "If it checks something, make it a gate; a release runs nothing else between its steps."
_ALWAYS = "A release is a commit and a tag, and both are pushed."
# https://github.com/mbarkhau/bumpver, "Pattern Examples": what names the parts of PEP 440.
_BY_MEANING = re.compile(
    r"v?\{?(?:semver|MAJOR\.MINOR(?:\.PATCH)?)\}?(?:\[-?(?:PYTAGNUM|PYTAG\[?NUM\]?|TAG\[?NUM\]?)\])?"
)


def find(given: Given) -> Source | None:
    """Find its table, in the order in which it looks."""
    for file, path in _PLACES:
        if found := toml_table(given, file, *path):
            return found
    sections = dict(ini_sections(given, "setup.cfg"))
    patterns = dict(ini_sections(given, "setup.cfg", paths=True))
    for name in ("pycalver", "bumpver"):
        if name in sections:
            listed = patterns.get(f"{name}:file_patterns", {})
            split = {file: text.split("\n") for file, text in listed.items()}
            each = {file: [one for one in lines if one] for file, lines in split.items()}
            return Source(file="setup.cfg", table=sections[name] | {"file_patterns": each})
    return None


def read(reading: Reading) -> None:
    """Read its table."""
    _version(reading)
    holes = {"{new_version}": "{version}", "{new_version_pep440}": "{version}"}
    for ours in ("commit.message", "commit.tag-message"):
        theirs = "tag_message" if ours == "commit.tag-message" else "commit_message"
        reading.want_text(ours, theirs, reading.text(theirs).strip("\"' "), holes)
    for file, patterns in reading.table("file_patterns").items():
        for one in patterns if isinstance(patterns, list) else [patterns]:
            _pattern(reading, file, str(one))
    for key in ("commit", "tag", "push"):
        reading.holds(key, _ALWAYS)
    scope = "The last release is the highest tag in the history of the branch."
    reading.holds("tag_scope", scope, "default", "branch")
    branches = reading.texts("allowed_branches")
    if len(branches) == 1 and re.fullmatch(r"[\w./-]+", branches[0]):
        reading.want("branch", branches[0], "allowed_branches")
    elif branches:
        reading.lose("allowed_branches", "One branch can be named, in full: branch.")
    reading.ignore("current_version")  # the places that state it say it, too
    reading.finish({"pre_commit_hook": _HOOK, "post_commit_hook": _HOOK})


def _version(reading: Reading) -> None:
    """Read how versions look: by date, or by meaning."""
    pattern = reading.text("version_pattern").strip("\"'")
    if tag := pattern and reading.unless_tagged("{version}"):
        reading.want("tag", f"v{tag}" if pattern.startswith("v") else tag, "version_pattern")
    if "YY" in pattern:
        dated = re.sub(r"\[[^\]]*\]$", "", pattern.removeprefix("v"))
        scheme = re.sub(r"(BUILD|INC0|INC1|PATCH|MICRO)$", "MICRO", dated)
        if said := scheme_fault(scheme):
            reading.lose("version_pattern", f"As a scheme of versions by date: {said}.")
        else:
            reading.want("version.scheme", scheme, "version_pattern")
            if dated.endswith("BUILD"):
                begins = "MICRO begins anew with the date before it, where BUILD counts on."
                reading.lose("version_pattern: BUILD", begins)
    elif pattern and not _BY_MEANING.fullmatch(pattern):
        reading.lose("version_pattern", "Versions follow PEP 440, by meaning or by date.")


def _pattern(reading: Reading, file: str, pattern: str) -> None:
    # Its patterns can be tied to the ends of a line, and brackets in them are escaped.
    bare = pattern.removeprefix("^").removesuffix("$")
    search = re.sub(r"\\([\[\]])", r"\1", bare).replace("{pep440_version}", "{version}")
    key = f"file_patterns.{file}"
    if search == "{version}":
        reading.lines(file, key)
    elif search.count("{version}") == 1:
        reading.sites.append(SiteSettings(file=file, search=search))
    elif "current_version" not in pattern:
        reading.lose(key, f"A place is found by a text with {{version}} in it, not by {pattern!r}.")
