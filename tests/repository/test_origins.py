from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.config.schema import PackageSettings, Settings
from seatrial.errors import InvalidVersion
from seatrial.repository.sites import check_sites
from tests.repository.backends import STATED
from tests.repository.made import only, packages, project
from tests.repository.tag_tools import TAGGED


@pytest.mark.parametrize("case", STATED)
def test_the_place_a_build_reads_is_found(tmp_path: Path, case: str) -> None:
    """For every backend the source is the place that its build takes the version from."""
    files, path, locator = STATED[case]

    package = only(tmp_path, files)

    source = package.sites[0]
    assert (package.version, package.problem, package.from_tag) == ("1.2.3", "", "")
    assert (source.path, source.locator, source.stated) == (path, locator, "1.2.3")
    assert source.source
    assert "1.2.3" in files[path].splitlines()[source.line - 1] or locator == "VERSION"
    check_sites(package)


@pytest.mark.parametrize("case", TAGGED)
def test_a_version_from_the_tag_is_recognised(tmp_path: Path, case: str) -> None:
    """Where a tool takes the version from the tag, it is named and no site is edited."""
    files, tool = TAGGED[case]

    package = only(tmp_path, {**files, "demo_kit/__init__.py": '__version__ = "0.0.0"\n'})

    assert (package.from_tag, package.version, package.sites) == (tool, "", ())
    check_sites(package)


UNREAD = {
    "setup.py that computes": (
        {
            "setup.py": (
                "import datetime\nfrom setuptools import setup\n"
                "setup(name='demo-kit', version=datetime.date.today().strftime('%Y'))\n"
            )
        },
        "setup.py computes it",
    ),
    "an empty text that is filled by running a file": (
        {
            "setup.py": "from setuptools import setup\n__version__ = ''\n"
            "exec(open('demo/version.py').read())\nsetup(name='demo', version=__version__)\n",
            "demo/version.py": "info = (1, 2)\n__version__ = make(*info)\n",
        },
        "setup.py computes it",
    ),
    "an unknown backend": ({"pyproject.toml": project("strange.api")}, "strange.api"),
    "a module that is not there": (
        {"pyproject.toml": project("flit_core.buildapi")},
        "module demo_kit is not there",
    ),
    "hatchling reads the environment": (
        {
            "pyproject.toml": project(
                "hatchling.build", "[tool.hatch.version]", 'source = "env"', 'variable = "V"'
            )
        },
        "'env'",
    ),
}


@pytest.mark.parametrize("case", UNREAD)
def test_a_computed_version_is_said(tmp_path: Path, case: str) -> None:
    """A version that only running code would tell is an error that names where it is made."""
    files, said = UNREAD[case]

    package = only(tmp_path, files)

    assert package.version == ""
    with pytest.raises(InvalidVersion, match=said) as caught:
        check_sites(package)
    assert "versions" in caught.value.next_step


def test_the_name_of_a_folder_in_a_path_is_followed(tmp_path: Path) -> None:
    """A script that joins a constant into the path of the module that it reads is understood."""
    script = (
        "import os, re\nfrom setuptools import setup\nNAME = 'demo'\n"
        "here = os.path.abspath(os.path.dirname(__file__))\n"
        "text = open(os.path.join(here, NAME, '__init__.py')).read()\n"
        "setup(name=NAME, version=re.search('= .(.*).', text)[1])\n"
    )
    package = only(tmp_path, {"setup.py": script, "demo/__init__.py": "__version__ = '1.2.3'\n"})
    assert (package.name, package.version, package.problem) == ("demo", "1.2.3", "")


def test_a_configured_site_makes_up_for_a_computed_one(tmp_path: Path) -> None:
    """The first configured site is the source where the build's own cannot be read."""
    files = {**UNREAD["setup.py that computes"][0], "release.ini": "[demo]\nnumber = 4.5\n"}
    settings = Settings(package=(PackageSettings(versions=("release.ini:demo.number",)),))

    (package,) = packages(tmp_path, files, settings)

    assert (package.version, package.problem) == ("4.5", "")
    assert package.sites[0].source


def test_a_stated_version_must_be_one(tmp_path: Path) -> None:
    """A version that PEP 440 does not know is refused with its line."""
    package = only(
        tmp_path,
        {"pyproject.toml": project("hatchling.build", 'version = "1.0-final"', dynamic=False)},
    )

    with pytest.raises(InvalidVersion, match=r"pyproject.toml:7 states '1.0-final'"):
        check_sites(package)


def test_a_source_of_hatchling_that_commits_is_read_like_its_own(tmp_path: Path) -> None:
    """The plug-in hatch-regex-commit reads the version as hatchling's source "regex" does."""
    settings = ('source = "regex_commit"', 'path = "demo_kit/__init__.py"', "tag_sign = false")
    files = {
        "pyproject.toml": project("hatchling.build", "[tool.hatch.version]", *settings),
        "demo_kit/__init__.py": '__version__ = "1.2.3"\n',
    }

    package = only(tmp_path, files)

    assert (package.version, package.problem) == ("1.2.3", "")
    assert [(site.path, site.source) for site in package.sites] == [("demo_kit/__init__.py", True)]
