"""Renders one template; it is given JSON on its standard input and prints JSON."""

from __future__ import annotations

import contextlib
import sys
import traceback

import msgspec
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta
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
        said = str(error) or type(error).__name__
        line = _line(error)
        return Made(
            fault=f"line {line} does not render: {said}" if line else f"it does not render: {said}"
        )
    if len(text) > asked.most:
        return Made(fault=f"it makes {len(text)} characters, and {asked.most} are taken")
    return Made(text=text.strip(), uses=tuple(sorted(uses)))


def _line(error: BaseException) -> int:
    """Give the template's line that an error comes from; 0 where it does not tell."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    frames = traceback.walk_tb(error.__traceback__)
    # jinja2 gives the frames of a template its lines and this name.
    lines = [line for frame, line in frames if frame.f_code.co_filename == "<template>"]
    return lines[-1] if lines else 0


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
