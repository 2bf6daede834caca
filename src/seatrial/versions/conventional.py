"""What a commit changes for users, by Conventional Commits 1.0.0, or by gitmoji.

The specification is https://www.conventionalcommits.org/en/v1.0.0/; the numbers in the comments
are its rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

import msgspec

from seatrial.versions.release_commits import is_release_commit

Kind: TypeAlias = Literal["breaking", "feature", "fix", "other"]

# Rules 2 and 3 give feat and fix; perf, and the types without an effect, are those that the
# specification takes from the Angular convention.  The long spellings are common slips.
_KINDS: dict[str, Kind] = {
    "feat": "feature",
    "feature": "feature",
    "fix": "fix",
    "bugfix": "fix",
    "perf": "fix",
    "revert": "fix",
    "build": "other",
    "chore": "other",
    "ci": "other",
    "docs": "other",
    "refactor": "other",
    "style": "other",
    "test": "other",
}

# Rules 1, 4 and 5: a type, an optional scope in parentheses, an optional !, colon and space.  An
# emoji (or its name between colons) may stand before it.
_HEADER = re.compile(
    r"(?:(?:[^\w\s()\[\]{}<>\"'`#@!:.,;?-]+|:[a-z_]+:) *)?"
    r"(?P<type>[A-Za-z][A-Za-z0-9_-]*)(?:\((?P<scope>[^()\n]+)\))?(?P<bang>!)?: +(?P<what>\S.*)"
)
# Rules 12, 15 and 16: upper case, with a space or a hyphen, colon, space, text.
_BREAKING = re.compile(r"^BREAKING[ -]CHANGE: +(?P<note>\S.*)", re.MULTILINE)
# Rules 8, 9 and 10: a footer begins with a token, a separator, and its text.
_FOOTER = re.compile(r"(?:BREAKING CHANGE|[A-Za-z][A-Za-z0-9-]*)(?:: | #)\S")
_MERGE = re.compile(
    r"Merge (?:pull request #|branch |branches |remote-tracking branch |tag |commit )"
)
# The subjects that dependabot and pre-commit.ci write where nobody has told them otherwise.
_ROBOT = (
    r"(?:deps?(?:\([\w-]+\))*: )?[Bb]ump (?:\S+ from \S+ to \S+|\S+ and \S+|the [\w-]+ group|https?://\S+)\b.*"
    r"|\[pre-commit\.ci\] .+"
)
# What release-please documents: a footer that asks for a version.
_RELEASE_AS = r"(?im)^release-as: *v?(\d\S*) *$"
_NEST = "BEGIN_NESTED_COMMIT"
_NESTED = r"(?ms)^BEGIN_NESTED_COMMIT\s*?\n(.*?)^END_NESTED_COMMIT"
_ITEM = re.compile(r"^[*-] +(\S.*?)[ \t\r]*$", re.MULTILINE)
_RANKS: tuple[Kind, ...] = ("breaking", "feature", "fix", "other")
_GIT_REVERT = re.compile(r'(?P<verb>Revert|Reapply) "(?P<subject>.*)"$')


# The gitmoji that say whom a commit concerns (https://gitmoji.dev, "semver" and "description").
# Those that may stand for either (a removal, a rename, a new dependency) say nothing.
_GITMOJI: dict[str, Kind] = {
    **dict.fromkeys(("\N{COLLISION SYMBOL}", ":boom:"), "breaking"),
    **dict.fromkeys(("\N{SPARKLES}", ":sparkles:"), "feature"),
    **dict.fromkeys(
        (
            *("\N{BUG}", ":bug:", "\N{AMBULANCE}", ":ambulance:", "\N{LOCK}", ":lock:"),
            *("\N{HIGH VOLTAGE SIGN}", ":zap:", "\N{ADHESIVE BANDAGE}", ":adhesive_bandage:"),
            *("\N{GOAL NET}", ":goal_net:"),
        ),
        "fix",
    ),
    **dict.fromkeys(
        (
            *("\N{MEMO}", ":memo:", "\N{ARTIST PALETTE}", ":art:", "\N{TEST TUBE}", ":test_tube:"),
            *("\N{WHITE HEAVY CHECK MARK}", ":white_check_mark:", "\N{BOOKMARK}", ":bookmark:"),
            *("\N{CONSTRUCTION WORKER}", ":construction_worker:", "\N{HAMMER}", ":hammer:"),
            *("\N{GREEN HEART}", ":green_heart:", "\N{WRENCH}", ":wrench:"),
            *("\N{UPWARDS BLACK ARROW}", ":arrow_up:", "\N{PUSHPIN}", ":pushpin:"),
            *("\N{BLACK UNIVERSAL RECYCLING SYMBOL}", ":recycle:"),
            *("\N{POLICE CARS REVOLVING LIGHT}", ":rotating_light:"),
            *("\N{ELECTRIC LIGHT BULB}", ":bulb:", "\N{SEE-NO-EVIL MONKEY}", ":see_no_evil:"),
        ),
        "other",
    ),
}


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What one commit changes for users.

    Attributes:
        kind: "breaking", "feature", "fix", or "other" for what users do not notice, or what the
            commit does not say.
        says: whether the commit says what it changes; merges, which only bring other commits
            in, count as saying so.
        type: the commit's type in lower case, or empty.
        scope: what stands in parentheses, or empty.
        description: the subject without type and scope.
        note: the text of its BREAKING CHANGE footer, or empty.
        undone: whether it takes back a commit that is not released yet, or is taken back itself.
        release_as: the version that its Release-As footer asks for, or empty.
        entries: where the message holds several changes (a squashed pull request), each of them.
    """

    kind: Kind = "other"
    says: bool = False
    type: str = ""
    scope: str = ""
    description: str = ""
    note: str = ""
    undone: bool = False
    release_as: str = ""
    entries: tuple[Effect, ...] = ()


