"""Check a repository by the numbered rules, and mend what can be mended without a decision."""

from __future__ import annotations

import configparser
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from seatrial.config.load import load
from seatrial.errors import InvalidConfiguration, NoPackage, ShallowClone
from seatrial.operations.comparing import planned_api, unwritten
from seatrial.operations.mending import mend
from seatrial.operations.project import Project
from seatrial.repository.facts import Facts
from seatrial.repository.read import Ears, bare_facts, read_facts
from seatrial.repository.unplaced import Unplaced
from seatrial.rules.inputs import LARGEST, Login, LoginFile, RuleInput
from seatrial.rules.registry import chosen, judge
from seatrial.rules.values import Finding, Flaw, Rule, Severity
from seatrial.secret import Secret

SCHEMA = 1
"""The version of the layout of :class:`Checked`."""

_PLACE = re.compile(r"(?P<path>[^\s:]+\.(?:toml|py|cfg))(?::(?P<line>\d+))?(?::|\s+(?=\S))\s*")
"""How an error of ours begins that is about a place in a file."""

API = "ST111"
"""The rule that needs more than the tree: the last release, the next version, and griffe."""


@dataclass(frozen=True, kw_only=True)
class CheckRequest:
    """What is to be checked.

    Attributes:
        path: a folder in the repository.
        select: codes, beginnings of codes or names of rules; those of the configuration when empty.
        ignore: the same, taken away beside those of the configuration.
        fix: whether files of the working tree are mended.
        home: the folder that holds the user's ``.pypirc``.
    """

    path: Path
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fix: bool = False
    home: Path


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found.

    Attributes:
        commit: the commit whose files were read.
        findings: by path, line and code; those that were mended are not among them.
        rules: codes of the rules that were asked.
        mended: those that were, their files changed in the working tree.
        left: path → why a file that could have been mended was left alone.
        unasked: code → why a rule could not be asked.
    """

    schema: int = SCHEMA
    commit: str
    findings: tuple[Finding, ...]
    rules: tuple[str, ...]
    mended: tuple[Finding, ...] = ()
    left: dict[str, str] = {}
    unasked: dict[str, str] = {}

    def refuses(self, *, strict: bool) -> bool:
        """Whether an error was found, or, when strict, a warning."""
        against = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
        return any(one.severity in against for one in self.findings)


def check(request: CheckRequest) -> Checked:
    """Check a repository's commit and what lies around it.

    Raises:
        NoRepository: there is none.
        NoPackage: it holds no package.
        InvalidConfiguration: the configuration, or the request, names no rule.
        StorageFault: a file could not be mended.
    """
    project, broken = _opened(request.path)
    rules = wanted(project, request)
    about = rule_input(project, request.home, broken)
    findings = judge(about, rules)
    codes = tuple(rule.code for rule in rules)
    commit = project.snapshot.head
    why = dict.fromkeys(one.unasked for one in about.api if one.unasked) if API in codes else {}
    unasked = {API: "; ".join(why)} if why else {}
    if not request.fix:
        return Checked(commit=commit, findings=findings, rules=codes, unasked=unasked)
    left, mended_paths = mend(project.snapshot, findings)
    mended = tuple(one for one in findings if one.fix and one.fix.path in mended_paths)
    rest = tuple(one for one in findings if one not in mended)
    return Checked(
        commit=commit, findings=rest, rules=codes, mended=mended, left=left, unasked=unasked
    )


def wanted(project: Project, request: CheckRequest) -> tuple[Rule, ...]:
    """Give the rules to ask: what the command says comes before what the configuration says."""
    said = project.settings.rules
    unknown = Unplaced(project.configuration.where)
    for key, words in (("select", said.select), ("ignore", said.ignore)):
        for number, word in enumerate(words):
            with unknown.at("rules", key, number):
                chosen([word], [], thing=key)
    unknown.refuse()
    ignore = request.ignore if request.select else (*said.ignore, *request.ignore)
    return chosen(request.select or said.select, ignore, thing="--select and --ignore")


def _opened(path: Path) -> tuple[Project, tuple[Flaw, ...]]:
    """Open a repository, also one whose configuration cannot be used; then say why."""
    try:
        return Project.open(path), ()
    except InvalidConfiguration as error:
        return Project.open(path, configuration=load({})), _flaws(error)


def _flaws(error: InvalidConfiguration, file: str = "") -> tuple[Flaw, ...]:
    """Turn an error into a flaw for each of its lines that begins with a file and a line in it.

    Args:
        error: what was raised.
        file: where it is taken to be, if it does not say so.
    """
    found: list[Flaw] = []
    for said in f"{error.thing}: {error.said}".splitlines():
        place = _PLACE.match(said)
        if place:
            path, line = place["path"], int(place["line"] or 0)
            found.append(Flaw(said[place.end() :].strip(), path, line))
        elif found:
            found[-1] = msgspec.structs.replace(found[-1], message=f"{found[-1].message}; {said}")
        else:
            found.append(Flaw(said, file))
    return tuple(found)


def rule_input(project: Project, home: Path, broken: tuple[Flaw, ...] = ()) -> RuleInput:
    """Read what the rules look at.

    Args:
        project: the repository.
        home: the folder that holds the user's ``.pypirc``.
        broken: what of its configuration could not be read.
    """
    try:
        facts = _facts(project)
    except InvalidConfiguration as error:
        # What needs no package is looked at all the same.
        facts = bare_facts(project.snapshot)
        broken = broken or _flaws(error, project.configuration.file)
    except NoPackage as error:
        manifest = "pyproject.toml"
        if manifest not in project.snapshot.files or project.snapshot.text(manifest) is not None:
            raise
        facts, broken = bare_facts(project.snapshot), (Flaw(error.said, manifest),)
    return RuleInput(
        facts=facts,
        broken=broken,
        configuration=project.configuration,
        snapshot=project.snapshot,
        search=lambda words: project.snapshot.holding(words, LARGEST),
        untracked=_untracked(project),
        logins=tuple(_logins(home)),
        compare_api=lambda: planned_api(project),
        unwritten=lambda: tuple(Flaw(said, path) for path, said in unwritten(project)),
    )


def _facts(project: Project) -> Facts:
    """Read the facts, also of a clone that lacks the history a release needs."""
    try:
        return project.facts
    except ShallowClone:
        whole = msgspec.structs.replace(project.snapshot, shallow=frozenset())
        facts = read_facts(whole, project.settings, ears=Ears(where=project.configuration.where))
        return msgspec.structs.replace(facts, shallow=True)


def _untracked(project: Project) -> tuple[str, ...]:
    listed = project.snapshot.git("ls-files", "-z", "--others", "--directory", "--full-name")
    return tuple(name for name in listed.stdout.decode("utf-8", "replace").split("\0") if name)


def _logins(home: Path) -> Iterator[LoginFile]:
    path = home / ".pypirc"
    try:
        text = path.read_text(encoding="utf-8-sig")
        mode = path.stat().st_mode
    except (OSError, UnicodeDecodeError):
        return
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    lines = text.splitlines()
    logins = []
    for section in parser.sections():
        password = parser[section].get("password", "").strip()
        if password:
            line = next((at for at, one in enumerate(lines, 1) if one.strip() == f"[{section}]"), 0)
            logins.append(Login(section=section, password=Secret(password), line=line))
    yield LoginFile(
        path="~/.pypirc",
        open_to_others=sys.platform != "win32" and bool(mode & (stat.S_IRGRP | stat.S_IROTH)),
        logins=tuple(logins),
    )
