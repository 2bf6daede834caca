"""Settings written as TOML."""

from __future__ import annotations

import json
import tomllib

import jsonschema  # type: ignore[import-untyped]
import pytest

from seatrial.config.draft import Wanted, WantedPackage, site_toml, worth_saying, write_toml
from seatrial.config.load import load
from seatrial.config.schema import SiteSettings
from tests.support.schemas import SCHEMAS

HARD = 'a "quoted" \\ text\n\x7f é'


def wanted(key: str, value: object) -> Wanted:
    """Give a setting."""
    assert isinstance(value, str | bool | dict)
    return Wanted(key=key, value=value, why="said")


@pytest.mark.parametrize(
    ("file", "root"), [("seatrial.toml", ""), ("pyproject.toml", "tool.seatrial")]
)
def test_what_is_written_is_read_back(file: str, root: str) -> None:
    """Strings of any kind, tables and packages come back as they were, in both files."""
    text = write_toml(
        (
            wanted("tag", "rel-{version}"),
            wanted("commit.message", HARD),
            wanted("version.channels", {"next": "rc", "a b": "dev"}),
        ),
        (
            WantedPackage(path="lib", versions=('"VERSION"', '"setup.py:X"')),
            WantedPackage(path="b"),
        ),
        root=root,
    )
    settings = load({file: text}).settings
    assert settings.tag == "rel-{version}"
    assert settings.commit.message == HARD
    assert settings.version.channels == {"next": "rc", "a b": "dev"}
    assert [package.path for package in settings.package] == ["lib", "b"]
    assert settings.package[0].versions == ("VERSION", "setup.py:X")


def test_nothing_to_say_is_no_text() -> None:
    """Without settings there is not even a table."""
    assert write_toml((), root="tool.seatrial") == ""


def test_what_holds_anyway_is_not_said() -> None:
    """A default is left out, and the first to speak of a key is heard."""
    said = worth_saying(
        (
            wanted("publish", "pypi"),
            wanted("forge.release", value=False),
            wanted("tag", "a{version}"),
            wanted("tag", "b{version}"),
        )
    )
    assert [(one.key, one.value) for one in said] == [
        ("forge.release", False),
        ("tag", "a{version}"),
    ]


def test_a_site_is_written_as_short_as_it_can_be() -> None:
    """A key is joined to its file; a search needs a table."""
    assert site_toml(SiteSettings(file="VERSION")) == '"VERSION"'
    assert site_toml(SiteSettings(file="a.py", key="X")) == '"a.py:X"'
    assert (
        site_toml(SiteSettings(file="R.md", search="=={version}"))
        == '{ file = "R.md", search = "=={version}" }'
    )


def test_the_published_schema_takes_what_is_taken() -> None:
    """Editors accept a good configuration, and mark an unknown key and a wrong type."""
    schema = json.loads((SCHEMAS / "configuration.json").read_text("utf-8"))
    good = tomllib.loads(
        'tag = "{version}"\n[version]\nzero = "major"\n[gate]\ntests = "pytest"\n'
        '[[package]]\nversions = ["VERSION", { file = "a", search = "{version}" }]\n'
        '[commit]\ntag-message = "x"\n'
    )
    jsonschema.validate(good, schema)
    for bad in ({"tagg": "x"}, {"tag": 1}, {"version": {"zero": "patch"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)
