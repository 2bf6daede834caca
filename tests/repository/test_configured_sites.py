from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.config.schema import PackageSettings, Settings, SiteSettings
from seatrial.errors import InvalidConfiguration, SitesDisagree
from seatrial.operations.project import Project
from seatrial.process import Runner
from seatrial.repository.edit import edits
from seatrial.repository.facts import Package
from seatrial.repository.packages import find_packages
from seatrial.repository.sites import check_sites
from seatrial.repository.snapshot import Snapshot, open_snapshot
from tests.repository.made import project
from tests.support.repositories import make_repository

STATIC = project("hatchling.build", 'version = "1.2.3"', dynamic=False)


def read(
    folder: Path, files: dict[str, str], *sites: str | SiteSettings, tag: str = ""
) -> tuple[Snapshot, Package]:
    """Give the package of a repository with these sites configured."""
    made = make_repository(folder / "r", {"pyproject.toml": STATIC, **files}, tag=tag)
    snapshot = open_snapshot(made.folder, Runner())
    (package,) = find_packages(snapshot, Settings(package=(PackageSettings(versions=sites),)))
    return snapshot, package


def after(snapshot: Snapshot, package: Package, version: str, date: str = "") -> dict[str, str]:
    """Give the files that a release changes, with their new texts."""
    return {edit.path: edit.after or "" for edit in edits(snapshot, package, version, date=date)}


def test_each_place_that_a_template_fits_is_a_site(tmp_path: Path) -> None:
    """A version that stands twice in a line, and once below, is three sites of one template."""
    text = "demo==1.2.3 or demo==1.2.3,\nnot demo-kit==1.2.3;\n`demo==1.2.3`\n"
    wanted = SiteSettings(file="README.md", search="demo=={version}")

    snapshot, package = read(tmp_path, {"README.md": text}, wanted)

    places = [(site.line, site.column) for site in package.sites if site.path == "README.md"]
    assert places == [(1, 7), (1, 22), (3, 8)]
    assert after(snapshot, package, "1.10.0")["README.md"] == text.replace(
        " demo==1.2.3", " demo==1.10.0"
    ).replace("`demo==1.2.3", "`demo==1.10.0").replace("demo==1.2.3 or", "demo==1.10.0 or")


def test_a_site_can_spell_the_version_otherwise(tmp_path: Path) -> None:
    """Each spelling is read as agreeing, and written anew; the tag's own is that of the tags."""
    files = {
        "docs.txt": "branch: 1.2\nimage: demo:v1.2.3\ntag: release-1.2.3\n",
        "package.json": '{"version": "1.2.3"}',
        "VERSION": "1.2.3\n",
    }
    sites = (
        SiteSettings(file="docs.txt", search="branch: {version}", spelling="{major}.{minor}"),
        SiteSettings(file="docs.txt", search="image: demo:{version}", spelling="v{version}"),
        SiteSettings(file="docs.txt", key="tag", spelling="{tag}"),
    )
    with pytest.raises(InvalidConfiguration):
        read(tmp_path / "a", files, SiteSettings(file="docs.txt", key="none", spelling="{tag}"))

    sites = (*sites[:2], SiteSettings(file="docs.txt", search="tag: {version}", spelling="{tag}"))
    snapshot, package = read(tmp_path / "b", files, *sites, tag="release-1.2.3")
    check_sites(package)

    assert after(snapshot, package, "2.0rc1") == {
        "VERSION": "2.0rc1\n",
        "docs.txt": "branch: 2.0\nimage: demo:v2.0rc1\ntag: release-2.0rc1\n",
        "package.json": '{"version": "2.0.0-rc.1"}',
        "pyproject.toml": STATIC.replace("1.2.3", "2.0rc1"),
    }


def test_a_spelling_that_is_behind_disagrees(tmp_path: Path) -> None:
    """A literal in the documentation that was left behind is named with its line."""
    wanted = SiteSettings(file="d.txt", search="branch {version}", spelling="{major}.{minor}")
    _, package = read(tmp_path, {"d.txt": "x\nbranch 1.1\n"}, wanted)
    with pytest.raises(SitesDisagree, match=r"d\.txt:2 states 1\.1"):
        check_sites(package)


