"""Tools that set the version in files, and tag: tbump, zest.releaser, hatch's version table.

Sources: https://github.com/your-tools/tbump (README), https://zestreleaser.readthedocs.io
(Options), https://hatch.pypa.io/latest/version/.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from seatrial.config.others.reading import Given, Reading, Source, ini_table, toml_table
from seatrial.config.schema import SiteSettings

_HOLES: Mapping[str, str] = {"{new_version}": "{version}"}
_HERE = "{current_version}"
_PARTS = ("major", "minor", "patch")
_SIGNING = "git signs tags where tag.gpgSign is set."
_LEVELS = "A version keeps as many parts as it has."
_ENTRY_POINTS = ("prereleaser.", "releaser.", "postreleaser.")


def find_tbump(given: Given) -> Source | None:
    """Find the table of tbump."""
    return toml_table(given, "tbump.toml") or toml_table(given, "pyproject.toml", "tool", "tbump")


def read_tbump(reading: Reading) -> None:
    """Read the table of tbump; its keys are those of the schema in its ``config.py`` (6.11)."""
    git = reading.within("git")
    git.want_text("tag", "tag_template", git.text("tag_template"), _HOLES)
    git.want_text("commit.message", "message_template", git.text("message_template"), _HOLES)
    git.holds("atomic_push", "Commit and tag are pushed at once, or neither is.")
    git.off("sign", _SIGNING)
    git.finish({})
    for place, table in enumerate(reading.tables("file")):
        _tbump_file(reading, f"file: {table.get('src', place)}", table)
    for key in ("hook", "before_push", "before_commit", "after_push"):
        for table in reading.tables(key):
            why = "If it checks something, make it a gate; nothing else is run between the steps."
            reading.lose(f"{key}: {table.get('name', '')}", why)
    for field in reading.tables("field"):
        reading.lose(f"field: {field.get('name', '')}", "Versions have the parts of PEP 440.")
    version = reading.within("version")
    if set(re.findall(r"\(\?P<(\w+)>", version.text("regex"))) - set(_PARTS):
        version.lose("regex", "Versions have the parts of PEP 440.")
    version.ignore("current")  # the places that state it say it, too
    version.finish({})
    reading.ignore("github_url")  # the remote's address says it
    reading.finish({})


def _tbump_file(reading: Reading, key: str, table: dict[str, object]) -> None:
    file, search = str(table.get("src", "")), str(table.get("search", _HERE))
    spelling = str(table.get("version_template", ""))
    around = search.replace(_HERE, "")
    if set(re.findall(r"\{(\w+)\}", spelling)) - set(_PARTS):
        reading.lose(key, "A spelling is made of major, minor and patch.")
    elif search == _HERE and not spelling:
        reading.lines(file, key)
    elif search != _HERE and search.count(_HERE) == 1 and not re.search(r"[{}\n]", around):
        text = search.replace(_HERE, "{version}")
        reading.sites.append(SiteSettings(file=file, search=text, spelling=spelling))
    else:
        reading.lose(key, "A place is found by a text of one line with one version.")


def find_zest(given: Given) -> Source | None:
    """Find the tables of zest.releaser: of two, the one of pyproject.toml has the last word."""
    older = ini_table(given, "setup.cfg", "zest.releaser")
    newer = toml_table(given, "pyproject.toml", "tool", "zest-releaser")
    if older is None or newer is None:
        return older or newer
    return Source(file=newer.file, table=older.table | newer.table)


def read_zest(reading: Reading) -> None:
    """Read the table of zest.releaser; its keys are those that its ``pypi.py`` reads (9.6)."""
    # Without a format its tags are the bare version.
    tag = reading.text("tag-format") or reading.unless_tagged("{version}")
    older = {"%(version)s": "{version}"}
    reading.want_text("tag", "tag-format", tag, older)
    reading.want_text("commit.tag-message", "tag-message", reading.text("tag-message"), older)
    names = ("history-file", "history_file")
    if file := next((file for file in [reading.text(name) for name in names] if file), ""):
        reading.want("changelog.file", file, "history-file")
    if reading.text("history_format") and not file.endswith((".md", ".markdown")):
        reading.lose("history_format", "The changelog's name, or what stands in it, says it.")
    if file := reading.text("python-file-with-version"):
        reading.sites.append(SiteSettings(file=file, key="__version__"))
    for key in ("release", "upload-pypi"):
        reading.holds(key, "Seatrial publishes; use seatrial build for files alone.")
    reading.holds("create-wheel", "A release has a wheel, whatever else it has.")
    reading.holds("push-changes", "A release that is not pushed is none; seatrial rehearse is.")
    reading.off("register", "An index takes the name with the first upload.")
    reading.off("run-pre-commit", "git's hooks do not run; what they check can be a gate.")
    reading.off("tag-signing", _SIGNING)
    reading.holds("version-levels", _LEVELS, "0", 0)
    reading.off("less-zeroes", _LEVELS)
    reading.ignore("no-input")  # nothing is asked beside the one question, which has --yes
    hooks = "If it checks something, make it a gate; nothing else is run between the steps."
    why = {key: hooks for key in reading.left() if key.lower().startswith(_ENTRY_POINTS)}
    reading.finish(
        why
        | {
            "development-marker": "Between releases the version stays the released one.",
            "extra-message": "The commit's message is commit.message.",
            "prefix-message": "The commit's message is commit.message.",
            "date-format": "The changelog's dates keep the form that they have.",
        }
    )


def find_hatch(given: Given) -> Source | None:
    """Find the table of hatch."""
    return toml_table(given, "hatch.toml", "version") or toml_table(
        given, "pyproject.toml", "tool", "hatch", "version"
    )


def read_hatch(reading: Reading) -> None:
    """Read the table of hatch.

    What the build reads in it goes on to be read by the build: where the version stands, or how it
    is had from the tag (hatchling's plugins of version sources, and hatch-vcs).
    """
    reading.ignore("source", "path", "pattern", "search-paths")
    reading.ignore("raw-options", "fallback-version", "tag-pattern")
    reading.holds("scheme", "The changes decide; see [tool.seatrial.version].", "standard")
    reading.holds("validate-bump", "A version that is not above the last release is refused.")
    reading.finish({"expression": "The build reads it; a release cannot edit what is computed."})
