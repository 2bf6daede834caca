from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from seatrial.config.schema import PackageSettings, Settings
from seatrial.errors import InvalidConfiguration, NoPackage
from seatrial.process import Runner
from seatrial.repository.packages import find_packages
from seatrial.repository.read import read_facts
from seatrial.repository.snapshot import open_snapshot
from tests.repository.made import only, packages, project
from tests.support.repositories import make_repository


def test_name_python_and_scripts_are_read(tmp_path: Path) -> None:
    """What the project states of itself is taken as stated."""
    package = only(
        tmp_path,
        {
            "pyproject.toml": project(
                "hatchling.build",
                'version = "1"',
                'requires-python = ">=3.9"',
                "[project.scripts]",
                'demo = "demo:main"',
                'a-demo = "demo:main"',
                dynamic=False,
            )
        },
    )

    assert (package.name, package.path, package.backend) == ("demo-kit", "", "hatchling.build")
    assert package.requires_python == ">=3.9"
    assert package.scripts == ("a-demo", "demo")


def test_the_scripts_of_setup_py_are_read(tmp_path: Path) -> None:
    """Console scripts stand in the call's dictionary as in any other place."""
    package = only(
        tmp_path,
        {
            "setup.py": (
                "from setuptools import setup\n"
                "setup(name='demo', version='1', python_requires='>=3.8', entry_points={\n"
                "    'console_scripts': ['demo = demo:main'], 'gui_scripts': ['win = demo:win']})\n"
            )
        },
    )

    assert package.scripts == ("demo",)
    assert package.requires_python == ">=3.8"
    assert package.backend == "setuptools.build_meta:__legacy__"


STATIC = project("hatchling.build", 'version = "1"', dynamic=False)


def test_the_root_is_the_package_beside_helpers(tmp_path: Path) -> None:
    """A project in the root is released; those in folders below serve it."""
    files = {"pyproject.toml": STATIC, "docs/pyproject.toml": STATIC, "plugin/setup.py": "setup()"}

    assert [package.path for package in packages(tmp_path, files)] == [""]


def test_what_has_tags_of_its_own_below_the_root_is_released_too(tmp_path: Path) -> None:
    """A tag that names a package below tells it from helpers, whose names no tag has."""
    files = {"pyproject.toml": STATIC, "docs/pyproject.toml": STATIC.replace("demo-kit", "pages")}
    for folder in ("backend", "helper", "tests/pages", "broken"):
        name = folder.rpartition("/")[2]
        files[f"{folder}/pyproject.toml"] = STATIC.replace("demo-kit", f"demo-{name}")
    files["broken/pyproject.toml"] = "[project\n"
    made = make_repository(tmp_path / "r", files)
    for tag in (
        "demo-kit-v1",
        "demo-kit-v2",
        "v3",
        "demo-backend-v1",
        "demo-pages-v1",
        "helper-v1",
    ):
        made.tag(tag)
    found = find_packages(open_snapshot(made.folder, Runner()), Settings())
    assert [one.path for one in found] == ["", "backend"]


def test_packages_in_folders_are_found(tmp_path: Path) -> None:
    """Without one in the root, those below count, but not those of tests, docs and templates."""
    files = {
        "pyproject.toml": "[tool.ruff]\nline-length = 100\n",
        "libs/one/pyproject.toml": STATIC.replace("demo-kit", "one"),
        "two/setup.py": "from setuptools import setup\nsetup(name='two', version='2')\n",
        "tests/packages/x/pyproject.toml": STATIC,
        "docs/pyproject.toml": STATIC,
        "templates/{{name}}/pyproject.toml": STATIC,
        "a/b/c/d/pyproject.toml": STATIC,
        "broken/pyproject.toml": "[project\n",
        "configured/pyproject.toml": "[tool.black]\n",
    }

    assert [(one.name, one.path) for one in packages(tmp_path, files)] == [
        ("one", "libs/one"),
        ("two", "two"),
    ]


def test_members_of_a_uv_workspace_are_found(tmp_path: Path) -> None:
    """A workspace's root that is no package names its members."""
    files = {
        "pyproject.toml": (
            '[project]\nname = "all"\nversion = "0"\n'
            '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/old"]\n'
        ),
        "packages/new/pyproject.toml": STATIC,
        "packages/old/pyproject.toml": STATIC,
        "elsewhere/pyproject.toml": STATIC,
    }

    assert [one.path for one in packages(tmp_path, files)] == ["packages/new"]


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        ("", ["."]),
        ("core", ["core"]),
        ("core/src/core", ["core"]),
        ("src/demo_kit", ["."]),
        ("tests/samples/x", ["tests/samples/x"]),
        ("tests/samples/x/src", ["."]),
    ],
)
def test_a_named_folder_picks_its_package(tmp_path: Path, folder: str, found: list[str]) -> None:
    """The package in the folder that was named, or above it, is meant before that of the root."""
    files = {
        "pyproject.toml": STATIC,
        "core/pyproject.toml": STATIC.replace("demo-kit", "core"),
        "core/src/core/__init__.py": "",
        "src/demo_kit/__init__.py": "",
        "tests/samples/x/pyproject.toml": STATIC,
        "tests/samples/x/src/x.py": "",
    }
    made = make_repository(tmp_path / "named", files)
    snapshot = open_snapshot(made.folder, Runner())

    assert [one.path or "." for one in find_packages(snapshot, Settings(), folder)] == found


