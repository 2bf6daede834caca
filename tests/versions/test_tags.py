from __future__ import annotations

import pytest
from packaging.version import Version

from seatrial.errors import InvalidConfiguration
from seatrial.versions.tags import TagFormat, guess

PARSED = [
    ("v{version}", "v1.2.0", "1.2.0"),
    ("v{version}", "1.2.0", "1.2.0"),
    ("{version}", "v1.2.0", "1.2.0"),
    ("v{version}", "V1.2.0", "1.2.0"),
    ("v{version}", "v1.0.0-rc.1", "1.0.0rc1"),
    ("v{version}", "v1.0rc1", "1.0rc1"),
    ("v{version}", "v1!2.0", "1!2.0"),
    ("v{version}", "v1.0.post1", "1.0.post1"),
    ("v{version}", "v1.0+local", None),
    ("v{version}", "nightly", None),
    ("v{version}", "v", None),
    ("v{version}", "version-1.0", None),
    ("v{version}", "demo-v1.0", None),
    ("v{version}", "v1.0-demo", None),
    ("v{version}", "v" + "9" * 5000, None),
    ("{name}-v{version}", "demo-py-v1.0", "1.0"),
    ("{name}-v{version}", "Demo_Py-v1.0", "1.0"),
    ("{name}-v{version}", "demo-1.0", None),
    ("demo.py/{version}", "demo.py/0.7.0", "0.7.0"),
    ("demo.py/{version}", "demoxpy/0.7.0", None),
    ("{version}-final", "1.0-final", "1.0"),
]


@pytest.mark.parametrize(("text", "tag", "version"), PARSED)
def test_a_tag_is_read_by_its_format(text: str, tag: str, version: str | None) -> None:
    """Tolerated spellings are read, and what is no release tag of the format gives nothing."""
    read = TagFormat(text, "demo-py").parse(tag)
    assert (None if read is None else str(read)) == version


@pytest.mark.parametrize("text", ["v{version}", "{version}", "{name}-v{version}", "a/{version}-x"])
@pytest.mark.parametrize("version", ["1.2.3", "0.1rc1", "1!2.0.post3", "2024.5.dev1"])
def test_what_is_written_is_read_again(text: str, version: str) -> None:
    """Rendering and parsing are inverse."""
    form = TagFormat(text, "demo")
    assert form.parse(form.render(Version(version))) == Version(version)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v1.0",
        "{version}-{version}",
        "{date}-{version}",
        "a b{version}",
        "v..{version}",
        "{version}.lock",
        "{version}/",
        "-{version}",
        "v~{version}",
        "a@{{version}",
        "{}{version}",
    ],
)
def test_a_format_that_makes_no_tag_is_refused(text: str) -> None:
    """A format without one {version}, or one that git would refuse, is a configuration error."""
    with pytest.raises(InvalidConfiguration, match="tag = "):
        TagFormat(text, "demo")


GUESSED = [
    ([], "demo", "v{version}"),
    (["v1.0", "v1.1"], "demo", "v{version}"),
    (["1.0", "1.1"], "demo", "{version}"),
    (["1.0", "1.1", "v2.0"], "demo", "v{version}"),
    (["v1.0", "nightly", "latest", "v1"], "demo", "v{version}"),
    (["release-1.0"], "demo", "release-{version}"),
    (["release/v1.0"], "demo", "release/v{version}"),
    (["convex-py/0.7.0", "convex-js/9.0.0", "v20.0"], "convex", "convex-py/{version}"),
    (["demo-v1.0", "demo-extra-v9.0", "v5.0"], "demo", "demo-v{version}"),
    (["demo_lib-1.0", "other-2.0"], "Demo.Lib", "demo_lib-{version}"),
    (["other-v1.0", "another@2.0"], "demo", "v{version}"),
    (["python-v0.17.0", "rust-v0.19.0"], "deltalake", "python-v{version}"),
    (["release-tool-v1.0"], "release-tool", "release-tool-v{version}"),
    (["nightly-20240501", "1.0.0"], "demo", "{version}"),
    (["20240501", "v1.0.0"], "demo", "v{version}"),
    (["v1.0.0-rc.1"], "demo", "v{version}"),
    (["{odd}1.0"], "demo", "v{version}"),
]


@pytest.mark.parametrize(("tags", "name", "text"), GUESSED)
def test_the_format_is_guessed_from_the_tags(tags: list[str], name: str, text: str) -> None:
    """Tags that name the package come first, those of other packages and no releases never."""
    assert guess(tags, name).text == text
    assert guess(reversed(tags), name).text == text


@pytest.mark.parametrize(
    ("tags", "folder", "text"),
    [
        (["v4.2.0", "clients/python/v0.1.16"], "clients/python", "clients/python/v{version}"),
        (["v4.2.0", "clients/python@1.0"], "clients/python", "clients/python@{version}"),
        (["v4.2.0", "clients/go/v9.0.0"], "clients/python", "v{version}"),
        (["v4.2.0", "clients/python/extra/v9.0"], "clients/python", "v{version}"),
        (["libs/demo/v1.0", "demo-v0.9"], "libs/demo", "libs/demo/v{version}"),
        (["v4.2.0", "/v1.0"], "", "v{version}"),
    ],
)
def test_tags_can_name_the_folder_of_the_package(tags: list[str], folder: str, text: str) -> None:
    """In a repository of several things, a tag may begin with the path of one of them."""
    assert guess(tags, "demo", folder).text == text
    assert guess(reversed(tags), "demo", folder).text == text


def test_release_tags_are_listed_newest_first() -> None:
    """Every release tag is listed with its version; others are not."""
    tags = ["v0.9", "nightly", "v1.10.0", "v1.9.0", "v2.0.0-rc.1", "demo-v3.0", "v1.0+x"]
    assert [*TagFormat("v{version}").releases(tags).items()] == [
        ("v2.0.0-rc.1", Version("2.0.0rc1")),
        ("v1.10.0", Version("1.10.0")),
        ("v1.9.0", Version("1.9.0")),
        ("v0.9", Version("0.9")),
    ]


def test_a_moving_tag_is_no_release() -> None:
    """v1 beside v1.4.2 moves with the releases; v3 alone is a release of its own."""
    assert list(TagFormat().releases(["v1", "v1.4.2", "v3"])) == ["v3", "v1.4.2"]


def test_two_tags_of_one_version_count_once() -> None:
    """Of 1.0 and v1.0, the one in the format in use counts."""
    assert list(TagFormat("{version}").releases(["1.0", "v1.0"])) == ["1.0"]
    assert list(TagFormat("v{version}").releases(["1.0", "v1.0"])) == ["v1.0"]


def test_a_tag_with_fewer_numbers_moves_with_the_releases() -> None:
    """``v1.3`` lies on the newest 1.3.x, so the tag with all numbers is the release."""
    tags = ["1.2.0", "1.3.0", "v1.3", "v1"]
    assert list(TagFormat("{version}").releases(tags)) == ["1.3.0", "1.2.0"]
    assert list(TagFormat("v{version}").releases(["v1.3", "v1.2"])) == ["v1.3", "v1.2"]
