from __future__ import annotations

from pathlib import Path

import pytest

from tests.binaries.wheels import best, findings, look, told
from tests.support.compiled import compiled, module_for

NEWER = """
FROM extern const char *PyUnicode_AsUTF8AndSize(void *, long *);
API void *PyInit_core(void) { return (void *)PyUnicode_AsUTF8AndSize(0, 0); }
"""
"""In the stable ABI since Python 3.10."""

FOREIGN = """
FROM extern int _PyLong_AsByteArray(void *, void *, long, int, int);
API void *PyInit_core(void) { _PyLong_AsByteArray(0, 0, 0, 0, 0); return 0; }
"""
"""In no stable ABI."""

TARGETS = ["x86_64-linux-gnu.2.17", "aarch64-macos.11.0", "x86_64-windows-gnu"]
TAGS = ["manylinux_2_17_x86_64", "macosx_11_0_arm64", "win_amd64"]
NAMES = ["core.abi3.so", "core.abi3.so", "core.pyd"]
PLACES = list(zip(TARGETS, TAGS, NAMES, strict=True))


def using(target: str, source: str) -> bytes:
    """Compile a module that uses one function of Python."""
    function = source.split("Py", 1)[1].split("(", maxsplit=1)[0]
    prefix = "_" if "_Py" in source else ""
    imports = {"python3.dll": (f"{prefix}Py{function}",)}
    return compiled(target, source, imports=imports if "windows" in target else {})


@pytest.mark.parametrize(("target", "platform", "name"), PLACES)
def test_what_is_in_no_stable_abi_is_refused(
    tmp_path: Path, target: str, platform: str, name: str
) -> None:
    """A module for abi3 that uses a function of one Python alone is a fault, in every format."""
    files = {f"demo/{name}": using(target, FOREIGN)}
    looked = look(tmp_path, f"cp39-abi3-{platform}", files)
    assert [one for one in told(looked) if one[0] == "fault"] == [("fault", "stable-abi")]
    assert any("_PyLong_AsByteArray" in one.said for one in findings(looked))
    assert best(looked) == ""


@pytest.mark.parametrize(("target", "platform", "name"), PLACES)
def test_what_came_later_to_the_stable_abi_is_refused(
    tmp_path: Path, target: str, platform: str, name: str
) -> None:
    """A module for the stable ABI of 3.9 that uses 3.10's is a fault, and 3.10 is the best tag."""
    files = {f"demo/{name}": using(target, NEWER)}
    looked = look(tmp_path, f"cp39-abi3-{platform}", files)
    assert ("fault", "stable-abi") in told(looked)
    assert any("3.10" in one.said for one in findings(looked))
    assert best(looked).startswith("cp310-abi3-")
    sound = look(tmp_path, f"cp310-abi3-{platform}", files)
    assert [one for one in told(sound) if one[0] == "fault"] == []


def test_a_module_that_is_linked_to_one_python_is_not_for_the_stable_abi(tmp_path: Path) -> None:
    """On Windows the stable ABI is in python3.dll; python311.dll is one Python's own."""
    module = compiled("x86_64-windows-gnu", imports={"python311.dll": ("PyModule_Create2",)})
    files = {"demo/core.pyd": module}
    assert told(look(tmp_path, "cp311-abi3-win_amd64", files)) == [("fault", "stable-abi")]
    assert told(look(tmp_path, "cp312-cp312-win_amd64", files)) == [("fault", "other-python")]
    assert told(look(tmp_path, "cp311-cp311-win_amd64", files)) == []


SUFFIXES = [
    ("cp311-cp311-manylinux_2_17_x86_64", "core.cpython-311-x86_64-linux-gnu.so", True),
    ("cp311-cp311-manylinux_2_17_x86_64", "core.abi3.so", True),
    ("cp311-cp311-manylinux_2_17_x86_64", "core.so", True),
    ("cp311-cp311-manylinux_2_17_x86_64", "core.cpython-312-x86_64-linux-gnu.so", False),
    ("cp313-cp313t-manylinux_2_17_x86_64", "core.cpython-313t-x86_64-linux-gnu.so", True),
    ("cp313-cp313t-manylinux_2_17_x86_64", "core.cpython-313-x86_64-linux-gnu.so", False),
    ("cp311-cp311-manylinux_2_17_x86_64", "core.cpython-311-aarch64-linux-gnu.so", False),
    ("cp311-cp311-manylinux_2_17_x86_64", "core.cpython-311-x86_64-linux-musl.so", False),
    ("cp311-cp311-manylinux_2_17_x86_64", "core.cpython-311-darwin.so", False),
    ("cp39-abi3-manylinux_2_17_x86_64", "core.cpython-39-x86_64-linux-gnu.so", False),
    ("pp310-pypy310_pp73-manylinux_2_17_x86_64", "core.pypy310-pp73-x86_64-linux-gnu.so", True),
]


@pytest.mark.parametrize(("tag", "name", "sound"), SUFFIXES)
def test_the_name_of_a_module_agrees_with_the_tag(
    tmp_path: Path, tag: str, name: str, *, sound: bool
) -> None:
    """A module that the tag's Python does not import by its name is a fault."""
    looked = look(tmp_path, tag, {f"demo/{name}": module_for("x86_64-linux-gnu.2.17")})
    assert (("fault", "other-python") in told(looked)) is not sound


@pytest.mark.parametrize(
    ("tag", "names", "noted"),
    [
        ("cp311-cp311", ["core.abi3.so", "more.abi3.so"], True),
        ("cp311-cp311", ["core.abi3.so", "more.cpython-311-x86_64-linux-gnu.so"], False),
        ("cp311-abi3", ["core.abi3.so"], False),
        ("cp313-cp313t", ["core.abi3.so"], False),
        ("py3-none", ["core.abi3.so"], False),
    ],
)
def test_modules_for_many_pythons_under_the_tag_of_one_are_noted(
    tmp_path: Path, tag: str, names: list[str], *, noted: bool
) -> None:
    """Where every module is for the stable ABI, other Pythons are kept out that could import it."""
    files = {f"demo/{name}": module_for("x86_64-linux-gnu.2.17") for name in names}
    looked = look(tmp_path, f"{tag}-manylinux_2_17_x86_64", files)
    said = [one.said for one in findings(looked) if one.code == "narrow-tag"]
    wider = "cp311-abi3 is true as well"
    alone = f"every module in it is named abi3, and one Python alone installs it: {wider}"
    assert said == ([alone] if noted else [])


def test_a_wheel_may_hold_a_module_for_each_python(tmp_path: Path) -> None:
    """Several files of one module, for several Pythons, are no slip; one alone is told."""
    module = module_for("x86_64-linux-gnu.2.17")
    ends = [f"cpython-{version}-x86_64-linux-gnu.so" for version in ("311", "312")]
    files = {f"demo/core.{end}": module for end in ends}
    assert told(look(tmp_path, "py3-none-manylinux_2_17_x86_64", files)) == []
    one = {f"demo/core.{ends[0]}": module}
    assert told(look(tmp_path, "py3-none-manylinux_2_17_x86_64", one)) == [
        ("warning", "other-python")
    ]