@pytest.mark.parametrize(("versions", "picked"), [("independent", ["a"]), ("lockstep", ["a", "b"])])
def test_a_named_folder_picks_among_the_configured(
    tmp_path: Path, versions: Literal["independent", "lockstep"], picked: list[str]
) -> None:
    """Of several configured packages, the named one is meant, with those that share its version."""
    files = {"a/pyproject.toml": STATIC, "b/pyproject.toml": STATIC.replace("demo-kit", "b")}
    made = make_repository(tmp_path / "named", files)
    entries = (PackageSettings(path="a/"), PackageSettings(path="b"))
    settings = Settings(package=entries, versions=versions)

    found = read_facts(open_snapshot(made.folder, Runner()), settings, "a/src").packages

    assert [one.path for one in found] == picked


def test_configured_packages_are_taken(tmp_path: Path) -> None:
    """A configured path is the package, wherever it lies."""
    settings = Settings(package=(PackageSettings(path="tests/real/"),))
    files = {"pyproject.toml": STATIC, "tests/real/pyproject.toml": STATIC}

    assert [one.path for one in packages(tmp_path, files, settings)] == ["tests/real"]


def test_a_configured_path_must_hold_a_package(tmp_path: Path) -> None:
    """A path without a manifest is a fault of the configuration."""
    settings = Settings(package=(PackageSettings(path="nowhere"),))

    with pytest.raises(InvalidConfiguration, match="nowhere"):
        packages(tmp_path, {"pyproject.toml": STATIC}, settings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.black]\n", r"no \[project\] table"),
        (STATIC + 'classifiers = ["Private :: Do Not Upload"]\n', "not to be released"),
        (STATIC + "[tool.uv]\npackage = false\n", "not to be released"),
        ('[tool.poetry]\nname = "x"\npackage-mode = false\n', "not to be released"),
    ],
)
def test_what_is_no_package_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """A repository without a package, or with a private one, is refused with the reason."""
    with pytest.raises(NoPackage, match=said):
        packages(tmp_path, {"pyproject.toml": text})


def test_an_empty_repository_holds_no_package(tmp_path: Path) -> None:
    """Without any manifest the error says what was looked for."""
    with pytest.raises(NoPackage, match=r"no pyproject.toml"):
        packages(tmp_path, {"README.md": "x"})


def test_a_broken_manifest_is_said(tmp_path: Path) -> None:
    """A pyproject.toml that is no TOML is named with the parser's line."""
    with pytest.raises(InvalidConfiguration, match=r"pyproject.toml: .*line 2"):
        packages(tmp_path, {"pyproject.toml": "[project]\nname =\n"})


def test_a_computed_name_is_said(tmp_path: Path) -> None:
    """A name that only running setup.py would tell is an error."""
    with pytest.raises(InvalidConfiguration, match="name is computed"):
        packages(
            tmp_path, {"setup.py": "from setuptools import setup\nsetup(name=f(), version='1')"}
        )


HATCHLING = '[project]\nname = "x"\n[build-system]\nbuild-backend = "hatchling.build"\n'
HOSTILE = (
    '[project]\nname = 3\nversion = ["1"]\n[build-system]\nbuild-backend = 5\nrequires = "x"\n',
    'project = 1\ntool = "x"\nbuild-system = []\n',
    '[project]\nname = "x"\nscripts = 4\nclassifiers = 5\ndynamic = 1\n[tool]\nhatch = 1\n',
    '[project]\nname = "x"\n[tool]\nsetuptools = 2\npoetry = 3\npdm = []\nflit = 4\nuv = 6\n',
    HATCHLING + "[tool.hatch]\nversion = 5\n",
    HATCHLING + '[tool.hatch.version]\nsource = ["x"]\npath = 4\npattern = [1]\n',
    HATCHLING + '[tool.hatch.version]\npath = "pyproject.toml"\npattern = "(("\n',
    HATCHLING + '[tool.hatch.version]\npath = "../../etc/passwd"\n',
    HATCHLING.replace("hatchling", "scikit_build_core") + "[tool.scikit-build]\nmetadata = 5\n",
)


