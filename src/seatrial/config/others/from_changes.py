"""release-please and jupyter-releaser.

Sources: https://github.com/googleapis/release-please (docs/manifest-releaser.md and
docs/customizing.md), https://jupyter-releaser.readthedocs.io (How-to guides, "Write Config").
"""

from __future__ import annotations

from typing import Any

from seatrial.config.others.reading import Given, Reading, Source, json_table, toml_table
from seatrial.config.schema import SiteSettings

_STEPS = "If it checks something, make it a gate; nothing else is run between the steps."


def find_please(given: Given) -> Source | None:
    """Find the configuration of release-please."""
    return json_table(given, "release-please-config.json")


def read_please(reading: Reading) -> None:
    """Read the configuration of release-please: what it says of all, then of each package."""
    packages = reading.table("packages")
    only = next(iter(packages.items())) if len(packages) == 1 else ("", {})
    own: dict[str, Any] = only[1] if isinstance(only[1], dict) else {}
    if own:
        _please_tag(reading, own)
        minor = own.pop("bump-minor-pre-major", reading.take("bump-minor-pre-major"))
        if minor is not True:
            reading.want("version.zero", "major", "bump-minor-pre-major")
        if file := own.pop("changelog-path", ""):
            reading.want("changelog.file", _under(only[0], str(file)), "changelog-path")
    for path, table in packages.items():
        if not isinstance(table, dict):
            continue
        for extra in table.pop("extra-files", []):
            _please_file(reading, path, extra)
        if table.pop("release-type", "python") != "python":
            reading.lose(f"packages.{path}.release-type", "Only Python packages are released.")
        for key in table:
            if key not in {"package-name", "component"}:
                reading.lose(f"packages.{path}.{key}", "Nothing here does the same.")
    reading.ignore("$schema", "release-type", "bootstrap-sha", "last-release-sha")
    reading.ignore("include-v-in-tag", "include-component-in-tag", "tag-separator")
    reading.finish(
        {
            "changelog-sections": "The changelog has the sections that Conventional Commits give.",
            "draft": "A release on the forge is a draft until everything else is done.",
            "plugins": "Nothing is plugged in.",
            "pull-request-title-pattern": "No pull request is made; seatrial plan shows the same.",
        }
    )


def _please_tag(reading: Reading, own: dict[str, Any]) -> None:
    def said(key: str, usual: object) -> object:
        inherited = reading.take(key)
        return own.pop(key, usual if inherited is None else inherited)

    letter = "v" if said("include-v-in-tag", usual=True) else ""
    component = own.get("component") or own.get("package-name") or reading.given.name
    separator = said("tag-separator", usual="-")
    with_component = said("include-component-in-tag", usual=True)
    before = f"{component}{separator}" if with_component and component else ""
    if tag := reading.unless_tagged(f"{before}{letter}{{version}}"):
        reading.want("tag", tag, "include-component-in-tag")


def _please_file(reading: Reading, path: str, extra: object) -> None:
    if isinstance(extra, str):
        reading.lines(_under(path, extra), "extra-files", "x-release-please-version")
        return
    table = extra if isinstance(extra, dict) else {}
    file, key = str(table.get("path", "")), str(table.get("jsonpath", ""))
    if table.get("type") in {"json", "toml", "yaml"} and key.startswith("$.") and "[" not in key:
        reading.sites.append(SiteSettings(file=_under(path, file), key=key.removeprefix("$.")))
    else:
        reading.lose(f"extra-files: {file}", "Name the place in versions.")


def _under(path: str, file: str) -> str:
    return file.lstrip("/") if path in {"", "."} or file.startswith("/") else f"{path}/{file}"


def find_jupyter(given: Given) -> Source | None:
    """Find the configuration of jupyter-releaser, in the order in which it looks."""
    return (
        toml_table(given, ".jupyter-releaser.toml")
        or toml_table(given, "pyproject.toml", "tool", "jupyter-releaser")
        or json_table(given, "package.json", "jupyter-releaser")
    )


def read_jupyter(reading: Reading) -> None:
    """Read the configuration of jupyter-releaser."""
    options = {key.replace("-", "_"): one for key, one in reading.table("options").items()}
    if isinstance(form := options.pop("tag_format", None), str):
        reading.want_text("tag", "options.tag_format", form, {})
    if isinstance(message := options.pop("tag_message", None), str):
        holes = {"{tag_name}": "{tag}"}
        reading.want_text("commit.tag-message", "options.tag_message", message, holes)
    if isinstance(file := options.pop("changelog_path", None), str):
        reading.want("changelog.file", file, "options.changelog_path")
    for key in ("python_packages", "dist_dir", "version_spec", "release_url"):
        options.pop(key, None)
    for key in options:
        reading.lose(f"options.{key}", "Nothing here does the same.")
    for name in reading.table("hooks"):
        reading.lose(f"hooks.{name}", _STEPS)
    reading.finish({"skip": "A step that is done already is seen, and is not done again."})
