"""Files that each tell one change: ``.changes/*.md``, collected and removed by the release."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from seatrial.errors import InvalidConfiguration
from seatrial.repository.facts import Package
from seatrial.repository.origin import NO_ENCODING
from seatrial.repository.snapshot import Snapshot
from seatrial.versions.conventional import Kind

FOLDER = ".changes"
"""Where they lie, from the repository's root."""

KINDS: Mapping[str, Kind] = {
    "breaking": "breaking",
    "feature": "feature",
    "fix": "fix",
    "other": "other",
    "major": "breaking",
    "minor": "feature",
    "patch": "fix",
    "none": "other",
}
"""What may stand behind a package's name: what changed, or which part of the version it raises."""

# Compiled when the first file is read: most repositories have none.
_FILE = r"(?s)---[ \t]*\n(?P<head>.*?)\n---[ \t]*(?:\n(?P<text>.*))?"
_LINE = r"[\"']?(?P<name>[A-Za-z0-9][\w.-]*)[\"']?[ \t]*:[ \t]*(?P<kind>[a-z]+)[ \t]*"
_TYPES: Mapping[Kind, str] = {"breaking": "feat!", "feature": "feat", "fix": "fix", "other": "docs"}


class ChangeFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file.

    Attributes:
        path: from the repository's root.
        kind: what it changes for the package's users.
        text: Markdown.
        packages: those that it tells of, normalised; it outlives the release of only some of them.
    """

    path: str
    kind: Kind
    text: str
    packages: tuple[str, ...] = ()

    @property
    def message(self) -> tuple[str, str]:
        """The same as a commit's subject and body."""
        first, _, rest = self.text.partition("\n")
        return f"{_TYPES[self.kind]}: {first}", rest.strip()


def change_files(snapshot: Snapshot, package: Package) -> tuple[ChangeFile, ...]:
    """Read the files that tell a change of a package, by path.

    Args:
        snapshot: the commit.
        package: whose changes; files that name other packages alone are left out.

    Raises:
        InvalidConfiguration: files cannot be read; all of them are named.
    """
    found: list[ChangeFile] = []
    faults: list[InvalidConfiguration] = []
    for path in change_paths(snapshot):
        from packaging.utils import canonicalize_name

        try:
            read = read_change(snapshot, path)
        except InvalidConfiguration as error:
            faults.append(error)
            continue
        own = canonicalize_name(package.name)
        if own in read:
            kind, text = read[own]
            found.append(ChangeFile(path=path, kind=kind, text=text, packages=tuple(read)))
    if faults:
        raise _unreadable(faults[0].thing, faults[0].said, faults[1:])
    return tuple(found)


def change_paths(snapshot: Snapshot) -> Iterator[str]:
    """Give the paths of the files that each tell a change, sorted."""
    for path in snapshot.below(FOLDER):
        folder, name = posixpath.split(path)
        if folder == FOLDER and name.endswith(".md") and name.lower() != "readme.md":
            yield path


def written(kinds: Mapping[str, str], text: str) -> str:
    """Write a change file.

    Args:
        kinds: package → one of :data:`KINDS`.
        text: Markdown.
    """
    head = "".join(f"{name}: {kind}\n" for name, kind in kinds.items())
    return f"---\n{head}---\n\n{text.strip()}\n"


def file_name(text: str, taken: Sequence[str]) -> str:
    """Give a file's name made of the first words of a text, that is not taken."""
    words = re.sub(r"[^a-z0-9]+", "-", text.partition("\n")[0].lower()).strip("-")
    base = words[:40].rstrip("-") or "change"
    names = [f"{base}.md", *(f"{base}-{number}.md" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def read_change(snapshot: Snapshot, path: str) -> dict[str, tuple[Kind, str]]:
    """Read what one file tells: normalised name of a package → what changed for it, and the text.

    Raises:
        InvalidConfiguration: it cannot be read.
    """
    text = (snapshot.text(path) or "").removeprefix("\ufeff").replace("\r\n", "\n")
    found = re.fullmatch(_FILE, text)
    at, said = 1, "it does not begin with --- lines around PACKAGE: KIND"
    if found and found["text"] and found["text"].strip():
        from packaging.utils import canonicalize_name

        head = found["head"].split("\n")
        lines = {at: re.fullmatch(_LINE, line) for at, line in enumerate(head, 2) if line.strip()}
        wrong = [at for at, line in lines.items() if not line or line["kind"] not in KINDS]
        if lines and not wrong:
            return {
                canonicalize_name(line["name"]): (KINDS[line["kind"]], found["text"].strip())
                for line in lines.values()
                if line
            }
        at, said = min(wrong, default=2), f"each line is PACKAGE: KIND, of {', '.join(KINDS)}"
    elif found:
        at, said = text[: found.end("head")].count("\n") + 2, "it says nothing below the second ---"
    elif snapshot.is_undeclared(path):
        said = f"it {NO_ENCODING}"
    raise _unreadable(f"{path}:{at}", said)


def _unreadable(
    thing: str, said: str, others: Sequence[InvalidConfiguration] = ()
) -> InvalidConfiguration:
    lines = [said, *(f"{one.thing}: {one.said}" for one in others)]
    mended = "them, commit" if others else "the file, commit"
    return InvalidConfiguration(
        thing, "\n".join(lines), doing="reading", next_step=f"Mend {mended}, and run this again."
    )
