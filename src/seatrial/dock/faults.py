"""Faults that a rehearsal can ask for, so that a user sees the release survive them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from seatrial.errors import InvalidConfiguration

SERVED: Final = (
    "upload",
    "visible",
    "download",
    "draft-release",
    "upload-assets",
    "publish-release",
    "forge",
)
"""What the dock can disturb: requests, named by the action that sends them.

``visible`` is a request for a project's page, ``download`` one for a file of an index, ``forge``
any request to the forge.
"""

ACTIONS: Final = (
    "gate",
    "commit",
    "tag",
    "build",
    "inspect",
    "install-check",
    "draft-release",
    "upload-assets",
    "push",
    "upload",
    "visible",
    "publish-release",
)
"""Where a run can be killed: the kinds of actions in a plan."""

CUTS: Final = ("drop", "drop-after")
_FORM = re.compile(r"(?P<kind>[a-z0-9-]+)@(?P<action>[a-z-]+)(?::(?P<nth>[1-9][0-9]{0,5}))?")
_STATUS = re.compile(r"[45][0-9][0-9]")


class Fault(msgspec.Struct, frozen=True):
    """One disturbance, at one request or action.

    Attributes:
        kind: a status from 400 to 599 to answer with; ``drop``: the connection is cut in the middle
            of the request; ``drop-after``: the request is carried out, and its answer never sent;
            ``slow``: the answer comes late; ``kill``: the run is killed (the engine's business).
        action: which requests or actions are counted.
        nth: which of them it meets, from 1.
    """

    kind: str
    action: str
    nth: int = 1

    @property
    def status(self) -> int:
        """The status to answer with; 0 when the fault is of another kind."""
        return int(self.kind) if self.kind.isdigit() else 0


def parse_fault(text: str) -> Fault:
    """Read a fault as the user writes it: ``KIND@ACTION`` or ``KIND@ACTION:N``.

    Args:
        text: for example ``503@upload:2``, ``drop@upload``, ``kill@tag``.

    Raises:
        InvalidConfiguration: it is none; ``said`` lists what is known.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise _nonsense(text, "it is not of the form KIND@ACTION or KIND@ACTION:N")
    fault = Fault(found["kind"], found["action"], int(found["nth"] or 1))
    if not (fault.kind in {*CUTS, "slow", "kill"} or _STATUS.fullmatch(fault.kind)):
        raise _nonsense(text, "a KIND is a status from 400 to 599, drop, drop-after, slow or kill")
    known = ACTIONS if fault.kind == "kill" else SERVED
    if fault.action not in known:
        raise _nonsense(text, f"an ACTION for {fault.kind} is one of {', '.join(known)}")
    return fault


def _nonsense(text: str, said: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        repr(text),
        said,
        doing="reading the fault",
        next_step="Write it like 503@upload:2, drop@upload or kill@tag.",
    )


class FaultBook:
    """Counts requests and says which fault is due; each fault meets one request.

    Args:
        faults: those asked for; the engine's own (``kill``) are passed over.
        met: takes each fault that a request has met.
    """

    def __init__(self, faults: Sequence[Fault], met: set[Fault]) -> None:
        self._met = met
        self._faults = [fault for fault in faults if fault.kind != "kill"]
        self._seen: Counter[str] = Counter()

    def due(self, actions: Sequence[str]) -> Fault | None:
        """Count one request and give the fault that it meets, if any.

        Args:
            actions: the names it counts under (an asset's upload is also one to the forge).
        """
        self._seen.update(actions)
        for fault in self._faults:
            if fault.action in actions and self._seen[fault.action] == fault.nth:
                self._met.add(fault)
                return fault
        return None
