from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from seatrial.config.schema import PackageSettings, Settings
from seatrial.errors import InvalidConfiguration, SitesDisagree
from seatrial.repository.facts import Package
from seatrial.repository.sites import check_sites, disagreements
from tests.repository.made import INIT, only, packages, project

STATIC = project("hatchling.build", 'version = "1.2.3"', dynamic=False)
UV_LOCK = (
    'version = 1\n\n[[package]]\nname = "click"\nversion = "1.2.3"\n'
    'source = { registry = "https://pypi.org/simple" }\n\n'
    '[[package]]\nname = "demo-kit"\nversion = "1.2.2"\nsource = { editable = "." }\n'
)


def where(package: Package) -> list[tuple[str, str, str]]:
    """Give file, locator and version of every site."""
    return [(site.path, site.locator, site.stated) for site in package.sites]


def test_followers_are_found(tmp_path: Path) -> None:
    """Every file that certainly states the package's version is a site, the source first."""
    files = {
        "pyproject.toml": STATIC + '[tool.commitizen]\nversion = "1.2.3"\n',
        "src/demo_kit/__init__.py": INIT + "__version_info__ = (1, 2, 3)\n",
        "src/demo_kit/_version.py": "VERSION = (1, 2, 3)\n",
        "CITATION.cff": 'cff-version: 1.2.0\nversion: "1.2.2" # late\n',
        "uv.lock": UV_LOCK,
        "VERSION": "v1.2.3\n",
    }

    package = only(tmp_path, files)

    assert where(package) == [
        ("pyproject.toml", "project.version", "1.2.3"),
        ("src/demo_kit/__init__.py", "__version__", "1.2.3"),
        ("pyproject.toml", "tool.commitizen.version", "1.2.3"),
        ("VERSION", "", "1.2.3"),
        ("src/demo_kit/__init__.py", "__version_info__", "1.2.3"),
        ("src/demo_kit/_version.py", "VERSION", "1.2.3"),
        ("CITATION.cff", "version", "1.2.2"),
        ("uv.lock", "demo-kit@uv", "1.2.2"),
    ]
    assert [site.source for site in package.sites] == [True] + [False] * 7
    check_sites(package)


BUMPED_INI = (
    "[bumpversion]\ncurrent_version = 1.2.3\n\n[bumpversion:file:docs/conf.py]\n\n"
    "[bumpversion:file(needs):setup/needs.txt]\nsearch = core >={current_version}\n"
    "replace = core >={new_version}\n\n[bumpversion:file:src/demo_kit/__init__.py]\n\n"
    "[bumpversion:file:gone.txt]\n"
)
BUMPED_TOML = (
    '[tool.bumpversion]\ncurrent_version = "1.2.3"\n'
    '[[tool.bumpversion.files]]\nfilename = "docs/conf.py"\n'
    '[[tool.bumpversion.files]]\nfilename = "setup/needs.txt"\n'
    'search = "core >={current_version}"\n'
    '[[tool.bumpversion.files]]\nfilename = "docs/conf.py"\nsearch = "{now} {current_version}"\n'
)


@pytest.mark.parametrize("ini", [True, False])
def test_what_another_tool_was_told_to_set_is_set(tmp_path: Path, *, ini: bool) -> None:
    """The files that bump2version or bump-my-version keep are sites, by what they search for."""
    files = {
        "pyproject.toml": STATIC + ("" if ini else BUMPED_TOML),
        "src/demo_kit/__init__.py": INIT,
        "docs/conf.py": "needs = '11.2.3', '1.2.3.4'\nversion = '1.2.3'\n",
        "setup/needs.txt": "other >=1.2.3\ncore >=1.2.3\n",
    } | ({".bumpversion.cfg": BUMPED_INI} if ini else {})

    package = only(tmp_path, files)

    assert [(site.path, site.line) for site in package.sites] == [
        ("pyproject.toml", 7),
        ("src/demo_kit/__init__.py", 3),
        (".bumpversion.cfg", 2) if ini else ("pyproject.toml", 9),
        ("docs/conf.py", 2),
        ("setup/needs.txt", 2),
    ]


