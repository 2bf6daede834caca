"""The actions that touch this machine alone: commit, tags, gates, builds, inspections, checks."""

from __future__ import annotations

import shlex

from seatrial.plan import values
from seatrial.plan.contents import contents_of
from seatrial.plan.gates import gates_of
from seatrial.plan.outline import Line, Outline, Part, built_with, keys, many
from seatrial.plan.values import AnySpec

SIGNATURE = "Seatrial-Parent: {parent}\nSeatrial-Index: {index}\n"
"""Trailers of the tag: they tell any machine which commit was planned, and where the files go."""


def local_actions(outline: Outline) -> tuple[AnySpec, ...]:
    """Give what happens on this machine alone, the release commit first."""
    commit = _commit(outline)
    tagged = _tagged(outline, commit.key)
    gates = gates_of(
        outline.settings.gate,
        need=tagged.key,
        roots=tuple(dict.fromkeys(root for part in outline.parts for root in part.roots)),
        timeout=outline.settings.gate_timeout,
    )
    parts = outline.parts
    builds = tuple(_build(outline, part, tagged.key) for part in parts)
    inspects = tuple(
        _inspect(outline, part, build.key) for part, build in zip(parts, builds, strict=True)
    )
    installs = tuple(
        check
        for part, inspect in zip(parts, inspects, strict=True)
        for check in installs_of(outline, part, keys(inspects) if part.computes else (inspect.key,))
    )
    return (commit, tagged, *gates, *builds, *inspects, *installs)


def _commit(outline: Outline) -> values.Commit:
    texts = _texts(outline)
    key = f"commit {many(_versions(outline), 'version')}"
    message = filled(outline.settings.commit.message, texts)
    if len(_versions(outline)) > 1:
        listed = "\n".join(f"{part.name} {part.version}" for part in outline.parts)
        message = f"{message}\n\n{listed}\n"
    return values.Commit(
        key=key if outline.edits else f"take commit {outline.parent[:12]}",
        parent=outline.parent,
        edits=outline.edits,
        message=message,
        when=outline.when,
    )


def _tagged(outline: Outline, commit: str) -> values.Tag | values.Tags:
    texts = tuple(
        values.TagText(name=line.tag, message=_tag_message(outline, line)) for line in outline.lines
    )
    if len(texts) == 1:
        return values.Tag(
            key=f"tag {texts[0].name}",
            needs=(commit,),
            name=texts[0].name,
            message=texts[0].message,
            when=outline.when,
        )
    return values.Tags(
        key=f"tag {len(texts)} releases", needs=(commit,), tags=texts, when=outline.when
    )


def _tag_message(outline: Outline, line: Line) -> str:
    texts = {"version": line.version, "tag": line.tag}
    signature = SIGNATURE.format(parent=outline.parent, index=outline.publish)
    return f"{filled(outline.settings.commit.tag_message, texts)}\n\n{signature}"


def _versions(outline: Outline) -> tuple[str, ...]:
    """Give the version, or one for each line where there are several."""
    return tuple(line.version for line in outline.lines)


def _texts(outline: Outline) -> dict[str, str]:
    """Give what stands for ``{version}`` and ``{tag}`` in the commit's message."""
    if len(outline.lines) == 1:
        return {"version": outline.lines[0].version, "tag": outline.lines[0].tag}
    return {
        "version": many(tuple(part.name for part in outline.parts), "package"),
        "tag": many(outline.tags, "tag"),
    }


def filled(text: str, names: dict[str, str]) -> str:
    """Put values for the placeholders of a text."""
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _build(outline: Outline, part: Part, need: str) -> values.Build:
    siblings = built_with(part, outline.parts)
    versions = {other.name: other.version for other in outline.parts}
    return values.Build(
        key=f"build {part.name} {part.version}",
        needs=(need, *(f"build {name} {versions[name]}" for name in siblings)),
        package=part.name,
        version=part.version,
        path=part.path,
        epoch=outline.when,
        requires_python=part.requires_python,
        timeout=outline.settings.build.timeout,
        edits=part.edits,
        collect=part.collect,
        wrap=part.wrap,
        sdist=part.sdist,
        siblings=siblings,
    )


def _inspect(outline: Outline, part: Part, need: str) -> values.Inspect:
    return values.Inspect(
        key=f"inspect {part.name} {part.version}",
        needs=(need,),
        package=part.name,
        version=part.version,
        contents=contents_of(outline.settings, part.path, part.wrap, part.requires),
    )


def installs_of(
    outline: Outline, part: Part, needs: tuple[str, ...], index: str = ""
) -> tuple[values.InstallCheck, ...]:
    """Give one check for each Python asked for.

    A check comes after those of the packages that the package requires: what they require in turn
    is there then, too.

    Args:
        outline: of the release.
        part: the package.
        needs: keys of what comes before.
        index: where from; empty for the built files themselves.
    """
    verify = outline.settings.verify
    source = f" from {index}" if index else ""
    versions = {other.name: other.version for line in outline.lines for other in line.parts}

    def key(name: str, python: str) -> str:
        on = f" on Python {python}" if python else ""
        return f"install {name} {versions[name]}{source}{on}"

    return tuple(
        values.InstallCheck(
            key=key(part.name, python),
            needs=(*needs, *(key(name, python) for name in part.siblings)),
            package=part.name,
            version=part.version,
            python=python,
            index=index,
            imports=verify.imports,
            scripts=verify.scripts,
            commands=tuple(tuple(shlex.split(command)) for command in verify.run),
            timeout=verify.timeout,
        )
        for python in outline.python or ("",)
    )
