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


def find_tbump(given: Given) -> Source | None:
    """Find the table of tbump."""
    return toml_table(given, "tbump.toml") or toml_table(given, "pyproject.toml", "tool", "tbump")


def read_tbump(reading: Reading) -> None:
    """Read the table of tbump."""
    git = reading.table("git")
    texts = {"tag": git.get("tag_template", ""), "commit.message": git.get("message_template", "")}
    for key, text in texts.items():
        source = "git.tag_template" if key == "tag" else "git.message_template"
        reading.want_text(key, source, str(text), _HOLES)
    for place, table in enumerate(reading.take("file") or []):
        if isinstance(table, dict):
            _tbump_file(reading, f"file: {table.get('src', place)}", table)
    for key in ("before_commit", "after_push"):
        for table in reading.take(key) or []:
            name = table.get("name", "") if isinstance(table, dict) else ""
            why = "If it checks something, make it a gate; nothing else is run between the steps."
            reading.lose(f"{key}: {name}", why)
    for field in reading.take("field") or []:
        name = field.get("name", "") if isinstance(field, dict) else ""
        reading.lose(f"field: {name}", "Versions have the parts of PEP 440.")
    reading.ignore("version", "github_url")
    reading.finish({})


def _tbump_file(reading: Reading, key: str, table: dict[str, object]) -> None:
    file, search = str(table.get("src", "")), str(table.get("search", _HERE))
    spelling = str(table.get("version_template", ""))
    around = search.replace(_HERE, "")
    if set(re.findall(r"\{(\w+)\}", spelling)) - {"major", "minor", "patch"}:
        reading.lose(key, "A spelling is made of major, minor and patch.")
    elif search == _HERE and not spelling:
        reading.lines(file, key)
    elif search != _HERE and search.count(_HERE) == 1 and not re.search(r"[{}\n]", around):
        text = search.replace(_HERE, "{version}")
        reading.sites.append(SiteSettings(file=file, search=text, spelling=spelling))
    else:
        reading.lose(key, "A place is found by a text of one line with one version.")


def find_zest(given: Given) -> Source | None:
    """Find the table of zest.releaser."""
    return ini_table(given, "setup.cfg", "zest.releaser") or toml_table(
        given, "pyproject.toml", "tool", "zest-releaser"
    )


def read_zest(reading: Reading) -> None:
    """Read the table of zest.releaser."""
    # Without a format its tags are the bare version.
    tag = reading.text("tag-format") or reading.unless_tagged("{version}")
    reading.want_text("tag", "tag-format", tag, {})
    reading.want_text("commit.tag-message", "tag-message", reading.text("tag-message"), {})
    file = reading.text("history-file") or reading.text("history_file")
    if file:
        reading.want("changelog.file", file, "history-file")
    if file := reading.text("python-file-with-version"):
        reading.sites.append(SiteSettings(file=file, key="__version__"))
    if not reading.flag("release", default=True):
        reading.lose("release", "Seatrial publishes; use seatrial build for files alone.")
    reading.ignore("create-wheel", "no-input", "register", "push-changes", "upload-pypi")
    no_marker = "Between releases the version stays the released one."
    reading.finish(
        {
            "tag-signing": "git signs tags where tag.gpgSign is set.",
            "development-marker": no_marker,
            "extra-message": "The commit's message is commit.message.",
            "date-format": "The changelog's dates keep the form that they have.",
            "less-zeros": "A version keeps as many parts as it has.",
            "version-levels": "A version keeps as many parts as it has.",
        }
    )


def find_hatch(given: Given) -> Source | None:
    """Find the table of hatch."""
    return toml_table(given, "hatch.toml", "version") or toml_table(
        given, "pyproject.toml", "tool", "hatch", "version"
    )


def read_hatch(reading: Reading) -> None:
    """Read the table of hatch; the place it names is what the build reads, and is found."""
    reading.ignore("path", "pattern", "source", "raw-options", "fallback-version")
    reading.finish(
        {
            "scheme": "The next version is decided by the changes; see [tool.seatrial.version].",
            "validate-bump": "A version that is not above the last release is always refused.",
            "expression": "The build reads it; a release cannot edit what is computed.",
        }
    )
