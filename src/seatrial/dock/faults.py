"""Faults that a rehearsal can ask for, so that a user sees the release survive them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from seatrial.addresses import PYPI
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
    "propose",
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
    "update",
)
"""Where a run can be killed: the kinds of actions in a plan."""

SENTENCES: Final[Mapping[str, tuple[int, str]]] = {
    "forbidden": (
        403,
        (
            "Invalid or non-existent authentication information. "
            f"See {PYPI}/help/#invalid-auth for more information."
        ),
    ),
    "burnt": (
        400,
        (
            "This filename was previously used by a file that has since been deleted. "
            f"Use a different version. See {PYPI}/help/#file-name-reuse for more information."
        ),
    ),
}
"""Refusals of an upload that can be asked for by name: status, and PyPI's words."""

KINDS: Final = ("drop", "cut", "slow", "stale", "kill", *SENTENCES)
ALONE: Final = ("slow", *SENTENCES)
"""Kinds that may stand without an action: the first upload is meant."""

_FORM = re.compile(
    r"(?P<kind>[a-z0-9-]+)@(?P<action>[a-z-]+)"
    r"(?::(?:(?P<nth>[1-9][0-9]{0,5})|(?P<count>[1-9][0-9]{0,5})(?P<unit>[smh])))?"
)
_UNITS: Final = {"s": 1, "m": 60, "h": 3600}
_STATUS = re.compile(r"[45][0-9][0-9]")


class Fault(msgspec.Struct, frozen=True):
    """One disturbance, at one request or action.

    Attributes:
        kind: a status from 400 to 599 to answer with; ``drop``: the request is carried out, and the
            connection cut before the answer; ``cut``: it is cut in the middle of the request;
            ``slow``: the answer comes late; ``forbidden``, ``burnt``: an upload is refused so;
            ``stale``: the page of before is shown for a while; ``kill``: the run is killed (the
            engine's business).
        action: which requests or actions are counted.
        nth: which of them it meets, from 1.
        seconds: for how long a ``stale`` page is shown.
    """

    kind: str
    action: str
    nth: int = 1
    seconds: int = 0

    @property
    def status(self) -> int:
        """The status to answer with; 0 when the fault is of another kind."""
        return int(self.kind) if self.kind.isdigit() else SENTENCES.get(self.kind, (0, ""))[0]

    @property
    def message(self) -> str:
        """What the answer says; empty for a bare status."""
        return SENTENCES.get(self.kind, (0, ""))[1]


def parse_fault(text: str) -> Fault:
    """Read a fault as the user writes it: ``KIND@ACTION``, ``KIND@ACTION:N``, or a kind alone.

    Args:
        text: for example ``503@upload:2``, ``drop@upload``, ``stale@simple:10m``, ``burnt``,
            ``kill@tag``.

    Raises:
        InvalidConfiguration: it is none; ``said`` lists what is known.
    """
    found = _FORM.fullmatch(f"{text}@upload" if text in ALONE else text)
    if found is None:
        raise _nonsense(text, "it is not of the form KIND@ACTION or KIND@ACTION:N")
    seconds = int(found["count"] or 0) * _UNITS.get(found["unit"], 0)
    fault = Fault(found["kind"], found["action"], int(found["nth"] or 1), seconds)
    if not (fault.kind in KINDS or _STATUS.fullmatch(fault.kind)):
        raise _nonsense(text, f"a KIND is a status from 400 to 599, or one of {', '.join(KINDS)}")
    known = _actions_of(fault.kind)
    if fault.action not in known:
        raise _nonsense(text, f"an ACTION for {fault.kind} is one of {', '.join(known)}")
    if (fault.kind == "stale") != bool(seconds):
        raise _nonsense(text, "a time, such as 30s, 10m or 1h, goes with stale, and with it alone")
    return fault


def _actions_of(kind: str) -> tuple[str, ...]:
    if kind == "kill":
        return ACTIONS
    if kind == "stale":
        return ("simple",)
    return ("upload",) if kind in SENTENCES else SERVED


def _nonsense(text: str, said: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        repr(text),
        said,
        doing="reading the fault",
        next_step="Write it like 503@upload:2, drop@upload, stale@simple:10m or kill@tag.",
    )


class FaultBook:
    """Counts requests and says which fault is due; each fault meets one request.

    Args:
        faults: those asked for; those that others see to (``kill``, ``stale``) are passed over.
        met: takes each fault that a request has met.
    """

    def __init__(self, faults: Sequence[Fault], met: set[Fault]) -> None:
        self._met = met
        self._faults = [fault for fault in faults if fault.kind not in {"kill", "stale"}]
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
