"""Notes that name the built files: a plan holds what they are made from, not their text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from seatrial.errors import InvalidConfiguration
from seatrial.template import Made, rendered

MOST_CHARACTERS = 125_000
"""Of the notes that a template makes: what GitHub takes as the text of a release."""

KNOWN_LATER = frozenset({"artifacts", "digests", "platforms"})
"""Names in a template that have their values after the build."""

LATER = "(after the build)"

Files: TypeAlias = Iterable[Mapping[str, Any]]
"""Built files, as :func:`artifact` describes them."""


class AfterBuild(msgspec.Struct, frozen=True, kw_only=True, tag="after-build", tag_field="known"):
    """A text that cannot be known before the build.

    Attributes:
        path: the template's file, for errors.
        template: its text, Jinja.
        names: what is known already, by the names that the template uses.
        preview: the text with stand-ins for the built files, for people.
    """

    path: str
    template: str
    names: dict[str, Any]
    preview: str

    def render(self, files: Iterable[Mapping[str, Any]]) -> str:
        """Give the text.

        Args:
            files: the built files, as :func:`artifact` describes them.

        Raises:
            InvalidConfiguration: it does not render with these.
        """
        return render(self.path, self.template, self.names | later(files))


Text: TypeAlias = str | AfterBuild
"""The text of notes, or what it is made from after the build."""


def shown(text: Text) -> str:
    """Give a text as far as it is known."""
    return text if isinstance(text, str) else text.preview


def artifact(name: str, sha256: str, size: int) -> dict[str, Any]:
    """Describe a built file as templates see it: name, digest, bytes, kind, and a wheel's tags."""
    try:
        tags = parse_wheel_filename(name)[3]
    except InvalidWheelFilename:
        tags = frozenset()
    return {
        "name": name,
        "sha256": sha256,
        "size": size,
        "kind": "wheel" if name.endswith(".whl") else "sdist",
        "python": sorted({tag.interpreter for tag in tags}),
        "platforms": sorted({tag.platform for tag in tags}),
    }


def stand_ins(packages: Sequence[str], version: str) -> list[dict[str, Any]]:
    """Give what a preview shows in the place of the built files."""
    return [
        artifact(name, LATER, 0)
        for package in packages
        for name in (
            f"{package.replace('-', '_')}-{version}-py3-none-any.whl",
            f"{package.replace('-', '_')}-{version}.tar.gz",
        )
    ]


def later(files: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the values of the names that are known after the build."""
    listed = sorted((dict(file) for file in files), key=lambda file: str(file["name"]))
    return {
        "artifacts": listed,
        "digests": {file["name"]: file["sha256"] for file in listed},
        "platforms": sorted({platform for file in listed for platform in file["platforms"]}),
    }


def render_early(path: str, template: str, names: Mapping[str, Any], files: Files) -> Text:
    """Render a template before the build, or keep it until then where it names the built files.

    Args:
        path: its file, for errors.
        template: its text.
        names: what is known already.
        files: what stands in a preview for the built files.

    Raises:
        InvalidConfiguration: it does not render, makes too much, or takes too long.
    """
    made = _made(path, template, {**names, **later(files)})
    if KNOWN_LATER.isdisjoint(made.uses):
        return made.text
    return AfterBuild(path=path, template=template, names=dict(names), preview=made.text)


def render(path: str, template: str, names: Mapping[str, Any]) -> str:
    """Render a template of the project's own, in jinja2's sandbox, within bounds.

    Args:
        path: its file, for errors.
        template: its text.
        names: what it may use.

    Raises:
        InvalidConfiguration: it does not render, makes too much, or takes too long.
    """
    return _made(path, template, names).text


def _made(path: str, template: str, names: Mapping[str, Any]) -> Made:
    made = rendered(template, names, MOST_CHARACTERS)
    if made.fault:
        raise unrendered(path, made.fault)
    return made


def unrendered(path: str, said: str) -> InvalidConfiguration:
    """Say that the template of the notes cannot be used."""
    return InvalidConfiguration(f"notes.template = {path!r}", said)
