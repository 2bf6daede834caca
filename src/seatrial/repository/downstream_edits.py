"""What a release changes in the files of other repositories that name it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from seatrial.errors import DownstreamDiffers
from seatrial.plan.downstream_values import Names, TargetEdit
from seatrial.repository import setup_script
from seatrial.repository.configured_sites import read_as
from seatrial.repository.span import Span
from seatrial.repository.spans import LIKE, line_of, locate
from seatrial.repository.spelling import spell
from seatrial.repository.tuples import written
from seatrial.together import refuse_together

URL_TAGS = "git-url-tags"
"""The edit that sets the tag in every address that leads to the released repository."""

BUMPS = {"bump major": 0, "bump minor": 1, "bump patch": 2}
"""The edits that raise a number of the other repository's own → which of its numbers."""

Read = Callable[[str], str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One file before and after its edits."""

    path: str
    before: str
    after: str


def edited(read: Read, edits: Sequence[TargetEdit], names: Names) -> tuple[Found, ...]:
    """Give the files that edits change, by path.

    Args:
        read: gives the text of a file; nothing where there is none.
        edits: what is to be done, in this order.
        names: what the release is called.

    Raises:
        DownstreamDiffers: an edit fits no place, or more than one, or cannot be made there; of
            several such edits each is told.
    """
    texts: dict[str, str] = {}
    firsts: dict[str, str] = {}
    faults: list[DownstreamDiffers] = []
    for edit in edits:
        path = edit.place.partition(":")[0]
        text = texts.get(path)
        if text is None:
            text = read(path)
            if text is None:
                said = f"there is no file {path}, or it is no text"
                faults.append(DownstreamDiffers(edit.place, said))
                continue
            firsts[path] = text
        try:
            texts[path] = _changed(text, edit, names)
        except DownstreamDiffers as error:
            faults.append(error)
    refuse_together(faults)
    return tuple(
        Found(path=path, before=firsts[path], after=text) for path, text in sorted(texts.items())
    )


def is_done(read: Read, edits: Sequence[TargetEdit], names: Names) -> bool:
    """Say whether the files state the release already, as far as edits can tell.

    A number that is only to be raised does not tell.

    Raises:
        DownstreamDiffers: an edit fits no place, or more than one.
    """
    telling = [edit for edit in edits if edit.becomes not in BUMPS]
    return bool(telling) and all(one.before == one.after for one in edited(read, telling, names))


def _changed(text: str, edit: TargetEdit, names: Names) -> str:
    if edit.becomes == URL_TAGS:
        return _with_tags(text, edit.place, names)
    path, _, key = edit.place.partition(":")
    template = not key and re.sub(r"\{\w+\}", "", edit.becomes).strip()
    if template:
        kind, locator = "text", LIKE + _as_template(edit.becomes, names)
    else:
        kind, locator = read_as(path, key)
    raising = edit.becomes in BUMPS
    # With a spelling of its own the whole value counts, a leading v too.
    spelt = "" if raising or template or edit.becomes == "{version}" else edit.becomes
    span = locate(text, kind, locator, spelt=spelt)
    if span is None and kind == "python" and setup_script.is_bound_again(text, locator):
        raise DownstreamDiffers(edit.place, f"{path} gives {key} a value more than once")
    if span is None:
        shown = f"{edit.becomes!r}" if template else (key or "a version")
        raise DownstreamDiffers(edit.place, f"nothing in {path} states {shown}")
    second = locate(text, kind, locator, spelt=spelt, nth=2)
    if second is not None:
        lines = f"{path}:{line_of(text, span)} and {path}:{line_of(text, second)}"
        raise DownstreamDiffers(edit.place, f"it fits more than one place of {path}: {lines}")
    return _replaced(text, span, _value(span, edit, names, plain=bool(template)))


def _value(span: Span, edit: TargetEdit, names: Names, *, plain: bool) -> str:
    """Give what is to stand at a place."""
    wanted = names.version
    if edit.becomes in BUMPS:
        wanted = _raised(span.stated, edit)
    if span.form is not None:
        tuple_ = written(span.form, Version(wanted))
        if tuple_ is None:
            raise DownstreamDiffers(edit.place, f"a tuple like the one there cannot state {wanted}")
        return tuple_
    if plain or edit.becomes in BUMPS:
        return wanted
    return spell(edit.becomes.replace("{tag}", names.tag), names.version, names.date)


def _raised(stated: str, edit: TargetEdit) -> str:
    """Raise one of the numbers of a version of the other repository's own."""
    place = BUMPS[edit.becomes]
    try:
        numbers = list(Version(stated).release)
    except InvalidVersion:
        raise DownstreamDiffers(edit.place, f"{stated!r} is no number that can be raised") from None
    if place >= len(numbers):
        said = f"{stated} has {len(numbers)} numbers only: there is nothing to {edit.becomes}"
        raise DownstreamDiffers(edit.place, said)
    numbers[place] += 1
    numbers[place + 1 :] = [0] * (len(numbers) - place - 1)
    return ".".join(map(str, numbers))


def _replaced(text: str, span: Span, value: str) -> str:
    if span.bare and re.fullmatch(r"\d+(\.\d*)?", value):
        # Without quotes YAML would take it for a number, and 1.10 for 1.1.
        value = f'"{value}"'
    return text[: span.start] + value + text[span.end :]


def _as_template(becomes: str, names: Names) -> str:
    """Give a text to look for: what it becomes, the version in it left open."""
    open_tag = names.tag.replace(names.version, "{version}", 1)
    return becomes.replace("{tag}", open_tag).replace("{package}", names.package)


def _with_tags(text: str, place: str, names: Names) -> str:
    """Set the tag in every address of the released repository, and the version beside it."""
    if not names.origin:
        said = "it is not known which addresses are meant: the remote's own tells no owner and name"
        raise DownstreamDiffers(place, said)
    pieces, at = [], 0
    for start, end, value in _addresses(text, names):
        pieces += [text[at:start], value]
        at = end
    if not pieces:
        said = f"no address in it leads to a tag of {names.origin}"
        raise DownstreamDiffers(place, said)
    return "".join([*pieces, text[at:]])


def _addresses(text: str, names: Names) -> Iterator[tuple[int, int, str]]:
    """Find what is to be replaced behind each address: from where, to where, by what.

    An address of another package of the repository, whose tags begin otherwise, stays as it is.
    """
    # Possessive, because what fails at its end must not be tried in all other ways.
    phase = r"[-._]?(?:alpha|beta|pre|post|dev|rc|a|b|c)(?:[-._]?\d+)?"
    version = rf"(?:\d+!)?\d+(?:\.\d+)*+(?:{phase})*+"
    before = r"(?:[A-Za-z][A-Za-z0-9._/-]{0,99}?[-/](?:[vV])?|[vV])?"
    tags = [*names.others, (names.tag, names.version)]
    after = "|".join(re.escape(tag.partition(v)[2]) for tag, v in tags if not tag.endswith(v))
    pattern = re.compile(
        rf"[/:]{re.escape(names.origin)}(?:\.git)?"
        r"(?:@|/(?:archive|tarball|zipball|releases/download|tree|raw)/)(?:refs/tags/)?"
        rf"(?P<tag>(?P<before>{before})(?P<old>{version})(?:{after})?)(?![0-9A-Za-z]|\.\d)"
        r"(?P<rest>[^\s\"'<>]*)",
        re.IGNORECASE,
    )
    released = {tag.partition(version)[0]: (tag, version) for tag, version in tags}
    for found in pattern.finditer(text):
        tag, wanted = found["tag"], found["old"]
        if found["before"] in released:
            tag, wanted = released[found["before"]]
        elif len(released) == 1 and found["before"] in {"", "v", "V"}:
            # The format of the tags has changed since.
            tag, wanted = names.tag, names.version
        rest = re.sub(
            rf"=={re.escape(found['old'])}(?![0-9A-Za-z]|\.\d)", f"=={wanted}", found["rest"]
        )
        yield found.start("tag"), found.end("rest"), tag + rest
