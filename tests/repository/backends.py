"""Realistic manifests of every build backend."""

from __future__ import annotations

from collections.abc import Mapping

from tests.repository.made import INIT, project

STATED: dict[str, tuple[Mapping[str, str], str, str]] = {
    "hatchling, static": (
        {"pyproject.toml": project("hatchling.build", 'version = "1.2.3"', dynamic=False)},
        "pyproject.toml",
        "project.version",
    ),
    "hatchling, path": (
        {
            "pyproject.toml": project(
                "hatchling.build", "[tool.hatch.version]", 'path = "src/demo_kit/__about__.py"'
            ),
            "src/demo_kit/__about__.py": '# comment\n__version__: str = "1.2.3"\n',
        },
        "src/demo_kit/__about__.py",
        "__version__",
    ),
    "hatchling, pattern": (
        {
            "pyproject.toml": project(
                "hatchling.build",
                "[tool.hatch.version]",
                'path = "build.txt"',
                "pattern = 'number is (?P<version>\\S+)'",
            ),
            "build.txt": "the\nnumber is 1.2.3\n",
        },
        "build.txt",
        "pattern:number is (?P<version>\\S+)",
    ),
    "hatchling, hatch.toml": (
        {
            "pyproject.toml": project("hatchling.build"),
            "hatch.toml": '[version]\npath = "demo_kit/__init__.py"\n',
            "demo_kit/__init__.py": INIT,
        },
        "demo_kit/__init__.py",
        "__version__",
    ),
    "flit": (
        {"pyproject.toml": project("flit_core.buildapi"), "src/demo_kit/__init__.py": INIT},
        "src/demo_kit/__init__.py",
        "__version__",
    ),
    "flit, old table, single module": (
        {
            "pyproject.toml": (
                '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
                '[tool.flit.metadata]\nmodule = "demo"\nauthor = "A"\n'
            ),
            "demo.py": INIT,
        },
        "demo.py",
        "__version__",
    ),
    "setuptools, attr": (
        {
            "pyproject.toml": project(
                "setuptools.build_meta",
                "[tool.setuptools.dynamic]",
                'version = {attr = "demo_kit.__version__"}',
            ),
            "src/demo_kit/__init__.py": INIT,
        },
        "src/demo_kit/__init__.py",
        "__version__",
    ),
    "setuptools, attr through an import": (
        {
            "pyproject.toml": project(
                "setuptools.build_meta",
                "[tool.setuptools.dynamic]",
                'version = {attr = "demo_kit.__version__"}',
            ),
            "demo_kit/__init__.py": "from ._version import number as __version__\n",
            "demo_kit/_version.py": 'number = "1.2.3"\n',
        },
        "demo_kit/_version.py",
        "number",
    ),
    "setuptools, attr through a tuple": (
        {
            "pyproject.toml": project(
                "setuptools.build_meta",
                "[tool.setuptools.dynamic]",
                'version = {attr = "demo_kit.__version__"}',
            ),
            "demo_kit/__init__.py": (
                'VERSION = (1, 2, 3)\n__version__ = ".".join(str(part) for part in VERSION)\n'
            ),
        },
        "demo_kit/__init__.py",
        "VERSION",
    ),
    "setuptools, file": (
        {
            "pyproject.toml": project(
                "setuptools.build_meta",
                "[tool.setuptools.dynamic]",
                'version = {file = ["VERSION"]}',
            ),
            "VERSION": "1.2.3\n",
        },
        "VERSION",
        "",
    ),
    "setup.cfg": (
        {"setup.cfg": "[metadata]\nname = demo-kit\nversion = 1.2.3\n", "setup.py": "setup()\n"},
        "setup.cfg",
        "metadata.version",
    ),
    "setup.cfg, attr": (
        {
            "setup.cfg": (
                "[metadata]\nname = demo-kit\nversion = attr: demo_kit.VERSION\n"
                "[options]\npackage_dir =\n    = lib\n"
            ),
            "lib/demo_kit.py": 'VERSION = "1.2.3"\n',
        },
        "lib/demo_kit.py",
        "VERSION",
    ),
    "setup.cfg, file": (
        {
            "setup.cfg": "[metadata]\nname = demo-kit\nversion = file: demo_kit/VERSION\n",
            "demo_kit/VERSION": "1.2.3",
        },
        "demo_kit/VERSION",
        "",
    ),
    "setup.py, keyword": (
        {"setup.py": 'from setuptools import setup\nsetup(name="demo-kit", version="1.2.3")\n'},
        "setup.py",
        "setup(version)",
    ),
    "setup.py, dictionary": (
        {
            "setup.py": (
                "import setuptools\n"
                'about = dict(name="demo-kit", version="1.2.3")\nsetuptools.setup(**about)\n'
            )
        },
        "setup.py",
        "setup(version)",
    ),
    "setup.py, constant": (
        {
            "setup.py": (
                "from setuptools import setup\nNAME = 'demo-kit'\nDEMO = '1.2.3'\n"
                "if __name__ == '__main__':\n    setup(name=NAME, version=DEMO)\n"
            )
        },
        "setup.py",
        "DEMO",
    ),
    "setup.py, import": (
        {
            "setup.py": (
                "from setuptools import setup\nfrom demo_kit import __version__\n"
                "setup(name='demo-kit', version=__version__)\n"
            ),
            "demo_kit/__init__.py": INIT,
        },
        "demo_kit/__init__.py",
        "__version__",
    ),
    "setup.py, module attribute": (
        {
            "setup.py": (
                "from setuptools import setup\nimport demo_kit.version as v\n"
                "setup(name='demo-kit', version=v.VERSION)\n"
            ),
            "demo_kit/version.py": "VERSION = '1.2.3'\n",
        },
        "demo_kit/version.py",
        "VERSION",
    ),
    "setup.py, exec": (
        {
            "setup.py": (
                "import os\nfrom setuptools import setup\nabout = {}\n"
                "here = os.path.abspath(os.path.dirname(__file__))\n"
                "with open(os.path.join(here, 'src', 'demo_kit', '__version__.py')) as f:\n"
                "    exec(f.read(), about)\n"
                "setup(name='demo-kit', version=about['__version__'])\n"
            ),
            "src/demo_kit/__version__.py": '__title__ = "x"\n__version__ = "1.2.3"\n',
        },
        "src/demo_kit/__version__.py",
        "__version__",
    ),
    "setup.py, pattern": (
        {
            "setup.py": (
                "import re\nfrom pathlib import Path\nfrom setuptools import setup\n"
                "def read():\n"
                "    text = (Path(__file__).parent / 'demo_kit' / '__init__.py').read_text()\n"
                "    return re.search(r'__version__ = \"(.+)\"', text).group(1)\n"
                "setup(name='demo-kit', version=read())\n"
            ),
            "demo_kit/__init__.py": INIT,
        },
        "demo_kit/__init__.py",
        "__version__",
    ),
    "setup.py, version file": (
        {
            "setup.py": (
                "from setuptools import setup\n"
                "setup(name='demo-kit', version=open('version.txt').read().strip())\n"
            ),
            "version.txt": "1.2.3\n",
        },
        "version.txt",
        "",
    ),
    "poetry": (
        {
            "pyproject.toml": (
                '[tool.poetry]\nname = "demo-kit"\nversion = "1.2.3"\n'
                '[tool.poetry.dependencies]\npython = "^3.9"\n'
                '[build-system]\nrequires = ["poetry-core"]\n'
                'build-backend = "poetry.core.masonry.api"\n'
            )
        },
        "pyproject.toml",
        "tool.poetry.version",
    ),
    "pdm, file": (
        {
            "pyproject.toml": project(
                "pdm.backend",
                "[tool.pdm.version]",
                'source = "file"',
                'path = "src/demo_kit/__init__.py"',
            ),
            "src/demo_kit/__init__.py": INIT,
        },
        "src/demo_kit/__init__.py",
        "__version__",
    ),
    "uv_build": (
        {"pyproject.toml": project("uv_build", 'version = "1.2.3"', dynamic=False)},
        "pyproject.toml",
        "project.version",
    ),
    "maturin": (
        {
            "pyproject.toml": project("maturin"),
            "Cargo.toml": '[package]\nname = "demo-kit"\nversion = "1.2.3" # crate\n',
        },
        "Cargo.toml",
        "package.version",
    ),
    "maturin, workspace": (
        {
            "pyproject.toml": project(
                "maturin", "[tool.maturin]", 'manifest-path = "crates/py/Cargo.toml"'
            ),
            "Cargo.toml": '[workspace.package]\nversion = "1.2.3"\n',
            "crates/py/Cargo.toml": '[package]\nname = "demo-kit"\nversion.workspace = true\n',
        },
        "Cargo.toml",
        "workspace.package.version",
    ),
    "scikit-build-core, regex": (
        {
            "pyproject.toml": project(
                "scikit_build_core.build",
                "[tool.scikit-build.metadata.version]",
                'provider = "scikit_build_core.metadata.regex"',
                'input = "src/demo_kit/__init__.py"',
            ),
            "src/demo_kit/__init__.py": INIT,
        },
        "src/demo_kit/__init__.py",
        "__version__",
    ),
    "meson-python": (
        {
            "pyproject.toml": project("mesonpy"),
            "meson.build": "project(\n  'demo',\n  'c',\n  version: '1.2.3',\n)\n",
        },
        "meson.build",
        r"re:\bproject\s*\([^)]*?\bversion\s*:\s*'(?P<version>[^']+)'",
    ),
    "a backend of its own on top of setuptools": (
        {
            "pyproject.toml": (
                '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "backend"\n'
                'backend-path = ["_build"]\n[project]\nname = "demo-kit"\ndynamic = ["version"]\n'
                '[tool.setuptools.dynamic]\nversion = {file = "VERSION"}\n'
            ),
            "VERSION": "1.2.3",
        },
        "VERSION",
        "",
    ),
}
"""What it is → its files, the file that states the version, and what in it."""
