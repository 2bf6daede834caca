"""What other release tools mean by what they were told: branches, marks, patterns, two files."""

from __future__ import annotations

import json

from seatrial.config.others.reading import Given
from seatrial.config.others.registry import readings
from seatrial.config.schema import SiteSettings
from tests.config.test_others import lost, read, wanted


def test_the_final_branches_of_python_semantic_release() -> None:
    """One branch that makes final releases is named; of several, none has to be."""
    one = '[tool.semantic_release]\nbranches.trunk.match = "trunk"\n'
    assert wanted(read("python-semantic-release", {"pyproject.toml": one}))["branch"] == "trunk"
    two = one + 'branches.old.match = "release-1.x"\n'
    reading = read("python-semantic-release", {"pyproject.toml": two})
    assert "branch" not in wanted(reading)
    assert not lost(reading)


def test_the_marked_lines_of_release_please() -> None:
    """A line with the mark is one, and so is each between the marks of a block."""
    text = '{"packages": {".": {"release-type": "python", "extra-files": ["INSTALL.md"]}}}'
    page = (
        "demo 0.3.0\n<!-- x-release-please-start-version -->\npip install demo==0.3.0\n"
        "<!-- x-release-please-end -->\nnot 0.3.0\n"
    )
    reading = read("release-please", {"release-please-config.json": text, "INSTALL.md": page})
    assert reading.sites == [SiteSettings(file="INSTALL.md", search="pip install demo=={version}")]


def test_the_tags_of_several_packages_of_release_please() -> None:
    """Each package's tags begin with its name; a component of another name is told."""
    text = (
        '{"include-v-in-tag": false, "tag-separator": "/", "changelog-path": "HISTORY.md",'
        ' "packages": {"a": {"package-name": "one"}, "b": {"package-name": "two",'
        ' "component": "deux"}}}'
    )
    reading = read("release-please", {"release-please-config.json": text})
    assert wanted(reading)["tag"] == "{package}/{version}"
    assert wanted(reading)["changelog.file"] == "HISTORY.md"
    assert lost(reading) == {"packages.b.component"}


def test_the_patterns_of_commitizen_are_searched_for_by_who_reads() -> None:
    """A pattern after a file's name is a regular expression, found line by line."""
    asked: list[tuple[str, str]] = []

    def fits(pattern: str, line: str) -> bool:
        asked.append((pattern, line))
        return True

    text = '[tool.commitizen]\nversion_files = ["hooks.yaml:rev:.+Demo"]\n'
    files = {"pyproject.toml": text, "hooks.yaml": "a: 1\nrev: v0.3.0  # Demo\n"}
    given = Given(text=files.get, name="demo", version="0.3.0", tagged=True, fits=fits)
    ((_, reading),) = readings(given, "commitizen")
    assert reading.sites == [SiteSettings(file="hooks.yaml", search="rev: v{version}  # Demo")]
    assert asked == [("rev:.+Demo", "rev: v0.3.0  # Demo")]


def test_zest_releaser_has_two_files() -> None:
    """What pyproject.toml says comes before what setup.cfg says, and both are heard."""
    reading = read(
        "zest.releaser",
        {
            "setup.cfg": "[zest.releaser]\ntag-format = v{version}\nhistory-file = A.rst\n",
            "pyproject.toml": '[tool.zest-releaser]\nhistory-file = "B.rst"\n',
        },
    )
    assert wanted(reading) == {"tag": "v{version}", "changelog.file": "B.rst"}


def test_bumpver_in_setup_cfg() -> None:
    """The names of files keep their case, and what ties a pattern to a line's ends is left out."""
    text = (
        "[bumpver]\ncurrent_version = 0.3.0\nversion_pattern = MAJOR.MINOR.PATCH\n"
        "[bumpver:file_patterns]\nREADME.md =\n    ^pip {version}$\n    \\[v{pep440_version}\\]\n"
    )
    reading = read("bumpver", {"setup.cfg": text})
    assert reading.sites == [
        SiteSettings(file="README.md", search="pip {version}"),
        SiteSettings(file="README.md", search="[v{version}]"),
    ]
    assert not lost(reading)


def test_what_is_found_by_itself_is_not_lost_with_release_please() -> None:
    """Components that are the packages' names, the usual page and simple releases need no line."""
    config = {
        "packages": {
            name: {"component": name, "release-type": "simple", "changelog-path": "CHANGELOG.md"}
            for name in ("demo-one", "demo-two", "other")
        }
    }
    text = json.dumps(config)
    given = Given(
        text={"release-please-config.json": text}.get,
        name="",
        version="1.0",
        tagged=True,
        names={"demo-one", "demo-two"},
    )
    ((_, reading),) = readings(given, "release-please")
    assert [one.key for one in reading.lost] == ["packages.other.component"]
