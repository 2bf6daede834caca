"""Release notes made from commits, and moved between Markdown and reStructuredText."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from seatrial.repository.facts import CommitFact
from seatrial.repository.history import counted
from seatrial.versions.conventional import Effect, tells
from seatrial.versions.release_commits import is_release_commit

Classify = Callable[[Sequence[tuple[str, str]]], Sequence[Effect]]
"""Subjects and bodies, the newest first → what each commit changes for users."""

_GROUPS = (("breaking", "Breaking"), ("feature", "Features"), ("fix", "Fixes"), ("other", "Other"))
_REFERS = re.compile(r"\((?:[\w./-]*[#!]\d+)\)\s*$")
_SHORT = 8
_FOR_CI = r"(?i)\s*\[(?:skip[ -]ci|ci[ -]skip|no[ -]ci|skip[ -]actions|actions[ -]skip)\]"


def compose(commits: Sequence[CommitFact], classify: Classify) -> str:
    """Write release notes, Markdown, from the commits of a release.

    Where the history uses Conventional Commits they are grouped; else it is a plain list.  Merges
    bring in commits that are listed themselves, and a release says nothing of its own commit:
    both are left out, as is what was made and taken back in between, and what says of itself
    that users do not notice it (``ci:``, ``test:``), unless there is nothing else.

    Args:
        commits: the newest first.
        classify: says what each changes for users.
    """
    commits = counted(commits, tells)
    effects = classify([(commit.subject, commit.body) for commit in commits])
    told = [
        (commit, entry)
        for commit, effect in zip(commits, effects, strict=True)
        for entry in effect.entries or (effect,)
        if not (effect.undone or is_release_commit(commit.subject))
    ]
    told = [one for one in told if not (one[1].says and one[1].kind == "other")] or told
    if all(effect.kind == "other" for _, effect in told):
        return "\n".join(_entry(commit, effect) for commit, effect in told)
    parts = []
    for kind, title in _GROUPS:
        lines = [_entry(commit, effect) for commit, effect in told if effect.kind == kind]
        if lines:
            parts.append(f"### {title}\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def _entry(commit: CommitFact, effect: Effect) -> str:
    # What stands before the colon of a subject that is no Conventional Commit belongs to it.
    line = (
        _line(commit, effect.description, effect.scope)
        if effect.says and effect.description
        else _line(commit, commit.subject, "")
    )
    if effect.kind == "breaking" and effect.note and effect.note != effect.description:
        line += "\n" + "\n".join(f"  {escape(part.strip())}" for part in effect.note.splitlines())
    return line


def _line(commit: CommitFact, text: str, scope: str) -> str:
    # Some begin their subjects like a list, or end them with a word for CI.
    text = re.sub(_FOR_CI, "", re.sub(r"^[-*] +", "", text)).strip() or text or "(no message)"
    head = f"**{escape(scope)}:** " if scope else ""
    # A number of the forge leads to the commit as well, and says more.
    where = "" if _REFERS.search(text) or not commit.id else f" ({commit.id[:_SHORT]})"
    return f"- {head}{escape(text)}{where}"


def escape(text: str) -> str:
    """Escape a commit's words for Markdown; code between single backticks stays code.

    Mentions (``@name``) are broken up as well: notes must not call people who did not ask for it.
    """
    pieces = re.split(r"(`[^`\n]+`)", text)
    escaped = "".join(
        piece if piece.startswith("`") and len(piece) > 1 else _escape_words(piece)
        for piece in pieces
    )
    # At the beginning these would make a heading, a list, or a quotation inside the item.
    return f"\\{escaped}" if escaped[:1] in {"#", "+", "-", ">"} else escaped


def _escape_words(text: str) -> str:
    text = re.sub(r"([\\*<`]|~(?=~)|\[(?=[^\]]*\][(\[:]|[ xX]\]))", r"\\\1", text)
    text = re.sub(r"_+", _underscores, text)
    return re.sub(r"(?<![\w/])@(?=\w)", "@\N{ZERO WIDTH SPACE}", text)


def _underscores(found: re.Match[str]) -> str:
    """Escape underscores, unless they stand inside of a word, where they mean nothing."""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    return found[0] if before.isalnum() and after.isalnum() else found[0].replace("_", r"\_")


def shift_headings(notes: str, level: int) -> str:
    """Give notes whose highest heading is at a level; what stands in code fences is left alone."""
    lines = notes.split("\n")
    found = [(at, len(mark)) for at, mark in _headings(lines)]
    if not found:
        return notes
    by = level - min(depth for _, depth in found)
    for at, depth in found:
        lines[at] = "#" * min(6, max(1, depth + by)) + lines[at][depth:]
    return "\n".join(lines)


def _headings(lines: Iterable[str]) -> Iterable[tuple[int, str]]:
    fenced = ""
    for at, line in enumerate(lines):
        fence = re.match(r" {0,3}(```+|~~~+)", line)
        if fence and not fenced:
            fenced = fence[1]
        elif fence and fence[1].startswith(fenced):
            fenced = ""
        mark = re.match(r"(#{1,6})\s", line)
        if mark and not fenced:
            yield at, mark[1]


def to_rst(notes: str) -> str:
    """Turn composed notes into reStructuredText: groups become bold lines, code gets its ticks."""
    lines = []
    for line in notes.split("\n"):
        text = re.sub(r"^#{1,6}\s+(.*)$", r"**\1**", line)
        text = re.sub(r"(?<![`\\])`([^`\n]+)`(?!`)", r"``\1``", text)
        # These mean nothing here; an underscore does at the end of a word.
        lines.append(re.sub(r"\\([\[\]<>~#+-]|_(?=\w))", r"\1", text))
    return "\n".join(lines)


def from_rst(text: str) -> str:
    """Turn a changelog's section from reStructuredText into Markdown a forge shows well.

    Roles, code, links and underlined titles are turned; all else is read alike by both.
    """
    text = re.sub(r"(?m)^(\S.*)\n([=\-~^\"'`#*+.:_])\2{2,}[ \t]*$", r"### \1", text)
    text = re.sub(r"`([^`<\n]+?)\s*<([^>\n]+)>`__?", r"[\1](\2)", text)
    text = re.sub(r"(?<!`):(?:issue|pr|pull|gh|ghissue|bug|user/repo):`#?(\d+)`", r"#\1", text)
    text = re.sub(r"(?<!`):[\w:+.-]+:`~?([^`\n]+)`", r"`\1`", text)
    return re.sub(r"``([^`\n]+)``", r"`\1`", text)