def classify(subject: str, body: str = "") -> Effect:
    """Read one commit's message.

    Args:
        subject: its first line.
        body: the rest.
    """
    body = _own_words(body)
    if not body:
        return _classify_one(subject.strip(), "")
    whole = _classify_one(subject.strip(), _without_nested(body))
    asked = re.findall(_RELEASE_AS, body) if "release-as:" in body.lower() else ()
    entries = tuple(_entries(body)) if whole.type != "revert" else ()
    if entries:
        # A title that says what changed is an entry, and says it for those that repeat it.
        if whole.says and whole.type != "merge":
            title = _without_number(whole.description)
            entries = (whole, *(entry for entry in entries if entry.description != title))
        kinds = [entry.kind for entry in (whole, *entries)]
        whole = msgspec.structs.replace(
            whole, kind=min(kinds, key=_RANKS.index), says=True, entries=entries
        )
    return msgspec.structs.replace(whole, release_as=asked[-1]) if asked else whole


def tells(subject: str, body: str) -> bool:
    """Whether a message itself says what changes; a plain merge leaves that to others."""
    effect = classify(subject, body)
    return effect.says and effect.type != "merge"


def _classify_one(subject: str, body: str) -> Effect:
    """Read the subject, and the footer that may make it a breaking change."""
    if subject.startswith("Merge ") and _MERGE.match(subject):
        # Forges write the title of the pull request below.
        title, _, rest = body.strip().partition("\n")
        told = _classify_one(title.strip(), rest) if _HEADER.fullmatch(title.strip()) else None
        if told is not None and told.says:
            return told
        return Effect(says=True, type="merge", description=subject)
    git_revert = _GIT_REVERT.fullmatch(subject) if subject.startswith("Re") else None
    if git_revert:
        inner = _classify_one(git_revert["subject"], "")
        return Effect(
            kind=_kind_of_revert(inner), says=inner.says, type="revert", description=subject
        )
    note = _breaking_note(body) if body else ""
    header = _HEADER.fullmatch(subject)
    if header is None:
        return _unconventional(subject, note)
    type_, scope, bang, what = header.groups()
    word = type_.lower()  # Rule 15: the case of a type means nothing.
    known = _KINDS.get(word)
    kind: Kind = known or "other"
    if word == "revert":
        inner = classify(what)
        kind = _kind_of_revert(inner) if inner.says else "fix"
    if bang or note:  # Rules 11 to 13, for a commit of any type (rule 16).
        kind = "breaking"
    return Effect(
        kind=kind,
        says=known is not None or kind == "breaking",
        type=word,
        scope=scope.strip() if scope else "",
        description=what.strip(),
        note=note or (what.strip() if kind == "breaking" else ""),
    )


