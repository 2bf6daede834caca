"""A template of a project's own, rendered in a process that is given little time and memory."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from seatrial.errors import TimedOut
from seatrial.process import Runner, child_environment

SECONDS = 10.0
"""How long a template may take: two loops, one in the other, can go on for centuries."""

MEMORY = 512 * 1024 * 1024
"""Bytes of memory that it may take, where the system can be told so."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be rendered.

    Attributes:
        template: its text, Jinja.
        names: what it may use, plain data.
        most: characters that it may make.
        memory: bytes that it may take.
    """

    template: str
    names: dict[str, Any]
    most: int
    memory: int


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a template.

    Attributes:
        text: what it makes.
        fault: why it makes nothing, a clause; empty when it does.
        uses: the names that it uses.
    """

    text: str = ""
    fault: str = ""
    uses: tuple[str, ...] = ()


def rendered(template: str, names: Mapping[str, Any], most: int) -> Made:
    """Render a template in jinja2's sandbox, in a process of its own.

    The sandbox keeps it from everything but what it is given; the process can be ended whatever it
    does with that.

    Args:
        template: its text.
        names: what it may use.
        most: characters that it may make.
    """
    asked = Asked(template=template, names=dict(names), most=most, memory=MEMORY)
    try:
        done = Runner().run(
            [sys.executable, "-I", "-m", "seatrial.template_child"],
            cwd=Path.cwd(),
            env=child_environment(),
            timeout=SECONDS,
            stdin=msgspec.json.encode(asked),
        )
    except TimedOut:
        return Made(fault=f"it takes more than {SECONDS:g} seconds")
    if done.code:
        return Made(fault=f"it does not render: its process ended badly ({done.ending})")
    return msgspec.json.decode(done.stdout, type=Made)