def test_a_site_can_follow_something_else(tmp_path: Path) -> None:
    """A place that states a bundled engine's version gets that one, and is held against it."""
    files = {
        "engine/Cargo.toml": '[package]\nname = "engine"\nversion = "7.1.0"\n',
        "src/demo_kit/__init__.py": 'ENGINE = "7.0.0"\n',
    }
    wanted = SiteSettings(
        file="src/demo_kit/__init__.py", key="ENGINE", follows="engine/Cargo.toml"
    )

    snapshot, package = read(tmp_path, files, wanted)

    assert after(snapshot, package, "1.3.0")["src/demo_kit/__init__.py"] == 'ENGINE = "7.1.0"\n'
    assert "engine/Cargo.toml" not in after(snapshot, package, "1.3.0")
    said = r"engine/Cargo\.toml:3 states 7\.1\.0\nsrc/demo_kit/__init__\.py:1 states 7\.0\.0"
    with pytest.raises(SitesDisagree, match=said):
        check_sites(package)


def test_a_site_can_state_the_day(tmp_path: Path) -> None:
    """The day of the release is written where it is asked for, and into a citation by itself."""
    files = {
        "CITATION.cff": "version: 1.2.2\ndate-released: 2020-01-01\n",
        "src/demo_kit/__init__.py": '__date__ = "never"\n',
    }
    wanted = SiteSettings(file="src/demo_kit/__init__.py", key="__date__", spelling="{date}")

    snapshot, package = read(tmp_path, files, wanted)
    check_sites(package)

    changed = after(snapshot, package, "1.3.0", "2026-11-20")
    assert changed["CITATION.cff"] == "version: 1.3.0\ndate-released: 2026-11-20\n"
    assert changed["src/demo_kit/__init__.py"] == '__date__ = "2026-11-20"\n'


def test_what_fits_nowhere_is_said(tmp_path: Path) -> None:
    """A template that nothing is like is a fault of the configuration."""
    wanted = SiteSettings(file="README.md", search="demo=={version}")
    with pytest.raises(InvalidConfiguration, match="is like 'demo=="):
        read(tmp_path, {"README.md": "demo\n"}, wanted)


def test_everything_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    """Each place that the commit does not hold is named with the line of the configuration."""
    own = (
        '[tool.seatrial]\n[[tool.seatrial.package]]\nversions = [\n    "a.py:X",\n'
        '    { file = "README.md", search = "is {version}" },\n    "README.md:y",\n]\n'
    )
    made = make_repository(tmp_path / "r", {"pyproject.toml": STATIC + own, "README.md": "is 1\n"})
    first = (STATIC + own).splitlines().index('    "a.py:X",') + 1
    with pytest.raises(InvalidConfiguration) as caught:
        Project.open(made.folder).facts  # noqa: B018 -- reading it is what raises
    key = "tool.seatrial.package[0].versions"
    assert str(caught.value).splitlines() == [
        f"reading the configuration pyproject.toml:{first} {key}[0]: this commit holds no a.py",
        f"pyproject.toml:{first + 2} {key}[2]: README.md does not state y as a plain text",
    ]


def test_a_pattern_may_not_search_for_ever(tmp_path: Path) -> None:
    """A pattern that would search for centuries is ended after seconds, and named."""
    files = {
        "pyproject.toml": project(
            "hatchling.build",
            "[tool.hatch.version]",
            'path = "v.txt"',
            "pattern = '^(?P<version>(a+)+)$'",
        ),
        "v.txt": "a" * 64 + "!\n",
    }
    made = make_repository(tmp_path / "r", files)
    with pytest.raises(InvalidConfiguration, match="for more than 5 seconds"):
        find_packages(open_snapshot(made.folder, Runner()), Settings())
