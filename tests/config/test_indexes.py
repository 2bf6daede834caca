"""Indexes by their names."""

from __future__ import annotations

import pytest

from seatrial.addresses import INDEXES
from seatrial.config.indexes import index_settings
from seatrial.config.load import load
from seatrial.config.schema import IndexSettings, Settings
from seatrial.errors import InvalidConfiguration, UnknownIndex


def own(upload: str, simple: str = "https://index.example/simple/") -> Settings:
    """Give settings that describe one index, called ``own``."""
    index = IndexSettings(upload_url=upload, simple_url=simple)
    return Settings(publish="own", index={"own": index})


def test_a_known_name_has_its_addresses() -> None:
    """PyPI and TestPyPI need no description."""
    for name, known in INDEXES.items():
        assert index_settings(Settings(), name).upload_url == known.upload
        assert index_settings(Settings(), name).simple_url == known.simple


def test_a_description_goes_before_the_known_name() -> None:
    """Who describes an index called pypi means that one."""
    mirror = IndexSettings(upload_url="https://a.example/up", simple_url="https://a.example/s/")
    assert index_settings(Settings(index={"pypi": mirror}), "pypi") == mirror


def test_an_unknown_name_lists_the_nearest_first() -> None:
    """A name nobody has described is refused, with the known ones, the nearest first."""
    with pytest.raises(UnknownIndex) as caught:
        index_settings(own("https://index.example/up"), "test-pypi")
    assert caught.value.said == "known are testpypi, pypi, own"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://index.example/",
        "index.example/legacy",
        "https://",
        "https://user:hunter2@index.example/",
        "https://hunter2@index.example/",
        "http://index.example/",
        "https://index.example/#hunter2",
        "https://[broken/",
        "https://index.example:port/",
        "https://index.example/ x",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_and_not_shown(url: str) -> None:
    """No other scheme, no login in the address, no token in the clear, and nothing of it shown."""
    with pytest.raises(InvalidConfiguration) as caught:
        index_settings(own(url), "own")
    assert "hunter2" not in str(caught.value)
    with pytest.raises(InvalidConfiguration) as again:
        load({"seatrial.toml": f"[index.own]\nupload-url = '{url}'\nsimple-url = 'https://a.b/'"})
    assert again.value.thing == "seatrial.toml:2 index.own.upload-url"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/legacy/", "http://[::1]/up", "http://localhost:1/"]
)
def test_an_index_on_this_machine_may_be_plain(url: str) -> None:
    """Nobody listens between a machine and itself, so http is enough there."""
    assert index_settings(own(url), "own").upload_url == url


def test_reading_may_be_plain_everywhere() -> None:
    """What is only read carries no credential; digests decide what was read."""
    settings = own("https://index.example/up", "http://index.example/simple/")
    assert index_settings(settings, "own").simple_url.startswith("http://")
