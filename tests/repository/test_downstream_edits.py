"""What a release changes in the files of other repositories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.errors import DownstreamDiffers
from seatrial.plan.downstream_values import Names, TargetEdit
from seatrial.repository.downstream_edits import edited, is_done

NAMES = Names(
    package="demo",
    version="1.10",
    tag="v1.10",
    date="2026-01-02",
    origin="octo/demo",
    index="pypi",
)


def changed(text: str, place: str, becomes: str, names: Names = NAMES) -> str:
    """Give a file after one edit."""
    path = place.partition(":")[0]
    read = {path: text}.get
    [found] = edited(read, [TargetEdit(place=place, becomes=becomes)], names)
    return found.after


@pytest.mark.parametrize(
    ("text", "place", "becomes", "after"),
    [
        ('V = "1.0"  # ours\n', "v.py:V", "{version}", 'V = "1.10"  # ours\n'),
        ("V = (305, 9)\n", "v.py:V", "bump minor", "V = (305, 10)\n"),
        ("V = (305, 9)\n", "v.py:V", "bump major", "V = (306, 0)\n"),
        ('V = "2.3.4"\n', "v.py:V", "bump patch", 'V = "2.3.5"\n'),
        ('V = "v2.3"\n', "v.py:V", "bump minor", 'V = "v2.4"\n'),
        ('[a]\nb = "v1.0"\n', "x.toml:a.b", "v{version}", '[a]\nb = "v1.10"\n'),
        ('{"a": {"b": "1.0"}}', "x.json:a.b", "{version}", '{"a": {"b": "1.10"}}'),
        ("a:\n  b: 1.0.0\n", "x.yaml:a.b", "{version}", 'a:\n  b: "1.10"\n'),
        ("FROM demo:1.0\n", "Dockerfile", "FROM demo:{version}", "FROM demo:1.10\n"),
        ("pip install demo==1.0 x\n", "i.sh", "demo=={version}", "pip install demo==1.10 x\n"),
        ("ref: v1.0\n", "x.yml", "ref: {tag}", "ref: v1.10\n"),
        ("1.0\n", "VERSION", "{version}", "1.10\n"),
        ("V = 1.0\r\nW = 2\r\n", "a.txt:V", "{version}", "V = 1.10\r\nW = 2\r\n"),
    ],
)
def test_one_place_is_edited_and_nothing_else(
    text: str, place: str, becomes: str, after: str
) -> None:
    """Each kind of place that a version site can be is one here, too."""
    assert changed(text, place, becomes) == after


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("git+https://github.com/octo/demo.git@v1.0#egg=demo==1.0", "demo==1.10"),
        ("git+ssh://git@github.com/octo/demo@v1.0", "demo@v1.10"),
        ("git@github.com:octo/demo.git@1.0", "demo.git@v1.10"),
        ("https://github.com/octo/demo/archive/refs/tags/v1.0.tar.gz", "tags/v1.10.tar.gz"),
        ("https://github.com/octo/demo/archive/v1.0rc1.zip", "archive/v1.10.zip"),
        ("https://github.com/Octo/Demo/releases/download/v1.0/x.whl", "download/v1.10/x.whl"),
    ],
)
def test_tags_in_addresses_of_this_repository(line: str, after: str) -> None:
    """However a tag stands in an address of the repository that is released, it is set."""
    assert changed(f"x\n{line}\n", "in.txt", "git-url-tags").endswith(f"{after}\n")


def test_packages_with_tags_of_their_own_are_told_apart() -> None:
    """Each address gets the tag of its own package; that of one that is not released stays."""
    names = Names(
        package="core",
        version="1.1.0",
        tag="core-v1.1.0",
        date="2026-01-02",
        origin="octo/trio",
        index="pypi",
        others=(("bots/2.0", "2.0"),),
    )
    line = "git+https://github.com/octo/trio@{}#egg=x=={}\n"
    text = line.format("core-v1.0.0", "1.0.0") + line.format("bots/1.9", "1.9")
    text += line.format("server-v3.0", "3.0") + line.format("v0.1", "0.1")
    wanted = line.format("core-v1.1.0", "1.1.0") + line.format("bots/2.0", "2.0")
    wanted += line.format("server-v3.0", "3.0") + line.format("v0.1", "0.1")
    assert changed(text, "in.txt", "git-url-tags", names) == wanted


def test_a_tag_that_ends_with_a_word_is_set_whole() -> None:
    """The word behind the version belongs to the tag."""
    names = Names(
        package="demo",
        version="1.1",
        tag="1.1-final",
        date="2026-01-02",
        origin="octo/demo",
        index="pypi",
    )
    line = "https://github.com/octo/demo/archive/{}-final.zip\n"
    assert changed(line.format("1.0"), "in.txt", "git-url-tags", names) == line.format("1.1")


@pytest.mark.parametrize(
    "line",
    [
        "git+https://github.com/octo/demonstration@v1.0",
        "git+https://github.com/other/demo@v1.0",
        "git+https://github.com/octo/demo@main",
        "git+https://github.com/octo/demo@0123456789abcdef0123456789abcdef01234567",
        "git+https://github.com/octo/demo",
    ],
)
def test_other_addresses_are_left_alone(line: str) -> None:
    """Another repository, a branch and a commit are none of ours; without any, it is refused."""
    ours = "git+https://github.com/octo/demo@v1.0\n"
    assert changed(f"{line}\n{ours}", "in.txt", "git-url-tags").startswith(f"{line}\n")
    with pytest.raises(DownstreamDiffers, match="octo/demo"):
        changed(f"{line}\n", "in.txt", "git-url-tags")


@pytest.mark.parametrize(
    ("text", "place", "becomes", "said"),
    [
        ("W = 1\n", "v.py:V", "{version}", "nothing in v.py states V"),
        (
            'V = "1.0"\nV = "2.0"\n',
            "v.txt:V",
            "{version}",
            "place of v.txt: v.txt:1 and v.txt:2",
        ),
        ("V = (1, 2)\nV = (1, 3)\n", "v.py:V", "bump minor", "V a value more than once"),
        ("demo==1.0\ndemo==1.0\n", "i.txt", "demo=={version}", "more than one place"),
        ("other==1.0\n", "i.txt", "demo=={version}", "nothing in i.txt"),
        ('V = "1.0"\n', "v.py:V", "bump patch", "2 numbers only"),
        ('V = "soon"\n', "v.py:V", "bump minor", "no number"),
    ],
)
def test_an_edit_that_fits_nothing_or_twice_is_refused(
    text: str, place: str, becomes: str, said: str
) -> None:
    """It is named by its place, and what is there instead is said."""
    with pytest.raises(DownstreamDiffers, match=said) as caught:
        changed(text, place, becomes)
    assert caught.value.thing == place


def test_a_file_that_is_not_there_is_refused() -> None:
    """Its name is said."""
    with pytest.raises(DownstreamDiffers, match=r"no file v\.py"):
        edited(dict[str, str]().get, [TargetEdit(place="v.py:V", becomes="{version}")], NAMES)


def test_what_is_done_is_known_by_what_the_files_state() -> None:
    """A number that is only to be raised does not tell, and alone it never does."""
    url = TargetEdit(place="in.txt", becomes="git-url-tags")
    raised = TargetEdit(place="v.py:V", becomes="bump minor")
    files = {"in.txt": "git+https://github.com/octo/demo@v1.10\n", "v.py": "V = (3, 1)\n"}
    assert is_done(files.get, [url, raised], NAMES)
    assert not is_done(files.get, [raised], NAMES)
    files["in.txt"] = "git+https://github.com/octo/demo@v1.9\n"
    assert not is_done(files.get, [url, raised], NAMES)


@pytest.mark.parametrize("tail", ["a-" * 5000 + "X", "1." * 5000 + "X", "a" * 10000 + "X"])
def test_hostile_tags_are_read_in_time(tail: str) -> None:
    """What is nearly a tag for very long takes no longer than its length."""
    ours = "https://github.com/octo/demo@v1.0\n"
    after = changed(f"https://github.com/octo/demo@v1{tail}\n{ours}", "in.txt", "git-url-tags")
    assert after.endswith("demo@v1.10\n")


@given(st.text(alphabet="@/:.v10#=-_ \n'\"abcoctdem", max_size=200))
def test_hostile_addresses_are_read_in_time_and_done_once(noise: str) -> None:
    """Whatever stands around an address: the second edit of a file changes nothing more."""
    text = f"{noise}\ngit+https://github.com/octo/demo.git@v1.0#egg=demo\n{noise}"
    once = changed(text, "in.txt", "git-url-tags")
    assert changed(once, "in.txt", "git-url-tags") == once


def test_of_several_edits_that_fit_nothing_each_is_told() -> None:
    """Whoever mends the configuration mends all of it at once."""
    edits = [
        TargetEdit(place="gone.py:V", becomes="{version}"),
        TargetEdit(place="v.py:V", becomes="{version}"),
        TargetEdit(place="v.py:W", becomes="{version}"),
    ]
    with pytest.raises(DownstreamDiffers, match="no file gone") as caught:
        edited({"v.py": 'V = "1.0"\n'}.get, edits, NAMES)
    assert [other.thing for other in caught.value.others] == ["v.py:W"]
