"""One error out of several: what a person reads when some parts of an action failed."""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.errors import SeatrialError


def together(key: str, errors: Sequence[SeatrialError], done: Sequence[str]) -> SeatrialError:
    """Give the error of an action whose parts were all tried.

    Args:
        key: the action's key.
        errors: what came of the parts that failed, at least one.
        done: keys of the parts that are done.

    Returns:
        The one error itself when nothing else is to be told, or when all parts met the same (no
        room, no login); else one of the class with the highest exit code among them, whose
        ``said`` names the outcome of each part.
    """
    alike = len({(error.slug, str(error)) for error in errors}) == 1
    if alike and (len(errors) > 1 or not done):
        return errors[0]
    # The action's key says what was being done.
    worst = max(errors, key=lambda error: error.exit_code)
    told = [f"{len(done)} of {len(done) + len(errors)} are done"]
    told += [_indented(str(error)) for error in errors]
    told += [f"  {part}: done" for part in done]
    made = type(worst)(key, "\n".join(told), doing="", next_step=worst.next_step)
    made.others = tuple(errors)
    return made


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
