"""Whether built files are what a release of a name and a version should consist of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.artifacts.agree import check_agreement
from seatrial.artifacts.archives import Visitors, reading, refuse_page
from seatrial.artifacts.binaries.read import BinaryScan
from seatrial.artifacts.binaries.truth import Truth, judge_wheel
from seatrial.artifacts.content import check_content
from seatrial.artifacts.described import check_metadata
from seatrial.artifacts.findings import UNREADABLE, Finding, fault, named, warning
from seatrial.artifacts.modules import holds_module, is_extension
from seatrial.artifacts.oddities import check_oddities
from seatrial.artifacts.record import check_record
from seatrial.artifacts.scan import ContentScan, is_for_tests
from seatrial.artifacts.sdist import SUFFIX, SdistFacts, read_sdist
from seatrial.artifacts.unpacking import Unpacking
from seatrial.artifacts.wheel import EntryPoint, WheelFacts, read_wheel, tags_as_text
from seatrial.errors import InspectionFailed


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was inspected.

    Attributes:
        path: the file.
        facts: what it says of itself; nothing when it cannot be read.
        findings: what is wrong with it.
        marked: whether a Python file in it has a mark of encrypted code.
        truth: of a wheel with compiled files: what they are, and the tag that is true of them.
    """

    path: Path
    facts: WheelFacts | SdistFacts | None = None
    findings: tuple[Finding, ...] = ()
    marked: bool = False
    truth: Truth | None = None


def inspect_file(path: Path, *, name: str, version: str, libraries: Sequence[str] = ()) -> Looked:
    """Inspect one file by itself.

    Args:
        path: a wheel or an sdist.
        name: the project's name, in any spelling.
        version: the version of the release.
        libraries: globs of libraries that compiled files need and another package brings.
    """
    facts: WheelFacts | SdistFacts
    truth = None
    scan = ContentScan(path.name)
    try:
        refuse_page(path)
        if path.name.endswith(".whl"):
            facts = read_wheel(path)
            with reading(path.name):
                unpacking = Unpacking(path)
            with unpacking, closing(BinaryScan(unpacking.again)) as binaries:
                found = [*_check_wheel(unpacking, facts, scan, binaries)]
            truth, told = judge_wheel(path.name, binaries.found, libraries)
            found += [*told, *_check_programs(facts, truth), *_check_schemes(facts, truth)]
            found += _check_facts(facts, name, version)
        elif path.name.endswith(SUFFIX):
            facts = read_sdist(path, scan)
            found = [*_check_sdist(facts), *scan.findings(), *_check_facts(facts, name, version)]
        else:
            said = "it is neither a wheel nor an sdist"
            return Looked(path=path, findings=(fault("unexpected-file", path.name, said),))
    except InspectionFailed as failure:
        return Looked(path=path, findings=(fault(UNREADABLE, path.name, failure.said),))
    return Looked(path=path, facts=facts, findings=tuple(found), marked=scan.marked, truth=truth)


def check_set(looked: Sequence[Looked]) -> Iterator[Finding]:
    """Compare the files of one release with each other.

    Args:
        looked: all of them.
    """
    if not looked:
        yield fault("no-files", "", "There is no sdist and no wheel")
    sdists = [one.facts for one in looked if isinstance(one.facts, SdistFacts)]
    wheels = [one.facts for one in looked if isinstance(one.facts, WheelFacts)]
    yield from _check_set(sdists, wheels)


def _check_facts(facts: WheelFacts | SdistFacts, name: str, version: str) -> Iterator[Finding]:
    file = facts.file
    wanted = canonicalize_name(name)
    if facts.name != wanted:
        yield fault("other-name", file, f"it is named for {facts.name!r}, not for {wanted!r}")
    if Version(facts.version) != Version(version):
        yield fault("other-version", file, f"it is named for {facts.version}, not for {version}")
    normal = f"{facts.name.replace('-', '_')}-{facts.version}"
    if not file.startswith((f"{normal}-", f"{normal}{SUFFIX}")):
        yield warning("file-name", file, f"its name should begin with {normal} (PEP 427, PEP 625)")
    yield from check_metadata(file, facts.metadata, name=name, version=version)
    yield from check_content(facts)
    yield from check_oddities(facts)


def _check_sdist(sdist: SdistFacts) -> Iterator[Finding]:
    held = {member.path for member in sdist.members}
    if not held & {f"{sdist.top}/pyproject.toml", f"{sdist.top}/setup.py"}:
        said = "it has neither pyproject.toml nor setup.py, so nobody can build it"
        yield fault("not-buildable", sdist.file, said)
    for path in sdist.doubles:
        yield warning("twice", sdist.file, f"it holds {path} more than once; the last one counts")


def _check_wheel(
    unpacking: Unpacking, wheel: WheelFacts, scan: ContentScan, binaries: BinaryScan
) -> Iterator[Finding]:
    file = wheel.file
    if wheel.wheel.get("wheel-version", ("",))[0].split(".")[0] != "1":
        yield fault("wheel-version", file, "its WHEEL states no Wheel-Version 1.x")
    yield from _check_tags(wheel)
    yield from check_record(unpacking, wheel, Visitors(scan, binaries))
    yield from scan.findings()
    yield from _check_entry_points(wheel)