TOLD = {
    "tbump": '[tool.tbump.version]\ncurrent = "1.2.3"\n[[tool.tbump.file]]\nsrc = "kit/v.py"\n'
    "search = '__version__: str = \"{current_version}\"'\n",
    "semantic-release": "[tool.semantic_release]\n"
    'version_variables = ["kit/v.py:__version__", "chart/values.yaml:tag"]\n'
    'version_toml = ["kit/other.toml:tool.x.version:nf"]\n',
    "commitizen": '[tool.commitizen]\nversion = "1.2.3"\n'
    'version_files = ["kit/v.py:__version__", "kit/a*.py", "kit/v.py:^x"]\n',
}


@pytest.mark.parametrize("tool", TOLD)
def test_what_tools_with_settings_in_pyproject_were_told_to_set_is_set(
    tmp_path: Path, tool: str
) -> None:
    """The files that tbump, python-semantic-release and commitizen keep are sites."""
    files = {
        "pyproject.toml": STATIC + TOLD[tool],
        "kit/v.py": 'other = "1.2.3"\n__version__: str = "1.2.3"\n',
        "kit/a.py": "1.2.3\n",
        "chart/values.yaml": "image:\n  name: x:1.2.3\n  tag: 1.2.3\n",
        "kit/other.toml": '[tool.x]\nversion = "1.2.3"\n',
        "tbump.toml": "[broken",
    }

    found = {(site.path, site.line) for site in only(tmp_path, files).sites}

    more = {("chart/values.yaml", 3), ("kit/other.toml", 2)} if "release" in tool else ()
    assert found - {("pyproject.toml", 7), ("pyproject.toml", 9)} == {("kit/v.py", 2), *more}


def test_a_citation_in_the_root_is_that_of_one_package(tmp_path: Path) -> None:
    """What is cited is the root's own package, or else the one whose version is stated."""
    cited = "CITATION.cff"
    files = {
        "one/pyproject.toml": STATIC,
        "two/pyproject.toml": STATIC.replace("demo-kit", "other").replace("1.2.3", "2.0"),
        cited: "title: x\nversion: 2.0\ndate-released: 2026-01-02\n",
    }

    several = packages(tmp_path / "several", files)
    rooted = packages(
        tmp_path / "rooted",
        {
            **files,
            "pyproject.toml": STATIC.replace("demo-kit", "whole")
            + '[tool.uv.workspace]\nmembers = ["one", "two"]\n',
        },
    )
    lone = only(tmp_path / "lone", {"one/pyproject.toml": STATIC, cited: files[cited]})

    def citing(found: Iterable[Package]) -> list[str]:
        return [one.name for one in found if any(site.path == cited for site in one.sites)]

    assert citing(several) == ["other"]
    assert citing(rooted) == ["whole"]
    assert citing([lone]) == ["demo-kit"]


@pytest.mark.parametrize(
    "text", ["[bumpversion", "[bumpversion]\n", BUMPED_INI.replace("1.2.3", "1")]
)
def test_a_tool_that_is_left_behind_tells_nothing(tmp_path: Path, text: str) -> None:
    """Settings that are broken, or speak of another version, make no sites."""
    files = {"pyproject.toml": STATIC, ".bumpversion.cfg": text, "docs/conf.py": "v = '1.2.3'\n"}

    assert [site.path for site in only(tmp_path, files).sites] == ["pyproject.toml"]


def test_the_sole_import_package_states_the_version_whatever_its_name(tmp_path: Path) -> None:
    """A distribution called demo-kit may bring a package called kit; that of tests is none."""
    files = {
        "client/pyproject.toml": STATIC,
        "client/kit/__init__.py": '__version__ = "1.0.0"\n',
        "client/kit/deep/__init__.py": '__version__ = "7"\n',
        "client/tests/__init__.py": '__version__ = "8"\n',
    }

    package = only(tmp_path / "one", files)
    two = only(tmp_path / "two", files | {"client/more/__init__.py": ""})

    assert [site.path for site in package.sites] == [
        "client/pyproject.toml",
        "client/kit/__init__.py",
    ]
    assert [site.path for site in two.sites] == ["client/pyproject.toml"]
    with pytest.raises(SitesDisagree, match=r"1\.0\.0"):
        check_sites(package)


