from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.inspected import inspect_files
from tests.support.wheels import make_sdist, make_wheel

BUILD = '[build-system]\nrequires = ["flit_core"]\n'
INIT = {"demo/__init__.py": b""}
ABOUT = (
    "Summary: Demo\nAuthor: Ada\nProject-URL: Home, https://example.org\nKeywords: demo\n"
    "License-Expression: MIT\nLicense-File: LICENSE\nRequires-Python: >=3.9\n"
    "Description-Content-Type: text/markdown\n\n# Demo\n"
)


def codes(*paths: Path) -> list[str]:
    """Inspect, and give the codes of all findings, notes too."""
    return [found.code for found in inspect_files(paths, name="demo", version="1.0")]


IN_WHEEL = [
    ({"demo/one.py": b"x = 1\n", "demo/two.py": b"x = 1\n"}, "same-content"),
    ({"__init__.py": b"", **INIT}, "top-level-init"),
    ({"demo/not-a-name/code.py": b"", **INIT}, "not-importable"),
    ({"demo/with space.txt": b"1", **INIT}, "odd-path"),
    ({"demo/größe.txt": b"1", **INIT}, "odd-path"),
    ({f"demo/{'a' * 180}.txt": b"1", **INIT}, "long-path"),
]


@pytest.mark.parametrize(("modules", "code"), IN_WHEEL)
def test_what_is_odd_in_a_wheel_is_found(
    tmp_path: Path, modules: dict[str, bytes], code: str
) -> None:
    """Each oddity has its code, and makes no other one."""
    found = codes(make_wheel(tmp_path, modules=modules, headers=ABOUT))
    assert code in found
    assert set(found) & {other for _, other in IN_WHEEL} == {code}


def test_what_is_usual_is_no_oddity(tmp_path: Path) -> None:
    """Empty files, and `__init__.py` that say the same, are sound."""
    modules = {
        "demo/__init__.py": b"# MIT\n",
        "demo/sub/__init__.py": b"# MIT\n",
        "demo/a.txt": b"",
        "demo/b.txt": b"",
    }
    wheel = make_wheel(tmp_path, modules=modules, headers=ABOUT)
    assert set(codes(wheel)) & {code for _, code in IN_WHEEL} == set()


def test_what_setuptools_writes_into_an_sdist_is_no_oddity(tmp_path: Path) -> None:
    """Files of ``.egg-info`` that say the same are setuptools' own, and not said."""
    same = {"demo.egg-info/not-zip-safe": "\n", "demo.egg-info/dependency_links.txt": "\n"}
    assert "same-content" not in codes(make_sdist(tmp_path, files=same))
    assert "same-content" in codes(make_sdist(tmp_path, files={"a.txt": "\n", "b.txt": "\n"}))


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        (ABOUT.replace("License-Expression: MIT\nLicense-File: LICENSE\n", ""), "licence-unstated"),
        (ABOUT.replace("Author: Ada\n", ""), "page-bare"),
        (ABOUT.replace("Project-URL: Home, https://example.org\n", ""), "page-bare"),
        (ABOUT.replace("Description-Content-Type: text/markdown\n", ""), "description-type"),
    ],
)
def test_what_a_page_lacks_is_found(tmp_path: Path, headers: str, code: str) -> None:
    """A page without licence, author, address or the description's type is a note."""
    assert code in codes(make_wheel(tmp_path, headers=headers))
    assert code not in codes(make_sdist(tmp_path, headers=ABOUT))


EVERY_FIELD = f"""{BUILD}
[project]
name = "demo"
version = "1.0"
description = "Demo."
readme = {{ file = "README.md", content-type = "text/markdown" }}
requires-python = ">=3.9"
license = "MIT"
license-files = ["LICENSE"]
authors = [{{ name = "Ada" }}]
maintainers = [{{ email = "ada@example.org" }}]
keywords = ["demo"]
classifiers = []
dependencies = ["packaging"]
dynamic = []
import-names = ["demo"]
import-namespaces = []
[project.optional-dependencies]
more = ["packaging"]
[project.urls]
Home = "https://example.org"
[project.scripts]
demo = "demo:main"
[project.gui-scripts]
[project.entry-points.group]
"""


def test_every_field_of_the_specification_is_known(tmp_path: Path) -> None:
    """A project table with all that PEP 621 and its successors have is sound."""
    sdist = make_sdist(tmp_path, headers=ABOUT, files={"pyproject.toml": EVERY_FIELD})
    assert not [code for code in codes(sdist) if code.startswith("project-")]


@pytest.mark.parametrize(
    ("project", "code"),
    [
        (None, "backend-unstated"),
        ('[project]\nname = "demo"\n', "backend-unstated"),
        ("[project\n", "project-malformed"),
        (b"\xff\xfe", "project-malformed"),
        ("x = " + "[" * 100_000, "project-malformed"),
        ("[build-system]\n", "project-malformed"),
        ('[build-system]\nrequires = "flit"\n', "project-malformed"),
        ("build-system = 1\n", "project-malformed"),
        (f"project = 1\n{BUILD}", "project-invalid"),
        (f'{BUILD}[project]\nname = "demo"\nversion = "1.0"\nkeywords = "a"\n', "project-invalid"),
        (f'{BUILD}[project]\nname = "demo"\nversion = "1.0"\nhomepage = "a"\n', "project-invalid"),
        (f'{BUILD}[project]\nname = "demo"\n', "project-invalid"),
        (
            f'{BUILD}[project]\nname = "demo"\nversion = "1"\ndynamic = ["version"]\n',
            "project-invalid",
        ),
    ],
)
def test_an_sdist_says_what_builds_it(
    tmp_path: Path, project: str | bytes | None, code: str
) -> None:
    """pyproject.toml is to be there, to be TOML, and to state its build system (PEP 518)."""
    files = {"pyproject.toml": project, "setup.py": "", "LICENSE": "MIT"}
    assert code in codes(make_sdist(tmp_path, headers=ABOUT, files=files))
    files["pyproject.toml"] = BUILD
    assert code not in codes(make_sdist(tmp_path, headers=ABOUT, files=files))


def test_a_table_with_every_field_is_as_its_specification_has_it(tmp_path: Path) -> None:
    """No field of PEP 621, PEP 639 or PEP 794 is taken for none."""
    lists = ("dependencies", "classifiers", "keywords", "authors", "maintainers", "license-files")
    listed = "".join(f"{name} = []\n" for name in (*lists, "dynamic", "import-names"))
    texts = "".join(f'{name} = "1"\n' for name in ("name", "version", "description", "readme"))
    tables = "".join(f"[project.{name}]\n" for name in ("urls", "scripts", "gui-scripts"))
    more = "[project.optional-dependencies]\n[project.entry-points]\n"
    files = {"pyproject.toml": f"{BUILD}[project]\n{texts}{listed}{tables}{more}", "LICENSE": "MIT"}
    assert "project-invalid" not in codes(make_sdist(tmp_path, headers=ABOUT, files=files))
