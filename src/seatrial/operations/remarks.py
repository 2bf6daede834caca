"""What a person should know of a plan: what was passed over, what is behind, what is missing."""

from __future__ import annotations

import datetime as dt
import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from packaging.version import Version

from seatrial.operations.project import Project
from seatrial.plan.values import Note
from seatrial.repository.build_edits import held_value, path_of, wanted_edits
from seatrial.repository.facts import BY_PATH, DIRECT, Package, last_release
from seatrial.repository.spans import BOM
from seatrial.versions.arithmetic import in_next_epoch, parse
from seatrial.versions.decide import Decision
from seatrial.versions.tags import guess

Held: TypeAlias = Mapping[Version, tuple[str, ...]]
"""Version → names of the indexes that hold a file of it."""


class Days(NamedTuple):
    """The release's date, and what the clock says."""

    release: dt.date
    today: dt.date


def line_remarks(line: Project, held: Held, outcome: Decision) -> list[Note]:
    """Say what a person should know of the release of one line.

    Args:
        line: of the repository.
        held: version → names of the indexes that hold a file of it.
        outcome: the version that was chosen.
    """
    found = [*_taken_numbers(line, held, outcome), *_higher(line, held, outcome)]
    found += [*_behind(line, outcome), *_foreign_tags(line), *_moved_tags(line)]
    found += [note for package in line.facts.packages for note in _marks(line, package)]
    found += [note for package in line.facts.packages for note in _by_path(line, package)]
    found += [note for package in line.facts.packages for note in _edited_already(line, package)]
    package = line.lead
    if package.from_tag:
        text = f"The version comes from the tag, by {package.from_tag}: no file states it."
        found.append(Note(topic="version-from-tag", text=text))
    return found


def remarks_on(project: Project, days: Days) -> list[Note]:
    """Say what a person should know of a plan before it is carried out.

    Args:
        project: the repository.
        days: the release's date and today.
    """
    facts = project.facts
    found = [*_other_branch(project)]
    if facts.dirty:
        names = ", ".join(facts.dirty[:3]) + (" …" if facts.dirty[3:] else "")
        text = f"The working tree has changes that are not committed ({names}): they are not used."
        found.append(Note(topic="dirty-tree", text=text))
    if facts.remote is None:
        text = "The repository has no remote: nothing is pushed, and there is no forge release."
        found.append(Note(topic="no-remote", text=text))
    elif project.repository is None and project.settings.forge.release:
        text = f"{facts.remote.url} lies on no forge that Seatrial knows: no forge release is made."
        found.append(Note(topic="no-forge", text=text))
    if days.release > days.today:
        text = (
            f"This machine's clock says {days.today}, and the commit is of {days.release}: "
            "that day is used."
        )
        found.append(Note(topic="lying-clock", text=text))
    return found


def _marks(line: Project, package: Package) -> Iterator[Note]:
    """Say that a build will most likely fail at the first character of a manifest."""
    path = posixpath.join(package.path, "pyproject.toml")
    if (line.snapshot.text(path) or "").startswith(BOM):
        text = (
            f"{path} begins with a byte order mark, which is kept: pip and the build backends "
            "that are written in Python refuse such a file. seatrial check --fix takes it away."
        )
        yield Note(topic="manifest-mark", text=text)


def _by_path(line: Project, package: Package) -> Iterator[Note]:
    """Say which requirements would go into the files as a path or an address.

    A path of the repository is given a version for the build, unless ``siblings`` keeps it.
    """
    told = {DIRECT, BY_PATH} if line.settings.siblings == "keep" else {DIRECT}
    for one in package.requires:
        if one.specifier in told and not (one.extra or one.build):
            text = (
                f"{package.name} requires {one.name} by a path or an address, and its files tell "
                "it: PyPI takes none that do. Require it by its version; a path may stay in a "
                "group for development."
            )
            yield Note(topic="required-by-path", text=text)


def _edited_already(line: Project, package: Package) -> Iterator[Note]:
    """Say which places that are edited for the build alone are committed as if they were built."""
    for place, value in wanted_edits(line.settings, package.path).items():
        path = path_of(line.snapshot, package.path, place)
        text = line.snapshot.text(path)
        held = held_value(text, path, place)
        if held.value == value and isinstance(held.value, bool) == isinstance(value, bool):
            where = f"{path}:{(text or '').count(chr(10), 0, held.start) + 1}"
            said = (
                f"{where} gives {place.partition(':')[2]} the value that build-edits sets for the "
                "build alone: whoever takes the package from git gets it, too. Set it back, and "
                "commit."
            )
            yield Note(topic="build-edit-committed", text=said)


