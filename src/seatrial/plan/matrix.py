"""Which wheels CI has to build, a job for each platform: from the set that a release expects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from seatrial.artifacts.binaries.promise import Promise, promise_of
from seatrial.artifacts.expected import Expected, expected
from seatrial.errors import InvalidConfiguration

ANY = "any"
STABLE = ("abi3", "none")
"""ABI tags of wheels that one build makes for many Pythons."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """The wheels for one platform.

    Attributes:
        platform: its tag, as it is expected ("manylinux_2_28_x86_64").
        system: which kind of system that is.
        version: of the system, as the tag spells it ("2_28", "11_0"); empty for Windows.
        machine: the processor, as the tag spells it ("x86_64", "arm64", "universal2").
        stable: the interpreter tag of the wheel that serves many Pythons ("cp39", "py3"); empty
            where there is none.
        pythons: the interpreters that get a wheel of their own ("cp313", "cp314t", "pp311").
    """

    platform: str
    system: Literal["glibc", "musl", "macos", "windows"]
    version: str = ""
    machine: str
    stable: str = ""
    pythons: tuple[str, ...] = ()

    @property
    def wheels(self) -> str:
        """What is built, for people."""
        stable = f"{self.stable}-abi3" if self.stable.startswith("cp") else self.stable
        return ", ".join(filter(None, (stable, *self.pythons)))


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that CI builds of one package.

    Attributes:
        package: its name, in the normal form.
        path: its folder from the repository's root; empty for the root.
        builder: what builds its wheels.
        rust: whether the build compiles Rust, where the builder brings none.
        history: whether the version is taken from tags, so that the build needs them.
        branch: the branch that releases are made from.
        targets: the platforms.
        pure: whether a wheel for any platform is among them.
        sdist: whether an sdist is.
        tool: the version of Seatrial that looks whether the set is complete.
    """

    package: str
    path: str
    builder: Literal["maturin", "cibuildwheel"]
    rust: bool = False
    history: bool = False
    branch: str
    targets: tuple[Target, ...]
    pure: bool = False
    sdist: bool = False
    tool: str


def targets_of(entries: Iterable[str]) -> tuple[Target, ...]:
    """Give the platforms of the wheels that are expected, with what is built for each.

    Args:
        entries: of ``expect``.

    Raises:
        InvalidConfiguration: an entry names no platform or no Python that a job could be for; all
            such are told at once.
    """
    found: dict[str, Target] = {}
    wrong: list[str] = []
    for one in wheels(entries):
        target = _target(one)
        if target is None:
            wrong.append(one.said)
            continue
        there = found.get(one.platform, target)
        found[one.platform] = _joined(there, one)
    if wrong:
        raise InvalidConfiguration(
            "[contents] expect",
            f"no job can be made for {'; '.join(wrong)}",
            next_step="Say each wheel by its tags, without * in them, such as "
            "cp39-abi3 × manylinux_2_28 × {x86_64, aarch64}.",
        )
    return tuple(found.values())


def wheels(entries: Iterable[str]) -> Iterable[Expected]:
    """Give the expected wheels that are for one platform."""
    return (one for one in _each(entries) if not one.is_sdist and one.platform != ANY)


def is_pure(entries: Iterable[str]) -> bool:
    """Say whether a wheel for any platform is expected."""
    return any(one.platform == ANY for one in _each(entries))


def has_sdist(entries: Iterable[str]) -> bool:
    """Say whether an sdist is expected."""
    return any(one.is_sdist for one in _each(entries))


def _each(entries: Iterable[str]) -> Iterable[Expected]:
    return (one for entry in entries for one in expected(entry))


def _target(one: Expected) -> Target | None:
    """Give the platform of a wheel; nothing where the tag is that of none that is built for."""
    promise = promise_of(one.platform)
    system = _system(promise)
    if one.glob or system is None or set(one.abi + one.platform) & set("*?["):
        return None
    version = "_".join(map(str, promise.version)) if system != "windows" else ""
    machine = promise.processors[0]
    if system == "macos":
        machine = one.platform.split("_", 3)[3]
    elif system == "windows":
        machine = one.platform.removeprefix("win_")
    return Target(platform=one.platform, system=system, version=version, machine=machine)


def _system(promise: Promise) -> Literal["glibc", "musl", "macos", "windows"] | None:
    match promise.system:
        case "linux":
            return promise.libc or None
        case "macos" | "windows":
            return promise.system
        case _:
            return None


def _joined(target: Target, one: Expected) -> Target:
    """Add a wheel to those of its platform."""
    if one.abi in STABLE:
        return msgspec.structs.replace(target, stable=target.stable or one.python)
    thread = "t" if one.abi.endswith("t") and one.python.startswith("cp") else ""
    pythons = (*target.pythons, f"{one.python}{thread}")
    return msgspec.structs.replace(target, pythons=tuple(dict.fromkeys(pythons)))
