"""What a plan says of the wheels that this machine cannot run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from packaging.tags import platform_tags

from seatrial.artifacts.expected import expected
from seatrial.config.schema import Settings
from seatrial.plan.contents import contents_of
from seatrial.plan.make import Chosen
from seatrial.plan.values import Note


def away_remarks(chosen: Sequence[Chosen], settings: Settings) -> list[Note]:
    """Say which of the expected wheels will only be resolved, and not run.

    Args:
        chosen: what is released.
        settings: the configuration.
    """
    found = []
    for member in (member for one in chosen for member in one.members):
        platforms = away(contents_of(settings, member.package.path).expect)
        if platforms:
            text = (
                f"The wheels of {member.package.name} for {', '.join(platforms)} do not run on "
                "this machine: their files are inspected and they are resolved for their own "
                "machines, and nothing of them is run."
            )
            found.append(Note(topic="not-run-here", text=text))
    return found


def away(entries: Iterable[str]) -> tuple[str, ...]:
    """Give the platforms of expected wheels that are not this machine's.

    Args:
        entries: of ``expect``.
    """
    here = [*platform_tags(), "any"]
    wanted = (_platform(one.platform or one.glob) for entry in entries for one in expected(entry))
    return tuple(
        dict.fromkeys(
            platform
            for platform in wanted
            if platform and not any(fnmatchcase(tag, platform) for tag in here)
        )
    )


def _platform(text: str) -> str:
    """Give the platform of a tag, or of a glob of file names; nothing for what is no wheel's."""
    if "-" not in text and not text.endswith(".whl"):
        return "" if "." in text else text
    return text.removesuffix(".whl").rpartition("-")[2] if text.endswith(".whl") else ""
