"""What stands inside the files of an archive: secrets, paths of the machine that built them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seatrial.artifacts.archives import MIB, Member
from seatrial.artifacts.findings import Finding, fault, named, note, warning
from seatrial.artifacts.secrets import Secret, find_secrets

TEXTS = frozenset(
    {".py", ".pyi", ".pyx", ".ipynb", ".sh", ".bash", ".js", ".ts", ".mjs", ".rb", ".go", ".rs"}
    | {".json", ".toml", ".yaml", ".yml", ".ini", ".cfg", ".conf", ".env", ".properties", ".xml"}
    | {".txt", ".md", ".rst", ".pem", ".key", ".tf", ".tfvars", ".bat", ".ps1", ".sql", ".in"}
)
"""Suffixes of what people write by hand; secrets stand there and not in data or programs."""

MOST_TEXT = MIB
"""Bytes of a text that is searched; larger ones are data."""

MAGIC = (
    b"\x7fELF",
    b"MZ",
    *(bytes.fromhex(text) for text in ("feedface", "feedfacf", "cefaedfe", "cffaedfe", "cafebabe")),
)
"""How programs and libraries begin: ELF, PE, Mach-O."""

OVERLAP = 512
SHOWN = 3

# A path with a user's name in it, as compilers write it down: taken as one run (so that reading is
# linear whatever stands there), then looked through for the name of a source, which keeps out what
# a program says to people.
_PATH = re.compile(rb"/(?:home|Users)/([A-Za-z0-9._-]{1,40})/[A-Za-z0-9._+/@-]{1,240}+")
_DRIVE_PATH = re.compile(
    rb":\\(?:Users\\([A-Za-z0-9._ -]{1,40})|a|actions-runner)\\[A-Za-z0-9._+\\@ -]{1,240}+"
)
_SOURCE = re.compile(
    rb"\.(?:cpp|cxx|cc|c|hpp|hxx|h|rs|pyx|py|go|f90|f|cu|o|a|so|dylib|swift|zig|pdb|obj|lib|dll|pyd)"
    rb"(?![A-Za-z0-9])"
)
_MACHINES = frozenset(
    {b"runner", b"runneradmin", b"vsts", b"vsts_azpcontainer", b"vssadministrator", b"circleci"}
    | {b"travis", b"ci", b"cibuild", b"build", b"builder", b"buildkite-agent", b"appveyor", b""}
    | {b"gitlab-runner", b"jenkins", b"conda", b"conda-bld", b"docker", b"app", b"linuxbrew"}
    | {b"ubuntu", b"user", b"azureuser", b"ec2-user", b"cirrus", b"admin", b"distiller", b"work"}
    | {b"buildozer", b"iojs"}
)
"""Names that belong to build services and not to people (Alpine's, Node's among them)."""

_TESTS = re.compile(
    r"(?:^|/)(?:[^/]*tests?|testing|test_?data|fixtures|examples?|samples?|docs?|dummy\w*)(?:/|_)"
)
_SHEBANG = re.compile(rb"#!\s*(\S+)")
# What an installer replaces with the right interpreter (the wheel specification, "Recommended
# installer features"), and what is in the same place everywhere.
_SOUND_SHEBANGS = frozenset(
    {b"python", b"pythonw", b"/usr/bin/env", b"/bin/sh", b"/bin/bash", b"/usr/bin/bash"}
    | {b"/usr/bin/perl", b"/usr/bin/make", b"/bin/dash", b"/usr/bin/sh"}
)


_CODE = frozenset({".py", ".pye"})
_LARGEST_CODE = 5 * MIB
_ENCRYPTED = (b"__pyarmor_", b"PYE FILE---")
"""What encrypted Python is known by, in files that the index looks through."""


_BEFORE, _BEHIND = b'File "', b'", line '
"""What stands around a path in a traceback."""


def is_for_tests(path: str) -> bool:
    """Tell whether a file lies where tests, examples and documentation are."""
    return bool(_TESTS.search(path))


def _is_quoted(data: bytes, found: re.Match[bytes]) -> bool:
    """Tell whether a path stands in a traceback, which somebody quotes in a docstring.

    What is around it may be cut off where a piece of the file begins or ends.
    """
    start, end = found.span()
    before, after = data[max(start - len(_BEFORE), 0) : start], data[end : end + len(_BEHIND)]
    return _BEFORE.endswith(before) and _BEHIND.startswith(after)


class ContentScan:
    """Looks at the content of an archive's files as it goes by.

    Args:
        file: the archive's name.

    Attributes:
        marked: whether a Python file has a mark of encrypted code.
    """

    def __init__(self, file: str) -> None:
        self.marked = False
        self._file = file
        self._code = False
        self._in_wheel = file.endswith(".whl")
        self._member = Member(path="", size=0)
        self._head = b""
        self._text: list[bytes] | None = None
        self._rest = b""
        self._before = b""
        self._program = False
        self._secrets: dict[tuple[str, str], list[str]] = {}
        self._people: dict[str, str] = {}
        self._machines: dict[str, str] = {}
        self._scripts: list[tuple[str, str]] = []
        self._runs: list[str] = []

    def begin(self, member: Member) -> None:
        """A file begins."""
        self._member, self._program = member, False
        self._head = self._rest = self._before = b""
        name = member.path.rpartition("/")[2]
        before, _, ending = name.rpartition(".")
        suffix = f".{ending.lower()}" if before and ending else ""
        is_text = suffix in TEXTS or name.startswith(".env") or not suffix
        self._code = suffix in _CODE and member.size <= _LARGEST_CODE
        self._text = [] if is_text and member.size <= MOST_TEXT else None

    def feed(self, data: bytes) -> None:
        """Take its next bytes."""
        if not self._head:
            self._head = data[:OVERLAP]
            self._program = self._head.startswith(MAGIC)
        if self._code and not self.marked:
            kept = self._before + data
            self.marked = any(mark in kept for mark in _ENCRYPTED)
            self._before = data[-OVERLAP:]
        if self._program:
            self._find_paths(self._rest + data)
            self._rest = data[-OVERLAP:]
        elif self._text is not None:
            self._text.append(data)

    def end(self) -> None:
        """It has ended."""
        path, is_script = self._member.path, self._head.startswith(b"#!")
        if self._text is not None and not self._program:
            for secret in find_secrets(b"".join(self._text)):
                place = f"{path}, line {secret.line},"
                self._secrets.setdefault((self._degree(secret), secret.kind), []).append(place)
        if (
            self._in_wheel
            and self._member.mode & 0o111
            and not (is_script or self._program)
            and self._head
        ):
            self._runs.append(path)
        if ".data/scripts/" in path and is_script:
            self._look_at_shebang(path)

    def _degree(self, secret: Secret) -> str:
        """Say how grave it is: tests have keys of their own, and an sdist holds the tests."""
        if secret.certain:
            return "proved"
        for_tests = is_for_tests(self._member.path)
        return "tested" if for_tests or not (self._in_wheel or secret.token) else "likely"

    def _look_at_shebang(self, path: str) -> None:
        found = _SHEBANG.match(self._head)
        if found and found[1] not in _SOUND_SHEBANGS:
            self._scripts.append((path, found[1].decode("utf-8", "replace")))

    def _find_paths(self, data: bytes) -> None:
        for pattern in (_PATH, _DRIVE_PATH):
            for found in pattern.finditer(data):
                source = _SOURCE.search(found[0])
                if source is None or _is_quoted(data, found):
                    continue
                name = (found[1] or b"").lower()
                machine = name in _MACHINES or name.startswith(b".")
                kept = self._machines if machine else self._people
                if self._member.path not in kept:
                    path = found[0][: source.end()].decode("ascii", "replace")
                    kept[self._member.path] = path.lstrip(":")

    def findings(self) -> Iterator[Finding]:
        """Say what was found in all files."""
        for (degree, kind), places in self._secrets.items():
            make = {"proved": fault, "likely": warning, "tested": note}[degree]
            yield make("secret", self._file, f"{named(places)} holds what looks like {kind}")
        for path, interpreter in self._scripts:
            said = f"{path} runs by {interpreter}, which is elsewhere on other machines"
            yield warning("script-interpreter", self._file, said)
        for make, kept in ((warning, self._people), (note, self._machines)):
            if kept:
                first = next(iter(kept.values()))
                said = f"{named(list(kept))} holds the path of a source on the machine: {first}"
                yield make("build-path", self._file, said)
        if self._runs:
            said = f"{named(self._runs)} is marked executable and is no program or script"
            yield note("executable", self._file, said)
