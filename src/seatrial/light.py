"""What is imported at every start, as lightly as it goes."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import cast


def import_msgspec() -> None:
    """Import msgspec without ``typing_extensions``, which is a tenth of a short command's time.

    msgspec takes two names from it where it is installed, and else the same two from ``typing``,
    which has both since Python 3.11.  Whoever imports it afterwards gets it.
    """
    name = "typing_extensions"
    if name in sys.modules:
        return
    # None says that a module is not to be had (importlib: sys.modules).
    sys.modules[name] = cast("ModuleType", None)
    try:
        import msgspec as _msgspec  # noqa: F401
    finally:
        del sys.modules[name]