def _entries(body: str) -> Iterator[Effect]:
    """Give the changes that a body lists: as list items, or as messages between marks.

    The first is what forges write when they squash a pull request; the second is release-please's
    (https://github.com/googleapis/release-please, "Multiple changes in one commit").
    """
    if _NEST in body:
        for block in re.findall(_NESTED, body):
            subject, _, rest = block.strip().partition("\n")
            yield classify(subject, rest)
    # Who squashes writes no headings; below one stands a description, or somebody else's notes.
    plain = re.split(r"(?m)^#{1,6} ", _without_nested(body), maxsplit=1)[0] if "#" in body else body
    listed = _ITEM.findall(_without_nested(plain)) if "* " in body or "- " in body else ()
    seen = set()
    for item in listed:
        header = _HEADER.fullmatch(item.strip())
        # A squash within a squash has its title twice: with its number, and without.
        plain = _without_number(item.strip())
        if header and header["type"].lower() in _KINDS and plain not in seen:
            seen.add(plain)
            yield _classify_one(item.strip(), "")


def _own_words(body: str) -> str:
    """Leave out what a robot unfolds of another project: its notes are no changes of this one.

    Renovate and Dependabot put the notes of what they update between tags, and what is so long
    that it was cut has no second one.
    """
    if "<details" not in body:
        return body
    before, _, rest = body.partition("<details")
    return before + rest.rpartition("</details>")[2] if "</details>" in rest else before


def _without_nested(body: str) -> str:
    return re.sub(_NESTED, "", body) if _NEST in body else body


def _without_number(title: str) -> str:
    """Give a title without the number of its pull request at the end."""
    return re.sub(r"\s*\(#\d+\)$", "", title)


def _unconventional(subject: str, note: str) -> Effect:
    """Read a message without a type: by its footer, its gitmoji, or as one that users never see."""
    if note:
        return Effect(kind="breaking", says=True, description=subject, note=note)
    emoji = subject.partition(" ")[0].removesuffix("\N{VARIATION SELECTOR-16}")
    if emoji in _GITMOJI:
        kind = _GITMOJI[emoji]
        told = subject if kind == "breaking" else ""
        return Effect(kind=kind, says=True, type="gitmoji", description=subject, note=told)
    if re.fullmatch(_ROBOT, subject) or is_release_commit(subject):
        return Effect(says=True, type="build", description=subject)
    return Effect(description=subject)


def classify_all(commits: Sequence[tuple[str, str]]) -> tuple[Effect, ...]:
    """Read the messages of a history; what was made and taken back within it has no effect.

    Args:
        commits: subject and body of each, the newest first.

    Returns:
        One effect a commit, in the same order.
    """
    subjects = [subject.strip() for subject, _ in commits]
    undone: set[int] = set()
    for place, subject in enumerate(subjects):
        if place in undone:
            continue
        target = _reverted_subject(subject)
        older = target and next(_places(subjects, target, place + 1, undone), 0)
        if older:
            undone |= {place, older}
    return tuple(
        msgspec.structs.replace(effect, kind="other", says=True, undone=True, entries=())
        if place in undone
        else effect
        for place, effect in enumerate(classify(*commit) for commit in commits)
    )


def _places(subjects: Sequence[str], wanted: str, start: int, but: set[int]) -> Iterator[int]:
    return (i for i in range(start, len(subjects)) if subjects[i] == wanted and i not in but)


def _reverted_subject(subject: str) -> str:
    lower = subject.lower()
    if "revert" not in lower and "reapply" not in lower:
        return ""
    git_revert = _GIT_REVERT.fullmatch(subject)
    if git_revert:
        # git writes 'Reapply "x"' for the revert of 'Revert "x"'.
        name = git_revert["subject"]
        return name if git_revert["verb"] == "Revert" else f'Revert "{name}"'
    header = _HEADER.fullmatch(subject)
    return header["what"].strip() if header and header["type"].lower() == "revert" else ""


def _kind_of_revert(inner: Effect) -> Kind:
    # To take back what users already have is a change for them, and a mend by intention.
    return "other" if inner.kind == "other" else "fix"


def _breaking_note(body: str) -> str:
    found = _BREAKING.search(body) if "BREAKING" in body else None
    if not found:
        return ""
    lines = [found["note"]]
    # Rule 10: the text goes on until the next footer.
    for line in body[found.end() :].splitlines()[1:]:
        if _FOOTER.match(line):
            break
        lines.append(line)
    return "\n".join(lines).strip()