def test_the_folder_that_a_script_names_is_looked_in(tmp_path: Path) -> None:
    """package_dir in setup.py says where the package's modules lie."""
    script = (
        "from setuptools import setup\n"
        "setup(name='demo-kit', version='1.2.3', package_dir={'': 'Lib'}, packages=['demo_kit'])\n"
    )
    files = {"setup.py": script, "Lib/demo_kit/__init__.py": '__version__ = "1.2.3"\n'}
    paths = [site.path for site in only(tmp_path, files).sites]
    assert paths == ["setup.py", "Lib/demo_kit/__init__.py"]


def test_the_module_of_a_namespace_states_the_version(tmp_path: Path) -> None:
    """demo-core may bring demo/core, beside other folders of the same namespace."""
    files = {
        "pyproject.toml": STATIC.replace("demo-kit", "demo-core"),
        "src/demo/core/__init__.py": '__version__ = "1.2.3"\n',
        "src/demo/other/__init__.py": '__version__ = "7"\n',
    }
    paths = [site.path for site in only(tmp_path, files).sites]
    assert paths == ["pyproject.toml", "src/demo/core/__init__.py"]


def test_what_only_may_be_the_version_is_left_alone(tmp_path: Path) -> None:
    """Computed, replaced and unrelated versions are no sites."""
    files = {
        "pyproject.toml": STATIC,
        "src/demo_kit/__init__.py": (
            "from importlib.metadata import PackageNotFoundError, version\n"
            'try:\n    __version__ = version("demo-kit")\n'
            'except PackageNotFoundError:\n    __version__ = "0.0.0"\n'
        ),
        "src/demo_kit/version.py": 'VERSION = "7"\n',
        "src/demo_kit/_version.py": '__version__ = "unknown"\n',
        "src/other/__init__.py": '__version__ = "9.9"\n',
        "VERSION": "3\n",
        "Cargo.toml": '[package]\nname = "demo"\nversion = "0.5.0"\n',
    }

    assert where(only(tmp_path, files)) == [("pyproject.toml", "project.version", "1.2.3")]


def test_disagreement_names_both_lines_and_what_is_built(tmp_path: Path) -> None:
    """Two certain sites that state different versions stop the release."""
    files = {"pyproject.toml": STATIC, "demo_kit/__init__.py": INIT.replace("1.2.3", "1.2.2")}

    package = only(tmp_path, files)

    assert len(disagreements(package)) == 1
    with pytest.raises(SitesDisagree) as caught:
        check_sites(package)
    assert str(caught.value) == (
        "reading the version of demo-kit: pyproject.toml:7 states 1.2.3, "
        "and the built files would carry it\ndemo_kit/__init__.py:3 states 1.2.2"
    )


def test_two_spellings_of_one_version_agree(tmp_path: Path) -> None:
    """1.0 and 1.0.0 are the same version (PEP 440)."""
    files = {
        "pyproject.toml": STATIC.replace("1.2.3", "1.0rc1"),
        "demo_kit/__init__.py": INIT.replace("1.2.3", "1.0.0-rc.1"),
    }

    check_sites(only(tmp_path, files))


def test_configured_sites_are_taken(tmp_path: Path) -> None:
    """A configured site of each kind is found by file and name."""
    files = {
        "pyproject.toml": STATIC,
        "docs/conf.py": "release = '1.2.3'\n",
        "package.json": '{\n  "name": "x",\n  "version": "1.2.3"\n}\n',
        "Makefile": "NAME = x\nVERSION := 1.2.3\n",
        "sonar.properties": "sonar.projectVersion=1.2.3\n",
        "tag": "v1.2.3",
    }
    configured = (
        "docs/conf.py:release",
        "package.json",
        "Makefile:VERSION",
        "sonar.properties:sonar.projectVersion",
        "tag",
    )
    settings = Settings(package=(PackageSettings(versions=configured),))

    (package,) = packages(tmp_path, files, settings)

    assert [(site.path, site.line) for site in package.sites] == [
        ("pyproject.toml", 7),
        ("docs/conf.py", 1),
        ("package.json", 3),
        ("Makefile", 2),
        ("sonar.properties", 1),
        ("tag", 1),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gone.py", "holds no gone.py"),
        ("README.md:VERSION", "README.md does not state VERSION"),
        ("../x:V", "holds no"),
    ],
)
def test_a_configured_site_must_be_there(tmp_path: Path, text: str, said: str) -> None:
    """A configured site that is not there is a fault of the configuration."""
    settings = Settings(package=(PackageSettings(versions=(text,)),))

    with pytest.raises(InvalidConfiguration, match=said):
        packages(tmp_path, {"pyproject.toml": STATIC, "README.md": "# x\n"}, settings)


