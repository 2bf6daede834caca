"""What is imported at every start, as lightly as it goes."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import cast


def import_msgspec() -> None:
    """Import msgspec without what it brings in and nobody needs: a sixth of a short command's time.

    msgspec takes two names from ``typing_extensions`` where it is installed, and else the same two
    from ``typing``, which has both since Python 3.11.  It takes ``uuid``, which asks ``platform``
    once which system this is.  Whoever imports the two afterwards gets them.
    """
    # None says that a module is not to be had (importlib: sys.modules).
    stand_ins = {"typing_extensions": cast("ModuleType", None)}
    if hasattr(os, "uname"):
        stand_ins["platform"] = _Platform("platform")
    stand_ins = {name: one for name, one in stand_ins.items() if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        import msgspec as _msgspec  # noqa: F401
    finally:
        for name in stand_ins:
            del sys.modules[name]


class _Platform(ModuleType):
    """As much of ``platform`` as ``uuid`` asks for when it is imported."""

    @staticmethod
    def system() -> str:
        """Give the system's name, as ``platform.system`` does (POSIX: uname)."""
        return os.uname().sysname
