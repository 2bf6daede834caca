"""Where uv's program is."""

from __future__ import annotations

import functools
import threading

from seatrial.errors import ToolMissing

_FINDING = threading.Lock()


@functools.cache
def uv_program() -> str:
    """Give the uv program that came with the library.

    Raises:
        ToolMissing: it is not there.
    """
    import uv

    try:
        # It asks sysconfig, which tells half the truth to who asks while another thread is the
        # first to ask.
        with _FINDING:
            return uv.find_uv_bin()
    except FileNotFoundError as error:
        raise ToolMissing("uv", str(error)) from error
