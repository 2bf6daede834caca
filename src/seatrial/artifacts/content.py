"""What does not belong into a release, by the names and sizes of its files."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator

from packaging.utils import canonicalize_name

from seatrial.artifacts.archives import MIB, Member
from seatrial.artifacts.findings import Finding, fault, named, note, warning
from seatrial.artifacts.modules import is_extension, module_name
from seatrial.artifacts.scan import is_for_tests
from seatrial.artifacts.sdist import SdistFacts
from seatrial.artifacts.wheel import WheelFacts

# Names that many projects would claim, so that they overwrite each other where they are installed.
CLUTTER = frozenset(
    {"benchmarks", "conftest", "doc", "docs", "example", "examples", "tools", "build", "dist"}
    | {"noxfile", "scripts", "setup", "test", "tests", "testing", "tasks", "fabfile"}
)
SECRETS = frozenset({".netrc", ".pypirc", "id_dsa", "id_ecdsa", "id_ed25519", "id_rsa"})
ENVIRONMENTS = frozenset({".env", ".envrc", ".env.local", ".env.production"})
LITTER = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".coverage"})
LITTER_ENDINGS = (".swp", ".swo")
COPIES = (".orig", ".rej", "~")
"""What a merge or an editor leaves beside the file itself; alone, it is a name like any other."""

LITTER_FOLDERS = frozenset(
    {".git", ".hg", ".svn", ".bzr", ".tox", ".nox", ".venv", ".eggs", ".ipynb_checkpoints"}
    | {".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".idea", "__MACOSX"}
)
SERVICES = frozenset(
    {".github", ".circleci", ".appveyor", ".binder", ".gitignore", ".gitattributes", ".gitmodules"}
    | {
        ".appveyor.yml",
        "appveyor.yml",
        ".azure-pipelines.yml",
        "azure-pipelines.yml",
        ".codecov.yml",
    }
    | {
        "codecov.yml",
        ".cirrus.star",
        ".cirrus.yml",
        ".gitpod.yml",
        ".hadolint.yaml",
        ".vsts-ci.yml",
    }
    | {".readthedocs.yaml", ".readthedocs.yml", ".travis.yml", ".gitlab-ci.yml", ".editorconfig"}
    | {".pre-commit-config.yaml", ".dockerignore", ".coveragerc", ".flake8", ".pylintrc"}
)
"""What git, forges and services read in a repository, and nobody reads where it is installed."""

LARGE = 20 * MIB
"""Bytes of a single file that are worth a word."""

LICENCE = re.compile(r"(?i)(?:.*[-_.])?(?:licen[cs]es?|copying|copyright|unlicense)(?:[-_.].*)?")

# Names that Windows does not take ("Naming Files, Paths, and Namespaces").
_WINDOWS = re.compile(
    r'[<>:"|?*\x01-\x1f]|[. ]$|^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)', re.IGNORECASE
)
_BYTECODE = (".pyc", ".pyo")


def check_content(facts: WheelFacts | SdistFacts) -> Iterator[Finding]:
    """Look for what does not belong into any release.

    Args:
        facts: of a wheel or an sdist.
    """
    file, members = facts.file, facts.members
    yield from _check_case(file, members)
    yield from _check_secret_files(facts)
    paths = [member.path for member in members]
    in_sdist = isinstance(facts, SdistFacts)
    if bytecode := [path for path in paths if _is_bytecode(path)]:
        said = f"{named(bytecode)} is left over from running the code"
        make = warning if in_sdist else fault
        yield make("bytecode", file, said)
    kept = set(paths)
    litter = [
        path for path in paths if _is_litter(path, kept) and not (in_sdist and is_for_tests(path))
    ]
    if litter:
        yield warning("litter", file, f"{named(litter)} is left over from an editor or a tool")
    if large := [member for member in members if member.size > LARGE]:
        sizes = ", ".join(f"{one.path} has {one.size / MIB:.0f} MiB" for one in large[:3])
        yield note("large-file", file, sizes + (" …" if large[3:] else ""))
    if odd := [path for path in paths if any(map(_WINDOWS.search, path.split("/")))]:
        yield warning("windows-name", file, f"{named(odd)} has a name that Windows does not take")
    if special := [member.path for member in members if member.mode & 0o6000]:
        yield warning("mode", file, f"{named(special)} runs with its owner's rights (setuid)")
    if isinstance(facts, WheelFacts):
        yield from _check_wheel(facts)
    else:
        yield from _check_sdist(facts)
    yield from _check_licences(facts)


def _check_case(file: str, members: Iterable[Member]) -> Iterator[Finding]:
    folded: dict[str, str] = {}
    for member in members:
        other = folded.setdefault(member.path.casefold(), member.path)
        if other != member.path:
            said = f"{other} and {member.path} are one file on Windows and macOS"
            yield warning("case-clash", file, said)


def _check_secret_files(facts: WheelFacts | SdistFacts) -> Iterator[Finding]:
    """Tests of programs that read such files bring some of their own."""
    in_wheel = isinstance(facts, WheelFacts)
    for member in facts.members:
        last = member.path.rpartition("/")[2]
        tested = is_for_tests(member.path)
        excused = warning if in_wheel else note
        make = excused if tested else fault
        if last in SECRETS and member.size:
            yield make("secret-file", facts.file, f"{member.path} is where a secret is kept")
        elif last in ENVIRONMENTS and member.size and not tested:
            said = f"{member.path} is where settings of one machine are kept, and often secrets"
            yield (fault if in_wheel else warning)("environment-file", facts.file, said)


def _is_bytecode(path: str) -> bool:
    return "/__pycache__/" in f"/{path}" or path.endswith(_BYTECODE)


def _is_litter(path: str, paths: Collection[str]) -> bool:
    *folders, last = path.split("/")
    known = last.lower() in LITTER or last.endswith(LITTER_ENDINGS) or last.startswith("._")
    copied = any(path.endswith(end) and path.removesuffix(end) in paths for end in COPIES)
    return known or copied or not LITTER_FOLDERS.isdisjoint(folders)


def _check_wheel(wheel: WheelFacts) -> Iterator[Finding]:
    file, own = wheel.file, wheel.name.replace("-", "_")
    paths = sorted(wheel.importable_paths)
    for module in wheel.modules:
        if module in CLUTTER and canonicalize_name(module) != wheel.name:
            said = f"it installs a top-level {module}, which other projects would overwrite"
            yield warning("clutter", file, said)
        elif module in sys.stdlib_module_names and module != own:
            said = f"it installs a top-level {module}, a name of the standard library"
            yield warning("shadows-library", file, said)
    if stray := [path for path in paths if "/" not in path and _is_stray(path)]:
        said = f"{named(stray)} is installed beside all packages, where it belongs to nobody"
        yield warning("stray-file", file, said)
    if stray := sorted(_stray_folders(paths) - {own}):
        said = f"the top-level folder {named(stray)} holds no module, and is installed as it is"
        yield warning("stray-folder", file, said)
    if read := [path for path in paths if not SERVICES.isdisjoint(path.lower().split("/"))]:
        said = f"{named(read)} is read in a repository, and by nobody where it is installed"
        yield note("repository-file", file, said)
    if starts := [path for path in paths if "/" not in path and path.endswith(".pth")]:
        yield note("path-file", file, f"{named(starts)} is read whenever Python starts")
    public = [name for name in wheel.modules if not name.startswith("_") and name not in CLUTTER]
    tops = sorted({name.partition(".")[0] for name in public})
    if len(tops) > 1:
        yield note("several-modules", file, f"it installs several modules: {', '.join(tops)}")


def _is_stray(path: str) -> bool:
    return not (
        module_name(path) or path.endswith((".py", ".pyi", ".pth", ".pyc")) or ".so" in path
    )


def _stray_folders(paths: Iterable[str]) -> set[str]:
    """Give top-level folders without a module; ``*.libs`` is where libraries are put by repair."""
    tops: dict[str, bool] = {}
    for path in paths:
        top, slash, rest = path.partition("/")
        if slash:
            code = path.endswith((".py", ".pyi", ".pyc")) or is_extension(rest)
            tops[top] = tops.get(top, False) or code
    return {top for top, code in tops.items() if not code and not top.endswith(".libs")}


def _check_sdist(sdist: SdistFacts) -> Iterator[Finding]:
    below = {member.path.partition("/")[2] for member in sdist.members}
    built = sorted(path for path in below if path.startswith(("build/lib", "dist/")))
    if built := [path for path in built if path.endswith((".whl", ".tar.gz", ".py", ".so"))]:
        yield warning("built-file", sdist.file, f"{named(built)} is left over from a build")
    if links := [member.path for member in sdist.members if member.link]:
        yield note("link", sdist.file, f"{named(links)} is a link, which Windows may not unpack")
    if closed := [m.path for m in sdist.members if not m.link and not m.mode & 0o400]:
        yield warning("mode", sdist.file, f"{named(closed)} cannot be read once it is unpacked")


def _check_licences(facts: WheelFacts | SdistFacts) -> Iterator[Finding]:
    paths = {member.path for member in facts.members}
    stated = facts.metadata.every("License-File")
    places: tuple[str, ...] = ("",)
    if isinstance(facts, WheelFacts):
        places = (f"{facts.dist_info}/licenses/", f"{facts.dist_info}/")
    else:
        places = (f"{facts.top}/",)
    for name in stated:
        if not any(f"{place}{name}" in paths for place in places):
            said = f"its metadata names the licence file {name}, which it does not hold"
            yield warning("licence-missing", facts.file, said)
    if not stated and not any(LICENCE.fullmatch(path.rpartition("/")[2]) for path in paths):
        stated_one = any(facts.metadata.first(name) for name in ("License", "License-Expression"))
        make = warning if stated_one or _has_licence_classifier(facts) else note
        said = "it holds no licence file, and nearly all licences want one in every copy"
        yield make("no-licence", facts.file, said)


def _has_licence_classifier(facts: WheelFacts | SdistFacts) -> bool:
    return any(one.startswith("License ::") for one in facts.metadata.every("Classifier"))
