"""Renders one template; it is given JSON on its standard input and prints JSON."""

from __future__ import annotations

import contextlib
import sys

import msgspec
from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from seatrial.template import Asked, Made

_BROKEN = (
    *(TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError),
    *(RecursionError, MemoryError),
)


def made(asked: Asked) -> Made:
    """Render what was asked for."""
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=False
    )
    try:
        # Even to look for names computes what is constant.
        uses = meta.find_undeclared_variables(environment.parse(asked.template))
        text = environment.from_string(asked.template).render(asked.names)
    except _BROKEN as error:
        return Made(fault=f"it does not render: {str(error) or type(error).__name__}")
    if len(text) > asked.most:
        return Made(fault=f"it makes {len(text)} characters, and {asked.most} are taken")
    return Made(text=text.strip(), uses=tuple(sorted(uses)))


def _bound(memory: int) -> None:
    """Have the system refuse more memory than that; Windows has no such limit, macOS ignores it."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def main() -> None:
    """Answer one question."""
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Asked)
    _bound(asked.memory)
    sys.stdout.buffer.write(msgspec.json.encode(made(asked)))


if __name__ == "__main__":
    main()
