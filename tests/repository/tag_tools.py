"""Realistic manifests of the tools that take the version from the tag."""

from __future__ import annotations

from collections.abc import Mapping

from tests.repository.made import project

TAGGED: dict[str, tuple[Mapping[str, str], str]] = {
    "setuptools-scm": (
        {
            "pyproject.toml": project(
                "setuptools.build_meta",
                "[tool.setuptools_scm]",
                requires='"setuptools", "setuptools_scm[toml]>=6"',
            )
        },
        "setuptools-scm",
    ),
    "setuptools-scm without a table": (
        {
            "pyproject.toml": project(
                "setuptools.build_meta", requires='"setuptools", "setuptools-scm"'
            )
        },
        "setuptools-scm",
    ),
    "an attribute that setuptools-scm computes": (
        {
            "pyproject.toml": project(
                "setuptools.build_meta",
                "[tool.setuptools.dynamic]",
                'version = { attr = "helper.version" }',
                requires='"setuptools"',
            ),
            "helper.py": (
                "from setuptools_scm import get_version\n\n\n"
                "def version():\n    return get_version()\n"
            ),
        },
        "setuptools-scm",
    ),
    "setup.py, use_scm_version": (
        {
            "setup.py": (
                "from setuptools import setup\nsetup(name='demo-kit', use_scm_version=True,"
                " setup_requires=['setuptools_scm'])\n"
            )
        },
        "setuptools-scm",
    ),
    "attr of a file that the tool writes": (
        {
            "pyproject.toml": project(
                "setuptools.build_meta",
                "[tool.setuptools.dynamic]",
                'version = {attr = "demo_kit._version.version"}',
                requires='"setuptools", "setuptools-scm"',
            ),
            "demo_kit/__init__.py": "",
        },
        "setuptools-scm",
    ),
    "hatch-vcs": (
        {"pyproject.toml": project("hatchling.build", "[tool.hatch.version]", 'source = "vcs"')},
        "hatch-vcs",
    ),
    "uv-dynamic-versioning": (
        {
            "pyproject.toml": project(
                "hatchling.build", "[tool.hatch.version]", 'source = "uv-dynamic-versioning"'
            )
        },
        "uv-dynamic-versioning",
    ),
    "versioningit": (
        {
            "pyproject.toml": project(
                "setuptools.build_meta",
                "[tool.versioningit]",
                requires='"setuptools", "versioningit"',
            )
        },
        "versioningit",
    ),
    "poetry-dynamic-versioning": (
        {
            "pyproject.toml": (
                '[tool.poetry]\nname = "demo-kit"\nversion = "0.0.0"\n'
                "[tool.poetry-dynamic-versioning]\nenable = true\n[build-system]\n"
                'requires = ["poetry-core", "poetry-dynamic-versioning"]\n'
                'build-backend = "poetry_dynamic_versioning.backend"\n'
            )
        },
        "poetry-dynamic-versioning",
    ),
    "pdm, scm": (
        {"pyproject.toml": project("pdm.backend", "[tool.pdm.version]", 'source = "scm"')},
        "pdm-backend",
    ),
    "flit-scm": ({"pyproject.toml": project("flit_scm:buildapi")}, "flit-scm"),
    "scikit-build-core, scm": (
        {
            "pyproject.toml": project(
                "scikit_build_core.build",
                "[tool.scikit-build]",
                'metadata.version.provider = "scikit_build_core.metadata.setuptools_scm"',
            )
        },
        "setuptools-scm",
    ),
    "versioneer": (
        {
            "setup.py": (
                "import versioneer\nfrom setuptools import setup\n"
                "setup(name='demo-kit', version=versioneer.get_version())\n"
            )
        },
        "versioneer",
    ),
    "pbr, as the build backend": (
        {"pyproject.toml": project("pbr.build", requires='"pbr>=6", "setuptools"')},
        "pbr",
    ),
    "pbr": (
        {
            "setup.py": "import setuptools\nsetuptools.setup(setup_requires=['pbr'], pbr=True)\n",
            "setup.cfg": "[metadata]\nname = demo-kit\n",
        },
        "pbr",
    ),
}
"""What it is → its files, and the tool."""
