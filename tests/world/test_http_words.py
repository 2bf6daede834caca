"""What the other side of HTTP said, in one sentence."""

from __future__ import annotations

import pytest

from seatrial.world.exchange import Answer, one_line, shown

SENTENCES = [
    (Answer(status=400, reason="File already exists"), "File already exists (HTTP 400)"),
    (Answer(status=404, reason="Not Found"), "HTTP 404 Not Found"),
    (Answer(status=599), "HTTP 599"),
    (
        Answer(
            status=400,
            reason="cut at the line br",
            headers={"content-type": "application/json"},
            body=b'{"message": "generic\\n\\n\\nwhole\\nmessage\\n\\n", '
            b'"code": "400 whole\\nmessage", "title": "Bad Request"}',
        ),
        "whole message (HTTP 400)",
    ),
    (
        Answer(
            status=422,
            headers={"content-type": "application/json; charset=utf-8"},
            body=b'{"message": "Validation Failed", '
            b'"errors": [{"field": "name", "code": "already_exists"}, "more", 3]}',
        ),
        "Validation Failed; name already_exists; more (HTTP 422)",
    ),
    (
        Answer(
            status=403,
            headers={"content-type": "application/json"},
            body=b'{"errors": [{"status": 403, "message": "no right"}]}',
        ),
        "no right (HTTP 403)",
    ),
    (
        Answer(status=400, headers={"content-type": "application/json"}, body=b"[" * 100_000),
        "HTTP 400 Bad Request",
    ),
    (
        Answer(
            status=400,
            headers={"content-type": "text/plain"},
            body=b"400 Bad Request\n\n\x1b[31mred\x00\r\nmore",
        ),
        "[31mred (HTTP 400)",
    ),
    (
        Answer(
            status=502,
            headers={"content-type": "text/html"},
            body=b"<style>p{}</style><script>x()</script><p>upstream <b>died</b></p>",
        ),
        "upstream (HTTP 502)",
    ),
]


@pytest.mark.parametrize(("answer", "sentence"), SENTENCES)
def test_the_other_sides_sentence(answer: Answer, sentence: str) -> None:
    """The sentence comes from JSON, the reason phrase or the text, clean and in one line."""
    assert answer.sentence == sentence


def test_a_sentence_is_bounded() -> None:
    """A page of words is cut."""
    assert len(one_line("word " * 10_000)) == 500


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("https://u:p@h.example:8443/a/?token=s#f", "https://h.example:8443/a/"),
        ("https://[::1/", "(an address that cannot be read)"),
    ],
)
def test_an_address_is_shown_without_secrets(url: str, seen: str) -> None:
    """Login, query (signed addresses) and fragment are not shown."""
    assert shown(url) == seen
