"""release-please (https://github.com/googleapis/release-please).

The keys are those of its ``schemas/config.json`` (17): each may stand for all packages, and again
for one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from seatrial.config.others.reading import Given, Reading, Source, json_table
from seatrial.config.positions import dotted
from seatrial.config.schema import SiteSettings

_PROPOSED = "The pull request of seatrial propose has the form that [tool.seatrial.proposal] says."
_LABELS = "A pull request gets no labels."
_MADE = "A release on the forge is a draft until everything else is done."
_FORM = "The changelog keeps the form that it has."
_RANKS = "The changes decide; see [tool.seatrial.version]."
_WHY: Mapping[str, str] = {
    "bump-patch-for-minor-pre-major": "A feature raises the minor number, below 1.0 too.",
    "changelog-host": "The changelog's links keep the form that they have.",
    "changelog-sections": "The changelog has the sections that Conventional Commits give.",
    "component-no-space": _PROPOSED,
    "date-format": "The changelog's dates keep the form that they have.",
    "exclude-paths": "A commit counts for a package where it touches the package's folder.",
    "extra-label": _LABELS,
    "group-pull-request-title-pattern": _PROPOSED,
    "label": _LABELS,
    "plugins": "Nothing is plugged in.",
    "prerelease-type": "Pre-releases come from branches: version.channels, or --bump.",
    "pull-request-footer": _PROPOSED,
    "pull-request-header": _PROPOSED,
    "pull-request-title-pattern": _PROPOSED,
    "release-as": "Ask for a version with --version, or with a footer Release-As.",
    "release-label": _LABELS,
    "signoff": "The commit has the author that git is configured with.",
}


def find(given: Given) -> Source | None:
    """Find the configuration of release-please."""
    return json_table(given, "release-please-config.json")


def read(reading: Reading) -> None:
    """Read the configuration of release-please: what it says of each package, and of all."""
    packages = reading.within("packages")
    paths = packages.left()
    each = [packages.within(dotted((path,)), packages.take(path)) for path in paths]
    if len(each) == 1:
        _lead(reading, each[0], paths[0])
    elif each:
        _several(reading, each)
    for path, one in zip(paths, each, strict=True):
        for extra in _extra_files(one):
            _please_file(one, path, extra)
        one.ignore("package-name", "component")
        # Each package's page of that name is found by itself.
        one.holds("changelog-path", "Say where it is with changelog.file.", "CHANGELOG.md")
        _common(one)
    for extra in _extra_files(reading):
        for path in paths:
            _please_file(reading, path, extra)
    _common(reading)
    # What the tags say, how the schema is found, and how the forge is asked.
    reading.ignore("$schema", "bootstrap-sha", "last-release-sha", "release-search-depth")
    reading.ignore("commit-search-depth", "commit-batch-size", "sequential-calls")
    reading.off("always-link-local", "It is about packages for Node.")
    reading.finish(_WHY)
    reading.want("mode", "pull-request", "release-please")


def _common(one: Reading) -> None:
    """Read what may stand for all packages, and for one."""
    # A simple release sets the version in the extra files alone, which are read.
    one.holds("release-type", "Only Python packages are released.", "python", "simple")
    one.holds("versioning", _RANKS, "default")
    one.holds("changelog-type", _FORM, "default")
    one.holds("force-tag-creation", "The tag is pushed before the forge's release is shown.")
    one.holds("include-v-in-release-name", "The forge release is named by its tag.")
    one.off("bump-patch-for-minor-pre-major", _WHY["bump-patch-for-minor-pre-major"])
    one.off("skip-github-release", "The forge release is left out with forge.release = false.")
    one.off("skip-changelog", "The changelog is left alone with changelog.write = false.")
    for key in ("draft", "prerelease"):
        one.off(key, _MADE)
    for key in ("draft-pull-request", "always-update", "separate-pull-requests"):
        one.off(key, _PROPOSED)
    one.off("component-no-space", _PROPOSED)
    one.holds("initial-version", "The first release has the version that is stated.", "")
    if one.named(""):
        one.finish(_WHY)


def _lead(reading: Reading, own: Reading, path: str) -> None:
    """Read what a repository of one package says of its tags, its rule below 1.0 and its page."""

    def said(key: str, usual: object) -> object:
        inherited, mine = reading.take(key), own.take(key)
        return mine if mine is not None else usual if inherited is None else inherited

    letter = "v" if said("include-v-in-tag", usual=True) else ""
    component = own.text("component") or own.text("package-name") or reading.given.name
    separator = said("tag-separator", usual="-")
    with_component = said("include-component-in-tag", usual=True)
    before = f"{component}{separator}" if with_component and component else ""
    if tag := reading.unless_tagged(f"{before}{letter}{{version}}"):
        reading.want("tag", tag, "include-component-in-tag")
    if said("bump-minor-pre-major", usual=False) is not True:
        reading.want("version.zero", "major", "bump-minor-pre-major")
    file = said("changelog-path", usual="")
    if isinstance(file, str) and file:
        reading.want("changelog.file", _under(path, file), "changelog-path")


def _several(reading: Reading, each: list[Reading]) -> None:
    """Read what is said of many packages; what only one of them says is told."""
    letter = "v" if reading.flag("include-v-in-tag", default=True) else ""
    separator = reading.take("tag-separator")
    separator = separator if isinstance(separator, str) else "-"
    named = reading.flag("include-component-in-tag", default=True)
    before = f"{{package}}{separator}" if named else ""
    if tag := reading.unless_tagged(f"{before}{letter}{{version}}"):
        reading.want("tag", tag, "include-component-in-tag")
    if not reading.flag("bump-minor-pre-major", default=False):
        reading.want("version.zero", "major", "bump-minor-pre-major")
    if file := reading.text("changelog-path"):
        reading.want("changelog.file", file, "changelog-path")
    for one in each:
        name, component = one.text("package-name"), one.text("component")
        # Tags with a package's own name in them are found by themselves.
        if component and component != name and component not in reading.given.names:
            tag = f"{component}{separator}{letter}{{version}}"
            one.lose("component", f"Its tags are {tag}: say so with tag in [[package]].")


def _extra_files(one: Reading) -> Iterator[object]:
    value = one.take("extra-files")
    if value is not None and not isinstance(value, list):
        one.lose("extra-files", "It is no list.")
    yield from value if isinstance(value, list) else ()


def _please_file(reading: Reading, path: str, extra: object) -> None:
    table = extra if isinstance(extra, dict) else {"type": "generic", "path": str(extra)}
    file, key = _under(path, str(table.get("path", ""))), str(table.get("jsonpath", ""))
    if table.get("glob") is True:
        reading.lose(f"extra-files: {file}", "Name each file by itself in versions.")
    elif table.get("type", "generic") == "generic":
        marked = set(_marked(reading.given.text(file) or ""))
        reading.lines(file, "extra-files", marked.__contains__)
    elif table.get("type") in {"json", "toml", "yaml"} and key.startswith("$.") and "[" not in key:
        reading.sites.append(SiteSettings(file=file, key=key.removeprefix("$.")))
    else:
        reading.lose(f"extra-files: {file}", "Name the place in versions.")


def _marked(text: str) -> Iterator[str]:
    """Give the lines that its "generic" updater edits: marked ones, and those between marks."""
    inside = False
    for line in text.splitlines():
        if "x-release-please-end" in line:
            inside = False
        elif "x-release-please-start-version" in line:
            inside = True
        elif inside or "x-release-please-version" in line:
            yield line.strip()


def _under(path: str, file: str) -> str:
    return file.lstrip("/") if path in {"", "."} or file.startswith("/") else f"{path}/{file}"
