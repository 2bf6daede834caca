"""What a repository may hold that nobody wished for: each is read, refused or passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.config.schema import PackageSettings, Settings, SiteSettings
from seatrial.errors import InvalidConfiguration
from seatrial.process import Runner
from seatrial.repository import patterns
from seatrial.repository.facts import Package
from seatrial.repository.guessing import MOST_SHOWN
from seatrial.repository.packages import find_packages
from seatrial.repository.read import read_facts
from seatrial.repository.sites import check_sites
from seatrial.repository.snapshot import open_snapshot
from seatrial.repository.spans import locate
from seatrial.repository.unregistered import unregistered
from tests.repository.made import project
from tests.support.repositories import HELLO, make_repository

STATIC = project("hatchling.build", 'version = "1.2.3"', dynamic=False)
LONG = "x" * 10_000_000


@pytest.mark.parametrize(
    ("kind", "locator", "text"),
    [
        ("text", "like:demo=={version}", f"{LONG}demo==1.2.3 {LONG}"),
        ("text", "VERSION", f"{LONG} VERSION = 1.2.3"),
        ("json", "version", f'{{"a": "{LONG}", "version": "1.2.3"}}'),
        ("ini", "metadata.version", f"[metadata]\nname = {LONG}\nversion = 1.2.3\n"),
        ("python", "__version__", f'TEXT = "{LONG}"\n__version__ = "1.2.3"\n'),
        ("toml", "project.version", f'[project]\nname = "{LONG}"\nversion = "1.2.3"\n'),
        ("lock", "demo@uv", f"# {LONG}\n"),
        ("yaml", "version", f"a: {LONG}\nversion: 1.2.3\n"),
        ("file", "", LONG),
    ],
)
def test_lines_of_megabytes_are_read(kind: str, locator: str, text: str) -> None:
    """A line of ten million characters is no reason to hang; YAML of that size is passed over."""
    span = locate(text, kind, locator)
    if kind in {"lock", "yaml"}:
        assert span is None
    else:
        assert span is not None
        assert span.stated == ("1.2.3" if kind != "file" else LONG)


@pytest.mark.parametrize(
    ("kind", "locator", "text"),
    [
        ("toml", "a.b", "[" * 100_000),
        ("json", "a.b", "[" * 100_000),
        ("json", "a", '{"a" 1}'),
        ("json", "a", '{"a": "1" "b": 2}'),
        ("json", "a", '{"a": "1\\u002e2"}'),
        ("json", "a.7", '{"a": ["1.0"]}'),
        ("yaml", "a", "a: [" * 20_000),
        ("yaml", "a", "a: *b\n"),
        ("yaml", "a", "a: |\n  1.2.3\n"),
        ("yaml", "a.b", "a: x\n"),
        ("ini", "a.b", "b = 1.0\n"),
        ("python", "V", "V = " + "(" * 100_000),
        ("python", "V", "V = (1, 2, x)\n"),
        ("python", "V", "V = (1, True)\n"),
        ("python", "V", 'V = "1." + "2"\n'),
        ("python", "V", 'V = "1.\\x32"\n'),
        ("text", "pattern:(", "1.0"),
        ("text", "pattern:a", "b"),
    ],
)
def test_what_cannot_be_read_for_certain_is_no_place(kind: str, locator: str, text: str) -> None:
    """Broken, nested, computed or escaped: no version is read, and nothing is raised."""
    assert locate(text, kind, locator) is None


def test_an_encoding_that_nobody_tells_is_said(tmp_path: Path) -> None:
    """A file that does not say how it is encoded is no site, and a fault when it is named."""
    files: dict[str, str | bytes] = {
        "pyproject.toml": STATIC,
        "VERSION": "1.2.3\n".encode("utf-16-le"),
        "README.md": "für demo-kit==1.2.3\n".encode("latin-1"),
    }
    made = make_repository(tmp_path / "r", files)
    snapshot = open_snapshot(made.folder, Runner())
    (package,) = find_packages(snapshot, Settings())
    assert [site.path for site in package.sites] == ["pyproject.toml"]
    (proposal,) = unregistered(snapshot, package, "")
    assert (proposal.path, proposal.guess) == ("README.md", "coincidence")
    assert "does not say how it is encoded" in proposal.why
    named = Settings(
        package=(
            PackageSettings(
                versions=(SiteSettings(file="README.md", search="demo-kit=={version}"),)
            ),
        )
    )
    with pytest.raises(InvalidConfiguration, match=r"README\.md is not UTF-8"):
        find_packages(snapshot, named)


def test_a_long_line_is_shown_in_part(tmp_path: Path) -> None:
    """Of a line of megabytes the place itself is shown, and not the rest."""
    made = make_repository(
        tmp_path / "r", {"pyproject.toml": STATIC, "a.js": f"{LONG} version='1.2.3'; {LONG}"}
    )
    snapshot = open_snapshot(made.folder, Runner())
    (package,) = find_packages(snapshot, Settings())
    (found,) = unregistered(snapshot, package, "")
    assert "1.2.3" in found.text
    assert len(found.text) <= MOST_SHOWN
    assert found.column == len(LONG) + 11


def test_twenty_thousand_tags_are_read(tmp_path: Path) -> None:
    """Of many tags, most of them no versions, the last release is found."""
    made = make_repository(tmp_path / "r", HELLO)
    lines = [f"{made.head} refs/tags/build-{number}\n" for number in range(10_000)]
    lines += [f"{made.head} refs/tags/v1.{number}\n" for number in range(9_990)]
    strange = ("v", "v1.", "nightly", "v1.2.3.4.5.6.7", "version", "1e9", "ü", "v1-2-3", "v01")
    lines += [f"{made.head} refs/tags/{name}\n" for name in strange]
    (made.folder / ".git/packed-refs").write_text("".join(sorted(lines)), "utf-8")
    facts = read_facts(open_snapshot(made.folder, Runner()), Settings())
    assert facts.tag_format == "v{version}"
    assert facts.tags[0].version == "1.9989"
    assert len(facts.tags) >= 9_990


def test_submodules_and_links_out_of_the_tree_are_no_files(tmp_path: Path) -> None:
    """What lies in another repository, or outside of this one, is neither read nor edited."""
    outside = tmp_path / "outside.txt"
    outside.write_text("9.9.9\n", "utf-8")
    other = make_repository(tmp_path / "other", {"VERSION": "1.2.3\n"})
    made = make_repository(tmp_path / "r", {"pyproject.toml": STATIC, "real": "1.2.3\n"})
    (made.folder / "VERSION").symlink_to(outside)
    (made.folder / "version.txt").symlink_to("real")
    (made.folder / "loop").symlink_to("loop")
    made.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.folder), "sub"
    )
    made.commit("links")
    snapshot = open_snapshot(made.folder, Runner())
    (package,) = find_packages(snapshot, Settings())
    assert [site.path for site in package.sites] == ["pyproject.toml", "real"]
    for file in ("VERSION", "loop", "sub/VERSION", "../../outside.txt"):
        named = Settings(package=(PackageSettings(versions=(file,)),))
        with pytest.raises(InvalidConfiguration):
            find_packages(snapshot, named)


def test_a_pattern_that_takes_too_long_names_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backend's pattern that would search for ever is bounded, and told where it stands."""
    monkeypatch.setattr(patterns, "SECONDS", 0.5)
    manifest = project("hatchling.build", "[tool.hatch.version]", 'path = "v.txt"')
    manifest += "pattern = '(a+)+(?P<version>x)$'\n"
    made = make_repository(tmp_path / "r", {"pyproject.toml": manifest, "v.txt": "a" * 5000 + "!"})
    with pytest.raises(InvalidConfiguration) as caught:
        find_packages(open_snapshot(made.folder, Runner()), Settings())
    assert caught.value.thing == "pyproject.toml"
    assert "the pattern '(a+)+(?P<version>x)$': it searches one file for more" in caught.value.said


def test_a_setup_script_is_never_run(tmp_path: Path) -> None:
    """A version that only running the script would tell is said to be computed there."""
    ran = tmp_path / "ran"
    script = (
        "import pathlib\nfrom setuptools import setup\n"
        f"pathlib.Path({str(ran)!r}).write_text('x')\n"
        "setup(name='demo', version='.'.join(str(n) for n in range(3)))\n"
    )
    made = make_repository(tmp_path / "r", {"setup.py": script})
    (package,) = find_packages(open_snapshot(made.folder, Runner()), Settings())
    assert isinstance(package, Package)
    assert package.problem == "setup.py computes it"
    assert not ran.exists()
    with pytest.raises(Exception, match=r"setup\.py computes it"):
        check_sites(package)