def test_a_package_in_a_folder_has_its_own_sites(tmp_path: Path) -> None:
    """Sites are looked for in the package's folder; the lock may lie in the root."""
    files = {
        "libs/demo/pyproject.toml": STATIC,
        "libs/demo/src/demo_kit/__init__.py": INIT,
        "src/demo_kit/__init__.py": '__version__ = "9"\n',
        "uv.lock": UV_LOCK.replace('"."', '"libs/demo"'),
    }

    assert [path for path, _, _ in where(only(tmp_path, files))] == [
        "libs/demo/pyproject.toml",
        "libs/demo/src/demo_kit/__init__.py",
        "uv.lock",
    ]


def test_a_linked_file_is_its_target(tmp_path: Path) -> None:
    """A site in a symbolic link is the file it leads to, once."""
    files: dict[str, str | bytes] = {"pyproject.toml": STATIC, "VERSION": "1.2.3\n"}
    (tmp_path / "r" / "demo_kit").mkdir(parents=True)
    (tmp_path / "r" / "demo_kit" / "VERSION").symlink_to("../VERSION")
    files["demo_kit/__init__.py"] = INIT

    package = only(tmp_path, files)

    assert [site.path for site in package.sites] == [
        "pyproject.toml",
        "demo_kit/__init__.py",
        "VERSION",
    ]


@pytest.mark.parametrize(("crate", "follows"), [("1.2.3", True), ("0.1.0", False)])
def test_a_crate_with_a_version_of_its_own_keeps_it(
    tmp_path: Path, crate: str, *, follows: bool
) -> None:
    """Cargo.toml and Cargo.lock are set together or not at all: cargo refuses if they differ."""
    files = {
        "pyproject.toml": project("maturin", 'version = "1.2.3"', dynamic=False),
        "Cargo.toml": f'[package]\nname = "core"\nversion = "{crate}"\n',
        "Cargo.lock": f'version = 4\n\n[[package]]\nname = "core"\nversion = "{crate}"\n',
    }

    found = {site.path for site in only(tmp_path, files).sites}

    assert ({"Cargo.toml", "Cargo.lock"} <= found) is follows
    assert ("Cargo.lock" in found) is follows


def test_the_lock_of_a_crate_is_set_with_its_manifest_whatever_builds(tmp_path: Path) -> None:
    """Where Cargo.toml follows, so does the crate's entry in Cargo.lock, without maturin too."""
    files = {
        "pyproject.toml": project("setuptools", 'version = "1.2.3"', dynamic=False),
        "Cargo.toml": '[package]\nname = "core"\nversion = "1.2.3"\n',
        "Cargo.lock": 'version = 4\n\n[[package]]\nname = "core"\nversion = "1.2.3"\n',
    }

    assert {"Cargo.toml", "Cargo.lock"} <= {site.path for site in only(tmp_path, files).sites}


@pytest.mark.parametrize(
    ("path", "text", "stated"),
    [
        ("demo/__init__.py", 'VERSION = (1, 2, 0, "rc", 1)\n', ["1.2.0rc1"]),
        ("conda/meta.yaml", "package:\n  name: demo\n  version: 1.2.0rc1\n", ["1.2.0rc1"]),
        (
            "chart/Chart.yaml",
            'version: 1.2.0-rc.1\nappVersion: "1.2.0rc1"\n',
            ["1.2.0-rc.1", "1.2.0rc1"],
        ),
        ("tbump.toml", '[version]\ncurrent = "1.2.0rc1"\n', ["1.2.0rc1"]),
        (".cz.toml", '[tool.commitizen]\nversion = "1.2.0rc1"\n', ["1.2.0rc1"]),
        ("chart/Chart.yaml", 'version: 0.3.0\nappVersion: "1.2.0rc1"\n', ["1.2.0rc1"]),
    ],
)
def test_places_that_state_the_very_same_version_follow(
    tmp_path: Path, path: str, text: str, stated: list[str]
) -> None:
    """Tuples, recipes and charts that state the package's version now are set with it."""
    files = {"pyproject.toml": project("setuptools", 'version = "1.2.0rc1"', dynamic=False)}

    found = only(tmp_path, {**files, path: text}).sites

    assert [site.stated for site in found if site.path == path] == stated