def _other_branch(project: Project) -> Iterator[Note]:
    """Say that the release goes to another branch than the one that is checked out."""
    facts, branch = project.facts, project.settings.branch
    if branch and facts.branch and branch not in {facts.branch, facts.upstream}:
        text = (
            f"HEAD is on {facts.branch}, and the release is pushed to {branch}, "
            "as the configuration says."
        )
        yield Note(topic="other-branch", text=text)


def _named(line: Project) -> str:
    """Give the name of a line's package and a space; nothing where several share the version."""
    return f"{line.lead.name} " if len(line.facts.packages) == 1 else ""


def _taken_numbers(line: Project, held: Held, outcome: Decision) -> Iterator[Note]:
    """Say which numbers are passed over, and who has them."""
    numbers: dict[tuple[str, ...], list[str]] = {}
    for version in outcome.passed_over:
        holders = tuple(held.get(version, ())) or ("a tag",)
        numbers.setdefault(holders, []).append(str(version))
    for holders, versions in numbers.items():
        verb, them = ("are", "them") if versions[1:] else ("is", "it")
        have = f"{' and '.join(holders)} {'have' if holders[1:] else 'has'}"
        text = f"{_named(line)}{', '.join(versions)} {verb} passed over: {have} {them} already."
        yield Note(topic="number-passed-over", text=text)


def _higher(project: Project, held: Held, outcome: Decision) -> Iterator[Note]:
    """Say that an index holds a higher version: nobody would get this one, or tags are missing."""
    tags = {Version(tag.version) for tag in project.facts.tags}
    old = {Version(tag.version) for tag in project.facts.tags if tag.abandoned}
    for name in dict.fromkeys(name for names in held.values() for name in names):
        finals = [v for v, names in held.items() if name in names and not v.is_prerelease]
        highest = max(finals, default=outcome.version)
        if highest > outcome.version:
            missing = "" if highest in tags else ", and no tag here is of it"
            way = "If this clone is behind, run git pull --tags first."
            if highest in tags - old:
                way = "It is for those who stay below it."
            elif highest in old:
                way = (
                    f"The numbering began again after it: yank what is higher, or give the new "
                    f"numbers an epoch (--version {in_next_epoch(outcome.version, highest)})."
                )
            text = (
                f"{name} holds {_named(project)}{highest}{missing}: installers choose that one "
                f"before {outcome.version}. {way}"
            )
            yield Note(topic="higher-on-index", text=text)


def _behind(project: Project, outcome: Decision) -> Iterator[Note]:
    """Say that the files have not kept up with the releases, and will from now on."""
    package, last = project.lead, last_release(project.facts.tags)
    if last is None or not package.version:
        return
    if parse(package.version, package.stated_at) < Version(last.version):
        text = (
            f"{package.stated_at} states {package.version}, "
            f"and the last release is {last.version}: "
            f"the release commit sets it to {outcome.version}."
        )
        yield Note(topic="stated-behind", text=text)


def _foreign_tags(project: Project) -> Iterator[Note]:
    """Say that the tags of the repository are those of something else."""
    facts = project.facts
    if facts.foreign_tags:
        site = project.lead.stated_at
        text = (
            f"The tags here ({', '.join(facts.foreign_tags)}) are taken for those of something "
            f"else: at none of them {site.partition(':')[0]} states that version. If they are this "
            "package's, say so with tag in [tool.seatrial]."
        )
        yield Note(topic="foreign-tags", text=text)


def _moved_tags(line: Project) -> Iterator[Note]:
    """Say that releases are tagged otherwise from now on, and which tags count all the same."""
    facts, form = line.facts, line.tag_format
    last = last_release(facts.tags)
    if last is not None:
        if form.parse(last.name) is None:
            text = (
                f"The last release is {last.name}, which is not spelt like {form.text}: its files "
                "stated that version there, and so it counts. From now on tags are spelt anew."
            )
            yield Note(topic="tags-moved", text=text)
        return
    others = guess((tag.name for tag in line.snapshot.tags), line.lead.name, line.lead.path)
    known = {tag.name for tag in facts.tags} | set(facts.foreign_tags)
    names = [tag.name for tag in line.snapshot.tags if tag.name not in known]
    earlier = others.releases(names)
    if earlier and others.text != form.text and not facts.foreign_tags:
        newest, version = next(iter(earlier.items()))
        more = f" and {len(earlier) - 1} more" if earlier.keys() - {newest} else ""
        text = (
            f"No tag is spelt like {form.text}: {newest}{more} are not counted. If that one is of "
            f"this package, git tag {form.render(version)} {newest} says so."
        )
        yield Note(topic="tags-not-counted", text=text)
