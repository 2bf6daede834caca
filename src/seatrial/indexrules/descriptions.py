"""The description, rendered as PyPI renders it (D1 to D7)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Final

from seatrial.indexrules.messages import refuse, refuse_ourselves, see_help
from seatrial.indexrules.values import Form, Limits, Refusal

_SOURCE: Final = "forklift/legacy.py::file_upload"


def render(text: str, content_type: str = "") -> str | None:
    """Give the description as HTML that is safe to show, or None when it does not render.

    Without a content type it is reStructuredText (D2).  Variants of Markdown are not told apart.

    Args:
        text: the description.
        content_type: as the form states it; may be empty.

    Source: ``utils/readme.py::render``.
    """
    from readme_renderer import markdown, rst, txt

    kind = "text/x-rst"
    if content_type:
        message = EmailMessage()
        message["content-type"] = content_type
        kind = message.get_content_type()
    if kind == "text/x-rst":
        return rst.render(text, stream=io.StringIO())
    if kind == "text/markdown":
        return markdown.render(text)
    return f"<pre>{txt.render(text)}</pre>"


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
    if render(text, content_type) is None:
        where = (
            f"for '{content_type}'"
            if content_type
            else ("in the default format of reStructuredText")
        )
        said = f"The description failed to render {where}. {see_help('description-content-type')}"
        yield refuse("D1" if content_type else "D2", said, _SOURCE)