def _check_programs(wheel: WheelFacts, truth: Truth | None) -> Iterator[Finding]:
    """Say which programs cannot be started: an installer keeps the bit that says so, or its lack.

    What lies among the scripts is made executable by all of them.
    """
    members = (m for m in wheel.members if ".data/scripts/" not in m.path)
    closed = {member.path for member in members if not member.mode & 0o111}
    programs = [
        one.path
        for one in (truth.binaries if truth else ())
        if one.path in closed
        and any(each.kind == "program" and each.form != "PE" for each in one.slices)
        and not (is_for_tests(one.path) or is_extension(one.path) or ".so" in one.path)
    ]
    if programs:
        said = f"{named(programs)} is a program, and is not marked executable"
        yield warning("not-executable", wheel.file, said)


def _check_schemes(wheel: WheelFacts, truth: Truth | None) -> Iterator[Finding]:
    """Say which compiled files are installed where the files for every platform go."""
    pure = [one.path for one in (truth.binaries if truth else ()) if ".data/purelib/" in one.path]
    if pure:
        yield warning("purelib", wheel.file, f"{named(pure)} is for one platform, and in purelib")


def _check_tags(wheel: WheelFacts) -> Iterator[Finding]:
    stated: set[str] = set()
    for text in wheel.wheel.get("tag", ()):
        try:
            stated.update(tags_as_text(parse_tag(text)))
        except ValueError:
            yield fault("tags", wheel.file, f"its WHEEL states the tag {text!r}, which is none")
    if stated != set(wheel.tags):
        said = f"its name says {', '.join(wheel.tags)}, its WHEEL {', '.join(sorted(stated))}"
        yield fault("tags", wheel.file, said)
    if wheel.build != wheel.wheel.get("build", (wheel.build,))[0]:
        yield fault("tags", wheel.file, "its name and its WHEEL state different build numbers")
    native = [member.path for member in wheel.members if is_extension(member.path)]
    if native and all(tag.endswith("-any") for tag in wheel.tags):
        said = f"{native[0]} runs on one platform only, and the tag says any"
        yield fault("platform", wheel.file, said)
    elif native and wheel.wheel.get("root-is-purelib", ("",))[0].lower() == "true":
        said = f"its WHEEL says Root-Is-Purelib, and it holds {native[0]}"
        yield warning("purelib", wheel.file, said)


def _check_entry_points(wheel: WheelFacts) -> Iterator[Finding]:
    paths = wheel.importable_paths
    scripts = wheel.console_scripts + wheel.gui_scripts
    for point in wheel.entry_points:
        module, colon, attribute = (part.strip() for part in point.target.partition(":"))
        parts = [*module.split("."), *(attribute.split(".") if colon else ())]
        if not all(part.isidentifier() for part in parts) or (point in scripts and not attribute):
            said = f"the entry point {point.name} = {point.target!r} of {point.group} is malformed"
            yield fault("entry-point", wheel.file, said)
        elif not holds_module(paths, module):
            yield _missing(wheel, paths, point, module)


def _missing(wheel: WheelFacts, paths: frozenset[str], point: EntryPoint, module: str) -> Finding:
    said = f"the entry point {point.name} leads to {module}, which the wheel does not hold"
    # A package may lend a command to what it requires; then nothing of that name is here.
    elsewhere = not holds_module(paths, module.partition(".")[0])
    if elsewhere and wheel.metadata.every("Requires-Dist"):
        return warning("entry-point", wheel.file, said)
    return fault("entry-point", wheel.file, said)


def _check_set(sdists: list[SdistFacts], wheels: list[WheelFacts]) -> Iterator[Finding]:
    for sdist in sdists[1:]:
        said = f"a release has one sdist, and {sdists[0].file} is one"
        yield fault("several-sdists", sdist.file, said)
    for wheel in wheels:
        yield from _check_empty(wheel, sdists)
    if sdists and len(wheels) == 1 and not any(tag.endswith("-any") for tag in wheels[0].tags):
        said = "it is the only wheel: on every other platform or Python the sdist must be built"
        yield warning("one-platform", wheels[0].file, said)
    yield from check_agreement(sdists, wheels)


def _check_empty(wheel: WheelFacts, sdists: list[SdistFacts]) -> Iterator[Finding]:
    if any(not member.path.startswith(f"{wheel.dist_info}/") for member in wheel.members):
        return
    said = "it holds nothing but metadata"
    code = any(m.path.endswith("/__init__.py") for sdist in sdists for m in sdist.members)
    if wheel.metadata.every("Requires-Dist") and not code:
        # A package that only requires others is sound.
        yield warning("empty-wheel", wheel.file, said)
    elif not wheel.entry_points:
        yield fault("empty-wheel", wheel.file, said)
