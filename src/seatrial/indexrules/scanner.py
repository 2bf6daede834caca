"""Content PyPI does not take: encrypted Python (Y1, Y2)."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from seatrial import addresses
from seatrial.indexrules.messages import refuse
from seatrial.indexrules.values import MEBIBYTE, Refusal

LARGEST: Final = 5 * MEBIBYTE
"""Bytes of a member that is looked at, at most."""

_POLICY: Final = f"See {addresses.PYPI}/policy/acceptable-use-policy/ for more information."
_PYARMOR: Final = (
    b"__pyarmor__(__name__, __file__,",
    b"__pyarmor_enter__",
    b"__pyarmor_exit__",
    b"__pyarmor_assert__",
    b"__pyarmor_bcc__",
)
_SOURCE_DEFENDER: Final = (b"---BEGIN PYE FILE---", b"---END PYE FILE---")


def is_scanned(name: str) -> bool:
    """Say whether a member of this name is looked at: ``.py`` and ``.pye``, in any case.

    Source: ``utils/scanner.py::iter_zip_members``, ``::iter_tar_members``.
    """
    return PurePosixPath(name).suffix.lower() in {".py", ".pye"}


def y1_y2_encrypted(data: bytes) -> Refusal | None:
    """Y1, Y2: a Python file is encrypted neither by PyArmor nor by SourceDefender.

    Source: ``utils/scanner_rules/*.yar``, ``utils/scanner.py::check_members``.
    """
    if len(data) > LARGEST:
        return None
    kind = ""
    if b"__pyarmor_" in data and any(mark in data for mark in _PYARMOR):
        kind, rule = "PyArmor", "Y1"
    elif all(mark in data for mark in _SOURCE_DEFENDER):
        kind, rule = "SourceDefender", "Y2"
    if not kind:
        return None
    said = f"Invalid distribution file. {kind}-encrypted content is not allowed. {_POLICY}"
    return refuse(rule, said, "utils/scanner.py::check_members")
