"""The description, rendered as PyPI renders it (D1 to D7)."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Final

from seatrial.indexrules.messages import refuse, refuse_ourselves, see_help
from seatrial.indexrules.values import Form, Limits, Refusal

_HEADING: Final = re.compile(r"<h([1-6])\b.*?</h\1>", re.DOTALL)
_FRAME: Final = re.compile(r"</?(?:section|div)\b[^>]*>")
_CONTAINERS: Final = re.compile(r"(?:[ \t]*(?:>|[-+*](?=[ \t])|[0-9]{1,9}[.)](?=[ \t])))+")
_CONTAINER: Final = re.compile(r">|[-+*]|[0-9]+[.)]")
_TAG: Final = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_EMPTY: Final = frozenset({"br", "hr", "img", "input", "wbr", "source", "col", "link", "meta"})
"""Elements that hold nothing."""

_DEEPEST: Final = 5000
"""Elements inside each other that are cleaned: the time grows with the square of the depth."""

# The renderers are other people's, and a text that makes one fall over is answered with 500.
FALLS: Final = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a renderer may raise for a text that makes it fall over."""

_SOURCE: Final = "forklift/legacy.py::file_upload"


@functools.lru_cache(maxsize=8)
def render(text: str, content_type: str = "") -> str | None:
    """Give the description as HTML that is safe to show, or None when it does not render.

    Without a content type it is reStructuredText (D2).  Variants of Markdown are not told apart.
    All files of a release have the same description, so the last ones are kept.

    Args:
        text: the description.
        content_type: as the form states it; may be empty.

    Raises:
        ValueError, IndexError: the content type is no header.

    Source: ``utils/readme.py::render``.
    """
    kind = _kind(content_type)
    if kind == "text/x-rst":
        from readme_renderer import rst

        html = rst.render(text, stream=io.StringIO())
        return None if html is None or _is_title_alone(html) else html
    if kind == "text/markdown":
        from readme_renderer import markdown

        return markdown.render(text)
    from readme_renderer import txt

    return f"<pre>{txt.render(text)}</pre>"


def load_renderer() -> None:
    """Import what most descriptions need, which takes a moment; nothing else changes by it."""
    import readme_renderer.markdown  # noqa: F401 - imported for later


def _kind(content_type: str) -> str:
    if not content_type:
        return "text/x-rst"
    message = EmailMessage()
    message["content-type"] = content_type
    return message.get_content_type()


def _is_title_alone(html: str) -> bool:
    """Say whether there is nothing but a title, or a title and a subtitle.

    The version of ``readme-renderer`` that PyPI pins takes both out of the text, and nothing is
    left; newer ones keep them.
    """
    levels = [found[1] for found in _HEADING.finditer(html)]
    return levels in (["1"], ["1", "2"]) and not _FRAME.sub("", _HEADING.sub("", html)).strip()


def _depth(text: str) -> int:
    """Give how many elements Markdown may put inside each other, from above."""
    lines = (_CONTAINERS.match(line) for line in text.splitlines())
    quoted = max((len(_CONTAINER.findall(found[0])) for found in lines if found), default=0)
    inside: dict[str, int] = {}
    depth = deepest = 0
    for found in _TAG.finditer(text):
        name = found[2].lower()
        step = -1 if found[1] else 1
        if name not in _EMPTY and inside.get(name, 0) + step >= 0:
            inside[name] = inside.get(name, 0) + step
            depth += step
            deepest = max(deepest, depth)
    return quoted + deepest


def d1_d2_renders(form: Form, limits: Limits) -> Iterator[Refusal]:
    """D1, D2: a description that is not empty renders.

    PyPI sets no length; ours keeps the time bounded.

    Source: ``forklift/legacy.py::file_upload``, ``utils/readme.py::render``.
    """
    text, content_type = form.one("description"), form.one("description_content_type")
    if not text:
        return
    if len(text) > limits.description:
        said = f"The description has {len(text)} characters; {limits.description} are rendered."
        yield refuse_ourselves("D7", said, _SOURCE)
        return
    if _depth(text) > _DEEPEST and "markdown" in content_type.lower():
        said = f"The description has elements inside each other, more than {_DEEPEST} deep."
        yield refuse_ourselves("D7", said, _SOURCE)
        return
    try:
        html = render(text, content_type)
    except FALLS as error:
        said = f"The description cannot be rendered; PyPI answers 500 to this ({error!r})."
        yield refuse_ourselves("X500.10", said, _SOURCE)
        return
    if html is None:
        where = (
            f"for '{content_type}'"
            if content_type
            else ("in the default format of reStructuredText")
        )
        said = f"The description failed to render {where}. {see_help('description-content-type')}"
        yield refuse("D1" if content_type else "D2", said, _SOURCE)
