"""Trees of files judged by the rules, without a repository: no git is started."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from seatrial.config.load import FILES, load
from seatrial.process import Runner
from seatrial.repository import changelog
from seatrial.repository.api_values import Answer
from seatrial.repository.facts import Facts, TagFact
from seatrial.repository.listings import Branch, Entry, Head
from seatrial.repository.packages import find_packages
from seatrial.repository.snapshot import Snapshot
from seatrial.rules.inputs import LARGEST, LoginFile, RuleInput
from seatrial.rules.registry import by_name, judge
from seatrial.rules.values import Finding, Flaw

NOW = 1_704_067_200
"""Committer time of the planned commit: 2024-01-01 00:00:00 UTC."""

PROJECT = (
    '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
    '[project]\nname = "demo"\nversion = "1.2.0"\n'
)
"""A manifest that no rule finds fault with, as far as it goes."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """What lies around a tree.

    Attributes:
        tags: release tags, the newest first.
        shallow: whether the clone lacks history.
        branch: the branch HEAD is on.
        dirty: paths that differ from the commit, or are untracked.
        untracked: files and folders that git does not track.
        logins: the user's own ``.pypirc``.
        links: path → target of symbolic links in the tree.
        api: what the comparison with the last release says.
        broken: why the configuration cannot be read.
        unwritten: what the changelog has to tell and does not.
    """

    tags: tuple[TagFact, ...] = ()
    shallow: bool = False
    branch: str = "main"
    dirty: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    logins: tuple[LoginFile, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    api: Answer = field(default_factory=Answer)
    broken: tuple[Flaw, ...] = ()
    unwritten: tuple[Flaw, ...] = ()


def tag(version: str, *, name: str = "", ancestor: bool = True, commit: str = "c" * 40) -> TagFact:
    """Make a release tag."""
    return TagFact(
        name=name or f"v{version}",
        version=version,
        commit=commit,
        object="0" * 40,
        ancestor=ancestor,
    )


def snapshot_of(files: Mapping[str, str | bytes], around: Around) -> Snapshot:
    """Make a snapshot whose objects are all in memory."""
    entries: dict[str, Entry] = {}
    blobs: dict[str, bytes] = {}
    for mode, contents in (("100644", files), ("120000", around.links)):
        for path, content in contents.items():
            data = content if isinstance(content, bytes) else content.encode()
            id_ = hashlib.sha1(data, usedforsecurity=False).hexdigest()
            entries[path], blobs[id_] = Entry(mode=mode, id=id_), data
    return Snapshot(
        root=Path("/nowhere"),
        common=Path("/nowhere/.git"),
        commit=Head(id="a" * 40, when=NOW, parents=()),
        position=Branch(name=around.branch),
        remotes=(),
        shallow=frozenset({"b" * 40} if around.shallow else ()),
        dirty=around.dirty,
        tags=(),
        runner=Runner(),
        _entries=entries,
        _blobs=blobs,
    )


def rule_input(files: Mapping[str, str | bytes], around: Around = Around()) -> RuleInput:
    """Make what the rules look at of a tree."""
    snapshot = snapshot_of(files, around)
    configuration = load(snapshot.texts(FILES))
    written = changelog.find(snapshot.files, "", configuration.settings.changelog.file)
    facts = Facts(
        root=str(snapshot.root),
        common=str(snapshot.common),
        head=snapshot.head,
        head_when=snapshot.head_when,
        branch=around.branch,
        upstream="",
        remote=None,
        shallow=around.shallow,
        dirty=around.dirty,
        packages=find_packages(snapshot, configuration.settings),
        tag_format="v{version}",
        tags=around.tags,
        commits=(),
        changelog=written,
        changelog_text=(snapshot.text(written) or "") if written else "",
        configuration=configuration.file,
        files=snapshot.files,
    )

    def search(words: Iterable[str]) -> dict[str, str]:
        wanted = tuple(words)
        texts = snapshot.texts(sorted(snapshot.files))
        return {
            path: text
            for path, text in texts.items()
            if len(text) <= LARGEST and any(word in text for word in wanted)
        }

    return RuleInput(
        facts=facts,
        configuration=configuration,
        snapshot=snapshot,
        search=search,
        untracked=around.untracked,
        logins=around.logins,
        compare_api=lambda: (around.api,),
        broken=around.broken,
        unwritten=lambda: around.unwritten,
    )


def found(
    code: str,
    files: Mapping[str, str | bytes],
    around: Around = Around(),
) -> tuple[Finding, ...]:
    """Give what one rule finds in a tree; ``pyproject.toml`` is there when none is given."""
    rule = by_name(code)
    assert rule is not None, code
    manifests = ("pyproject.toml", "setup.py", "setup.cfg")
    own = {} if any(name in files for name in manifests) else {"pyproject.toml": PROJECT}
    return judge(rule_input({**own, **files}, around), [rule])
