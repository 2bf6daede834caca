"""The words that a changelog uses for groups of changes, put in place of our own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_MEANINGS: Mapping[str, str] = {
    "Breaking": r"(?:breaking|(?:backwards?[- ])?incompatible|breaking and incompatible)"
    r"(?: changes?)?",
    "Features": r"added|(?:new )?features?|new|enhancements?|new features and improvements|"
    r"features? (?:&|and) (?:improvements?|enhancements?)",
    "Fixes": r"fixed|fix(?:es)?|bug ?fix(?:es)?|bugs? fixed|fixed bugs",
    "Other": r"changed|changes|other(?: changes)?|misc(?:ellaneous)?|maintenance",
}
"""Our group → what others call it, in lower case."""

# https://keepachangelog.com/en/1.1.0/, "Types of changes".
_KEPT: Mapping[str, str] = {"Features": "Added", "Fixes": "Fixed", "Other": "Changed"}

# What decorates a title: punctuation, pictures, and their names between colons.
_FRAME = re.compile(r"^(?::[\w+-]+:|[\W_])+|[\W_]+$")


def in_house_words(notes: str, titles: Iterable[str]) -> str:
    """Give composed notes with the titles of their groups as a changelog spells them.

    Args:
        notes: Markdown, with our own titles.
        titles: the changelog's headings, the newest first.
    """
    bare = [(_FRAME.sub("", title).lower(), title) for title in titles]
    words = {
        group: next((title for word, title in bare if re.fullmatch(meaning, word)), "")
        for group, meaning in _MEANINGS.items()
    }
    if {"added", "fixed", "changed"} & {word for word, _ in bare}:
        words = {group: words[group] or _KEPT.get(group, "") for group in words}
    return re.sub(
        r"(?m)^(### )(\w+)$", lambda found: found[1] + (words.get(found[2]) or found[2]), notes
    )
