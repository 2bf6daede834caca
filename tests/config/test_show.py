"""Every setting with its origin."""

from __future__ import annotations

from seatrial.config.load import load
from seatrial.config.show import explain


def test_every_key_is_explained() -> None:
    """With nothing said, each key of the schema is there once, at its default."""
    explained = explain(load({}))
    keys = [entry.key for entry in explained]
    assert len(keys) == len(set(keys))
    assert {"tag", "package", "gate", "verify.python", "commit.tag-message", "index"} <= set(keys)
    assert {entry.origin for entry in explained} == {"default"}


def test_what_was_said_has_its_line() -> None:
    """A key that was said shows its value and its line, in free tables and arrays too."""
    text = """
gate.tests = "pytest"
verify.python = ["3.12"]
[index.own]
upload-url = "https://a.example/up"
simple-url = "https://a.example/s/"
[[package]]
path = "lib"
"""
    shown = {
        entry.key: (entry.value, entry.origin) for entry in explain(load({"seatrial.toml": text}))
    }
    assert shown["gate.tests"] == ("pytest", "seatrial.toml:2")
    assert shown["verify.python"] == (["3.12"], "seatrial.toml:3")
    assert shown["index.own.simple-url"] == ("https://a.example/s/", "seatrial.toml:6")
    assert shown["package[0].path"] == ("lib", "seatrial.toml:8")
    assert shown["package[0].versions"] == ([], "default")
