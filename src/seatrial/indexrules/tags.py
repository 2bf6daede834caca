"""Platform tags PyPI admits (L1 to L9); Python and ABI tags are free."""

from __future__ import annotations

import re
from typing import Final

_MANYLINUX_2014: Final = ("x86_64", "i686", "aarch64", "armv7l", "ppc64", "ppc64le", "s390x")
_PLAIN: Final = frozenset(
    {
        "any",
        *("win32", "win_amd64", "win_arm64", "win_ia64"),
        *("linux_armv6l", "linux_armv7l"),
        *("manylinux1_x86_64", "manylinux1_i686", "manylinux2010_x86_64", "manylinux2010_i686"),
        *(f"manylinux2014_{machine}" for machine in _MANYLINUX_2014),
    }
)
_APPLE: Final = "ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal|universal2"
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # PEP 600 and PEP 656.
        r"manylinux_\d+_\d+_(x86_64|i686|aarch64|armv7l|ppc64|ppc64le|s390x|riscv64)\Z",
        r"musllinux_\d+_\d+_(x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64)\Z",
        # From macOS 11 on the minor version is always 0.
        rf"macosx_10_\d+_({_APPLE})\Z",
        rf"macosx_(11|12|13|14|15|26)_0_({_APPLE})\Z",
        # PEP 730, PEP 738.  The ends of the next and of the last are free, as they are there.
        r"ios_\d+_\d+_(arm64|x86_64)_(iphoneos|iphonesimulator)",
        r"android_\d+_(armeabi_v7a|arm64_v8a|x86|x86_64)\Z",
        r"pyemscripten_\d+_\d+_wasm32",
    )
)


def is_admitted(tag: str) -> bool:
    """Say whether PyPI admits a platform tag, in lower case (L1 to L9).

    Source: ``forklift/legacy.py::_valid_platform_tag``.
    """
    return tag in _PLAIN or any(pattern.match(tag) for pattern in _PATTERNS)
