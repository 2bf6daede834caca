"""ST401 to ST418: what is found, and what is left alone."""

from __future__ import annotations

import pytest

from tests.rules.verdicts import Case, Files
from tests.support.trees import PROJECT


def project(*lines: str, **files: str) -> Files:
    """Give a manifest with more lines in ``[project]``, and further files by stem."""
    text = PROJECT + "".join(f"{line}\n" for line in lines)
    return {"pyproject.toml": text, **{name.replace("_", "."): t for name, t in files.items()}}


def classified(*names: str) -> str:
    """Give the line of the classifiers."""
    return "classifiers = [\n" + "".join(f'    "{name}",\n' for name in names) + "]"


PYTHON = "Programming Language :: Python :: 3."
NINE = 'requires-python = ">=3.9"'
LONG = "x" * 33
README = 'readme = "README.md"'
SETUP = "from setuptools import setup\nsetup(name='demo', version='1', {})\n"
MARKED = b"\xef\xbb\xbf"
STARRED = SETUP.format("**x")

CASES = [
    Case("ST401", project(), ("pyproject.toml",)),
    Case("ST401", project(NINE)),
    Case("ST401", {"setup.py": SETUP.format("python_requires=computed()")}),
    Case("ST401", {"setup.py": f"x = {{'python_requires': '>=3.9'}}\nx['url'] = y()\n{STARRED}"}),
    Case("ST401", {"setup.py": f"x = {{}}\nx['python_requires'] = '>=3.9'\n{STARRED}"}),
    Case("ST401", {"setup.py": f"x = {{}}\nx.update(more())\n{STARRED}"}),
    Case("ST401", {"setup.py": f"x = {{'url': y()}}\n{STARRED}"}, ("setup.py",)),
    Case("ST424", {"pyproject.toml": MARKED + PROJECT.encode()}, ("pyproject.toml:1",)),
    Case(
        "ST424",
        {**project(), "setup.cfg": MARKED + b"[metadata]\nname = x\n"},
        ("setup.cfg:1",),
    ),
    Case("ST424", {**project(), "README.md": MARKED + b"# Demo\n"}),
    Case("ST402", project('requires-python = "3.9+"'), ("pyproject.toml:8",)),
    Case("ST402", project(NINE)),
    Case("ST403", project(NINE, classified(f"{PYTHON}8", f"{PYTHON}9")), ("pyproject.toml:10",)),
    Case("ST403", project('requires-python = ">=3.9.1"', classified(f"{PYTHON}9"))),
    Case("ST404", project(NINE, classified(f"{PYTHON}10", f"{PYTHON}11")), ("pyproject.toml:8",)),
    Case("ST404", project(NINE, classified(f"{PYTHON}9", f"{PYTHON}11"))),
    Case("ST404", project(NINE, classified(f"{PYTHON}11"))),
    Case("ST405", project(), ("pyproject.toml",)),
    Case("ST405", project('license = "MIT"')),
    Case("ST405", {**project(), "COPYING": "Do."}),
    Case("ST406", project('license-files = ["LICENSE*"]'), ("pyproject.toml:8",)),
    Case("ST406", {**project('license-files = ["LICENSE*"]'), "LICENSE.txt": ""}),
    Case("ST406", {**project('license-files = ["licenses/**/*.txt"]'), "licenses/a/b.txt": ""}),
    Case("ST406", project('license = {file = "LICENSE"}'), ("pyproject.toml:8",)),
    Case(
        "ST407",
        project('license = "MIT"', classified("License :: OSI Approved :: MIT License")),
        ("pyproject.toml:10",),
    ),
    Case("ST407", project(classified("License :: OSI Approved :: MIT License"))),
    Case("ST408", project(classified("Topic :: Sailing")), ("pyproject.toml:9",)),
    Case("ST408", project(classified("Topic :: Utilities"))),
    Case("ST409", project(classified("Natural Language :: Ukranian")), ("pyproject.toml:9",)),
    Case("ST409", project(classified("Natural Language :: Ukrainian"))),
    Case("ST410", project(README), ("pyproject.toml:8",)),
    Case("ST410", project(README, README_md="# Demo\n")),
    Case(
        "ST411",
        {**project('readme = "README.rst"'), "README.rst": "Demo\n====\n\n.. nothing::\n\n`x\n"},
        ("README.rst",),
    ),
    Case("ST411", {**project('readme = "README.rst"'), "README.rst": "Demo\n====\n\nWords.\n"}),
    Case("ST412", project(README, README_md="# Demo\n\n![a](docs/a.png)\n"), ("README.md:3",)),
    Case("ST412", project(README, README_md='# Demo\n<img src="a.png">\n'), ("README.md:2",)),
    Case("ST412", project(README, README_md="![a](https://example.org/a.png) `![b](b.png)`\n")),
    Case("ST412", project(README, README_md="```\n![a](a.png)\n```\n[a]: b\n")),
    Case(
        "ST413",
        project('dependencies = ["x @ https://example.org/x.whl"]'),
        ("pyproject.toml:8",),
    ),
    Case("ST413", project('dependencies = ["x>=1"]')),
    Case("ST414", project('dependencies = ["x=>1"]'), ("pyproject.toml:8",)),
    Case("ST414", project("dependencies = [\"x[y]>=1; python_version < '3.12'\"]")),
    Case("ST415", project('urls = { Home = "example.org" }'), ("pyproject.toml:8",)),
    Case("ST415", project('urls = { Home = "https://example.org/a" }')),
    Case(
        "ST415", project(f'urls = {{ {"x" * 33} = "https://example.org" }}'), ("pyproject.toml:8",)
    ),
    Case("ST416", project('description = """one\ntwo"""'), ("pyproject.toml:8",)),
    Case("ST416", project(f'description = "{"x" * 513}"'), ("pyproject.toml:8",)),
    Case("ST416", project('description = "One line."')),
    Case("ST417", project('description = "x"', 'dynamic = ["description"]'), ("pyproject.toml:9",)),
    Case("ST417", project('dynamic = ["description"]')),
    Case("ST418", {"pyproject.toml": '[project]\nname = "demo"\n'}, ("pyproject.toml",)),
    Case("ST418", project()),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_the_verdict_is_right(case: Case) -> None:
    """The rule finds the flaws of the manifest, on their lines, and no others."""
    case.check()


@pytest.mark.parametrize(
    ("files", "where"),
    [
        ({"setup.py": SETUP.format("classifiers=['Topic :: Sailing']")}, "setup.py:2"),
        (
            {"setup.cfg": "[metadata]\nname = demo\nclassifiers =\n    Topic :: Sailing\n"},
            "setup.cfg:4",
        ),
        (
            {
                "pyproject.toml": '[tool.poetry]\nname = "demo"\nversion = "1"\n'
                'classifiers = ["Topic :: Sailing"]\n'
            },
            "pyproject.toml:4",
        ),
    ],
)
def test_metadata_is_read_wherever_it_is_stated(files: Files, where: str) -> None:
    """A classifier is found in setup.py, in setup.cfg and in poetry's table, too."""
    Case("ST408", files, (where,)).check()


def test_a_poetry_dependency_by_address_is_found() -> None:
    """A dependency on a git repository in poetry's table is one by address."""
    text = (
        '[tool.poetry]\nname = "demo"\nversion = "1"\n[tool.poetry.dependencies]\n'
        'python = "^3.9"\nother = { git = "https://example.org/other" }\n'
    )
    Case("ST413", {"pyproject.toml": text}, ("pyproject.toml:6",)).check()
