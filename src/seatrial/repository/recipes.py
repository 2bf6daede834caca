"""Edits that are known by name: feedstocks of conda-forge, and formulas of Homebrew."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

from packaging.utils import InvalidSdistFilename, canonicalize_name, parse_sdist_filename

from seatrial.errors import DownstreamDiffers
from seatrial.plan.downstream_values import Order, Source
from seatrial.repository.downstream_edits import Found, Read

_DIGEST = r"[0-9a-fA-F]{64}"
_RESOURCE = re.compile(
    r"^(?P<indent>[ \t]*)resource \"(?P<name>[^\"]+)\" do\n(?P<body>(?:.*\n)*?)(?P=indent)end\n\n?",
    re.MULTILINE,
)


def recipe_edits(read: Read, files: Sequence[str], order: Order) -> Iterator[Found]:
    """Give what the recipe of a target changes.

    Args:
        read: gives the text of a file; nothing where there is none.
        files: all files of the repository.
        order: the target, with its recipe, and the release's sdist.

    Raises:
        DownstreamDiffers: the recipe is not of the form that is known, or no sdist was published.
    """
    if not order.target.recipe:
        return
    if order.source is None:
        said = f"a recipe needs an sdist, and {order.names.index} has none of the release"
        raise DownstreamDiffers(order.target.recipe, said)
    if order.target.recipe == "conda-forge":
        path = _one(files, ("recipe/recipe.yaml", "recipe/meta.yaml", "recipe.yaml", "meta.yaml"))
        change = _feedstock
    else:
        name = f"{order.names.package}.rb"
        path = _one([one for one in files if posixpath.basename(one) == name], (), name)
        change = _formula
    text = read(path)
    if text is None:
        raise DownstreamDiffers(path, "it is no text")
    yield Found(path=path, before=text, after=change(text, path, order, order.source))


def _one(files: Sequence[str], usual: Sequence[str], name: str = "") -> str:
    found = [one for one in usual if one in files] if usual else list(files)
    if not found or (not usual and len(found) > 1):
        wanted = name or " or ".join(usual)
        said = f"there are {len(found)} of them" if found else "there is no such file"
        raise DownstreamDiffers(wanted, said)
    return found[0]


def _feedstock(text: str, path: str, order: Order, source: Source) -> str:
    """Set version, digest and build number of a recipe; new versions begin with build 0."""
    version = (
        r"^[ \t]*\{%-?\s*set version\s*=\s*[\"']([^\"']+)[\"']\s*-?%\}"
        if path.endswith("meta.yaml")
        else r"^[ \t]+version:[ \t]*[\"']?([0-9][^\s\"'#$]*)[\"']?[ \t]*(?:#.*)?$"
    )
    text = _set(text, version, order.names.version, f"{path}: version")
    digest = rf"^[ \t]*(?:-[ \t]+)?sha256:[ \t]*[\"']?({_DIGEST})[\"']?[ \t]*(?:#.*)?$"
    variable = rf"^[ \t]*\{{%-?\s*set (?:sha256|hash|digest)\s*=\s*[\"']({_DIGEST})[\"']\s*-?%\}}"
    in_context = re.search(variable, text, re.MULTILINE)
    text = _set(text, variable if in_context else digest, source.sha256, f"{path}: sha256")
    number = r"^[ \t]*(?:\{%-?\s*set (?:build|build_number)\s*=|(?:build_)?number:)[ \t]*(\d+)"
    return _set(text, number, "0", f"{path}: build number")


def _formula(text: str, path: str, order: Order, source: Source) -> str:
    """Set address and digest of a formula, and its resources; a revision belongs to a version."""
    if order.resources:
        text = with_resources(text, order.resources)
    resources = list(_RESOURCE.finditer(text))
    head_end = resources[0].start() if resources else len(text)
    head, rest = text[:head_end], text[head_end:]
    head = _set(head, r"^  url \"([^\"]+)\"", source.url, f"{path}: url")
    head = _set(head, rf"^  sha256 \"({_DIGEST})\"", source.sha256, f"{path}: sha256")
    if re.search(r"^  version \"", head, re.MULTILINE):
        head = _set(head, r"^  version \"([^\"]+)\"", source.version, f"{path}: version")
    return re.sub(r"^  revision \d+\n", "", head, flags=re.MULTILINE) + rest


def with_resources(text: str, resources: Sequence[Source]) -> str:
    """Give a formula whose resources are these; those that are no Python project stay.

    Args:
        text: the formula.
        resources: the sdists that the release depends on.
    """
    found = list(_RESOURCE.finditer(text))
    kept = "".join(one[0].rstrip("\n") + "\n\n" for one in found if not _is_project(one))
    made = "".join(
        f'  resource "{one.name}" do\n    url "{one.url}"\n    sha256 "{one.sha256}"\n  end\n\n'
        for one in sorted(resources, key=lambda one: one.name)
    )
    if found:
        start, end = found[0].start(), found[-1].end()
    else:
        install = re.search(r"^  def install\b", text, re.MULTILINE)
        start = end = install.start() if install else len(text)
    return text[:start] + made + kept + text[end:]


def _is_project(resource: re.Match[str]) -> bool:
    """Say whether a resource is the sdist of a Python project."""
    url = re.search(r"url \"([^\"]+)\"", resource["body"])
    name = posixpath.basename(unquote(url[1])) if url else ""
    try:
        project, _ = parse_sdist_filename(name)
    except InvalidSdistFilename:
        return False
    return project == canonicalize_name(resource["name"])


def _set(text: str, pattern: str, value: str, place: str) -> str:
    """Put a value in place of the one group of a pattern that must fit once."""
    found = list(re.finditer(pattern, text, re.MULTILINE))
    if len(found) != 1:
        said = f"it fits {len(found)} places" if found else "nothing there states it"
        raise DownstreamDiffers(place, said)
    start, end = found[0].span(1)
    return text[:start] + value + text[end:]