@pytest.mark.parametrize(
    "text",
    HOSTILE,
)
def test_values_of_the_wrong_type_are_no_traceback(tmp_path: Path, text: str) -> None:
    """Whatever a manifest holds, the answer is a package with its problem, or an error of ours."""
    try:
        found = packages(tmp_path, {"pyproject.toml": text})
    except (NoPackage, InvalidConfiguration):
        return
    assert [bool(package.problem) for package in found] == [True]


UV_ROOT = '[tool.uv.workspace]\nmembers = ["libs/*"]\nexclude = ["libs/old"]\n'
HATCH_ROOT = (
    '[tool.hatch.envs.default.workspace]\nmembers = ["libs/*", {path = "extra"}]\n'
    'exclude = ["libs/old*"]\n[tool.hatch.envs.test]\nworkspace.members = ["libs/a"]\n'
)
POETRY_ROOT = (
    '[tool.poetry]\nname = "all"\npackage-mode = false\n'
    '[tool.poetry.dependencies]\na = {path = "tools/a", develop = true}\n'
)
PDM_ROOT = (
    '[project]\nname = "all"\n[tool.pdm]\ndistribution = false\n'
    '[tool.pdm.dev-dependencies]\ndev = ["-e file:///${PROJECT_ROOT}/tools/a#egg=a"]\n'
)
PIXI_ROOT = (
    '[project]\nname = "all"\nclassifiers = ["Private :: Do Not Upload"]\n'
    '[tool.pixi.pypi-dependencies]\na = {path = "./tools/a", editable = true}\n'
)


@pytest.mark.parametrize(
    ("root", "folders", "found"),
    [
        (UV_ROOT, ("libs/a", "libs/b", "libs/old", "apps/c"), ["libs/a", "libs/b"]),
        (STATIC + UV_ROOT, ("libs/a",), ["", "libs/a"]),
        (STATIC + HATCH_ROOT, ("libs/a", "libs/older", "extra"), ["", "extra", "libs/a"]),
        (POETRY_ROOT, ("tools/a", "b"), ["b", "tools/a"]),
        (PDM_ROOT, ("tools/a",), ["tools/a"]),
        (PIXI_ROOT, ("tools/a", "tests/x"), ["tools/a"]),
        (STATIC, ("libs/a",), [""]),
    ],
    ids=["uv", "uv with a root", "hatch", "poetry", "pdm", "pixi", "none"],
)
def test_the_members_of_a_workspace_are_found(
    tmp_path: Path, root: str, folders: tuple[str, ...], found: list[str]
) -> None:
    """Each tool's way to name its members is read; a root that is a package is one of them."""
    files = {"pyproject.toml": root} | {
        f"{folder}/pyproject.toml": STATIC.replace("demo-kit", f"p-{number}")
        for number, folder in enumerate(folders)
    }
    assert sorted(one.path for one in packages(tmp_path, files)) == found


HATCH_TOML = '[envs.default]\nworkspace.members = ["scripts", "{}"]\n'


@pytest.mark.parametrize("root", ["", STATIC, f"{STATIC}{HATCH_ROOT}"])
def test_the_members_in_hatchs_own_file_come_before_those_in_the_manifest(
    tmp_path: Path, root: str
) -> None:
    """Its environments are in the place of those of their names; the root may be no package."""
    files = {"hatch.toml": HATCH_TOML.format("apps/b")} | {
        f"{folder}/pyproject.toml": STATIC.replace("demo-kit", folder.replace("/", "-"))
        for folder in ("scripts", "libs/c", "apps/b")
    }
    files |= {"pyproject.toml": root} if root else {}
    found = sorted(one.path for one in packages(tmp_path, files))
    assert found == [*([""] if root else []), "apps/b", "scripts"]


def test_a_glob_means_every_folder_that_it_fits_but_one_that_is_named(tmp_path: Path) -> None:
    """Stars stay in their folder; an entry of a folder's own counts before the glob's."""
    files = {
        f"{folder}/pyproject.toml": STATIC.replace("demo-kit", folder.replace("/", "-"))
        for folder in ("libs/a", "libs/b", "libs/deep/c", "apps/d")
    }
    settings = Settings(
        package=(PackageSettings(path="libs/*"), PackageSettings(path="libs/b", private=True))
    )
    assert [one.path for one in packages(tmp_path, files, settings)] == ["libs/a"]
    wide = Settings(package=(PackageSettings(path="libs/**"),))
    found = packages(tmp_path / "wide", files, wide)
    assert [one.path for one in found] == ["libs/a", "libs/b", "libs/deep/c"]
