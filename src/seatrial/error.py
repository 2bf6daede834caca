"""The root of all errors, and how a kind of error is found by its name."""

from __future__ import annotations

from typing import ClassVar

from seatrial.exitcodes import ExitCode


class SeatrialError(Exception):
    """The root of all errors that Seatrial raises on purpose.

    Args:
        thing: what it happened to, in the user's words (a file with its line, a tag, an address).
        said: what the other side answered, or what was found; may hold several lines.
        doing: what was being done, as a gerund phrase; the class has a usual one.
        next_step: what the person can do now; the class has a usual one.
    """

    exit_code: ClassVar[ExitCode]
    doing: str = ""
    next_step: str = ""
    others: tuple[SeatrialError, ...] = ()  # What else went wrong in the same run, after this.
    page: str = ""  # The HTML page of the run that it stopped, if there is one.

    def __init__(
        self, thing: str, said: str = "", *, doing: str | None = None, next_step: str | None = None
    ) -> None:
        super().__init__(thing, said)
        self.thing = thing
        self.said = said
        if doing is not None:
            self.doing = doing
        if next_step is not None:
            self.next_step = next_step

    @property
    def slug(self) -> str:
        """The name of the error's page in the documentation (``different-bytes``)."""
        name = type(self).__name__
        return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")

    def __str__(self) -> str:
        """Give the fields as one sentence, without the next step."""
        return f"{self.doing} {self.thing}".strip() + (f": {self.said}" if self.said else "")


def resuming(step: str) -> str:
    """Give a next step for a run that was begun: "run this again" names the command that goes on.

    Args:
        step: the :attr:`SeatrialError.next_step` of an error.
    """
    return step.replace("un this again", "un seatrial resume")


def by_slug(slug: str) -> type[SeatrialError]:
    """Give the class of error whose :attr:`SeatrialError.slug` is ``slug``, or raise KeyError."""
    kinds: list[type[SeatrialError]] = [SeatrialError]
    for kind in kinds:  # which grows under way
        if kind.__name__ == "".join(word.title() for word in slug.split("-")):
            return kind
        kinds += kind.__subclasses__()
    raise KeyError(slug)
