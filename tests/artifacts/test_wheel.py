from __future__ import annotations

import stat
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from seatrial.artifacts import archives
from seatrial.artifacts.modules import holds_module, is_extension, module_name, top_level
from seatrial.artifacts.wheel import EntryPoint, read_wheel
from seatrial.errors import InspectionFailed
from tests.support.wheels import make_wheel

MODULES: list[tuple[list[str], tuple[str, ...]]] = [
    (["demo/__init__.py", "demo/core.py"], ("demo",)),
    (["demo.py"], ("demo",)),
    (["a.py", "b/__init__.py"], ("a", "b")),
    (["core.cpython-311-x86_64-linux-gnu.so"], ("core",)),
    (["core.abi3.so", "_core.cp311-win_amd64.pyd", "old.pyd"], ("_core", "core", "old")),
    (["core.pypy310-pp73-darwin.so"], ("core",)),
    (["top/mid/one/__init__.py", "top/mid/two/__init__.py"], ("top.mid.one", "top.mid.two")),
    (["space/one.py", "space/two.py"], ("space",)),
    (["space/__init__.cpython-311-darwin.so"], ("space",)),
    (["demo-stubs/__init__.pyi"], ()),
    (["demo/py.typed", "demo/data.json"], ()),
    (["demo.libs/libz.so.1", "__main__.py", "class.py", "1st.py", "demo.pth"], ()),
    (["demo/__init__.py", "demo/__pycache__/core.pyc"], ("demo",)),
    (["__pycache__/demo.cpython-311.pyc"], ()),
    (["legacy.pyc"], ("legacy",)),
    ([], ()),
]


@pytest.mark.parametrize(("paths", "names"), MODULES)
def test_every_top_level_module_is_named_once(paths: list[str], names: tuple[str, ...]) -> None:
    """Modules, packages, extension modules and the packages in namespaces are to be imported."""
    assert top_level(paths) == names


@pytest.mark.parametrize(
    ("dotted", "there"),
    [
        ("demo", True),
        ("demo.cli", True),
        ("demo.fast", True),
        ("demo.deep.down", True),
        ("demo.cl", False),
        ("cli", False),
        ("demo.data", False),
    ],
)
def test_a_module_is_found_by_its_dotted_name(dotted: str, *, there: bool) -> None:
    """Source files, folders and extension modules count as modules."""
    paths = ["demo/__init__.py", "demo/cli.py", "demo/fast.abi3.so", "demo/deep/down/__init__.py"]
    assert holds_module(frozenset([*paths, "demo/data.json"]), dotted) is there


def test_a_shared_library_is_no_extension_module() -> None:
    """Only what Python can import is an extension module."""
    assert is_extension("demo/core.abi3.so")
    assert not is_extension("demo/libcore.so")
    assert not is_extension("demo.libs/z-1.2.so.3")
    assert module_name("data.json") == ""


def test_a_wheel_says_what_it_is(tmp_path: Path) -> None:
    """Names, tags, headers, modules, scripts, members and RECORD are read."""
    path = make_wheel(
        tmp_path,
        "Demo.Lib",
        "1.0rc1",
        modules={"demo_lib/__init__.py": "", "demo_lib/data.json": "{}"},
        scripts={"Demo": "demo_lib:main [extra]"},
        tag="py2.py3-none-any",
        headers="Requires-Dist: a\nRequires-Dist: b>1\nSummary: Größe\n\nLong\n",
    )
    wheel = read_wheel(path)
    assert (wheel.name, wheel.version, wheel.build) == ("demo-lib", "1.0rc1", "")
    assert wheel.tags == ("py2-none-any", "py3-none-any")
    assert wheel.wheel["tag"] == wheel.tags
    assert wheel.dist_info == "demo_lib-1.0rc1.dist-info"
    assert wheel.modules == ("demo_lib",)
    assert wheel.console_scripts == (
        EntryPoint(group="console_scripts", name="Demo", target="demo_lib:main"),
    )
    assert wheel.gui_scripts == ()
    assert wheel.metadata.every("requires-dist") == ("a", "b>1")
    assert wheel.metadata.first("Summary") == "Größe"
    assert wheel.metadata.description == "Long\n"
    assert wheel.metadata.raw.startswith(b"Metadata-Version")
    assert wheel.size == path.stat().st_size
    assert {entry.path for entry in wheel.record} == {member.path for member in wheel.members}


def test_the_data_folder_is_read_as_it_is_installed(tmp_path: Path) -> None:
    """Modules in .data/purelib count, programs in .data/scripts are named, other data is not."""
    wheel = read_wheel(
        make_wheel(
            tmp_path,
            modules={
                "demo-1.0.data/platlib/inner/__init__.py": "",
                "demo-1.0.data/scripts/run": "#!python",
                "demo-1.0.data/data/share/x.py": "",
            },
        )
    )
    assert wheel.modules == ("inner",)
    assert wheel.programs == ("run",)


def test_an_old_description_in_a_header_is_read(tmp_path: Path) -> None:
    """Metadata before 2.1 kept the description in an indented header."""
    header = "Description: Demo\n        |x\n       |indented\n        more\n"
    wheel = read_wheel(make_wheel(tmp_path, headers=header))
    assert wheel.metadata.description == "Demo\n|x\nindented\nmore"


HOSTILE: list[tuple[dict[str, str | bytes | None], str]] = [
    ({"../evil.py": ""}, "no plain relative one"),
    ({"/etc/passwd": ""}, "no plain relative one"),
    ({"demo/../../evil": ""}, "no plain relative one"),
    ({"C:/evil": ""}, "no plain relative one"),
    ({"demo//x": ""}, "no plain relative one"),
    ({"{info}/METADATA": None}, "it has no demo-1.0.dist-info/METADATA"),
    ({"{info}/WHEEL": None}, "it has no demo-1.0.dist-info/WHEEL"),
    ({"{info}/RECORD": None}, "it has no demo-1.0.dist-info/RECORD"),
    ({"{info}/RECORD": "one,two"}, "line 1 of RECORD"),
    ({"{info}/RECORD": b"\xff,,"}, "line 1 of RECORD"),
    ({"{info}/RECORD": "x,,many"}, "line 1 of RECORD"),
    ({"{info}/METADATA": b"Name: \xff"}, "cannot be read"),
    ({"{info}/entry_points.txt": "console_scripts"}, "entry_points.txt in it"),
    ({"{info}/entry_points.txt": "[a]\nx = 1\nx = 2"}, "entry_points.txt in it"),
    ({"other-1.0.dist-info/METADATA": ""}, "it has several"),
]


@pytest.mark.parametrize(("replace", "said"), HOSTILE)
def test_a_hostile_wheel_is_refused(
    tmp_path: Path, replace: dict[str, str | bytes | None], said: str
) -> None:
    """What no installer should be given is one InspectionFailed that names the file."""
    path = make_wheel(tmp_path, replace=replace)
    with pytest.raises(InspectionFailed, match=said) as caught:
        read_wheel(path)
    assert caught.value.thing == path.name


def test_a_wheel_without_its_own_dist_info_is_refused(tmp_path: Path) -> None:
    """The dist-info folder is named for the same project and version as the file."""
    path = make_wheel(tmp_path)
    for name in ("demo-1.1-py3-none-any.whl", "other-1.0-py3-none-any.whl"):
        with pytest.raises(InspectionFailed, match="another project or version"):
            read_wheel(path.rename(tmp_path / name))
        (tmp_path / name).rename(path)


def test_a_path_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Two members of one name would be two truths."""
    path = make_wheel(tmp_path)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("demo/__init__.py", "evil = True")
    with pytest.raises(InspectionFailed, match="twice"):
        read_wheel(path)


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    """Installers would write a link's target as text, or follow it."""
    path = make_wheel(tmp_path)
    link = zipfile.ZipInfo("demo/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(InspectionFailed, match="symbolic link"):
        read_wheel(path)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """An archive that says to unpack to far more than its size is refused by its directory."""
    path = make_wheel(tmp_path, modules={"demo/zeros": bytes(archives.BOMB_SIZE + 1)})
    assert path.stat().st_size < archives.BOMB_SIZE / archives.BOMB_RATIO
    with pytest.raises(InspectionFailed, match="more than 64 MiB"):
        read_wheel(path)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    """Nobody could install it."""
    path = make_wheel(tmp_path)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(InspectionFailed, match="encrypted"):
        read_wheel(path)


@pytest.mark.parametrize("cut", [0, 1, 21, 100, -30, -1])
def test_a_torn_wheel_is_refused(tmp_path: Path, cut: int) -> None:
    """A wheel of which a part is missing is InspectionFailed, wherever it was cut."""
    path = make_wheel(tmp_path)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(InspectionFailed, match="cannot be read"):
        read_wheel(path)


def test_a_wheel_with_any_byte_changed_is_read_or_refused(tmp_path: Path) -> None:
    """Whatever byte is changed, nothing but InspectionFailed comes out."""
    path = make_wheel(tmp_path, scripts={"demo": "demo:main"})
    whole = path.read_bytes()
    refused = 0
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            read_wheel(path)
        except InspectionFailed:
            refused += 1
    assert refused


@pytest.mark.parametrize(
    "name", ["demo.whl", "demo-1.0.whl", "demo-x-py3-none-any.whl", "-1.0-py3-none-any.whl"]
)
def test_a_name_that_is_none_of_a_wheel_is_refused(tmp_path: Path, name: str) -> None:
    """The file's name is read by the wheel specification."""
    path = make_wheel(tmp_path).rename(tmp_path / name)
    with pytest.raises(InspectionFailed):
        read_wheel(path)


def test_a_missing_file_is_an_inspection_that_failed(tmp_path: Path) -> None:
    """A file that cannot be opened is said to be so."""
    with pytest.raises(InspectionFailed, match="No such file"):
        read_wheel(tmp_path / "demo-1.0-py3-none-any.whl")


def test_a_record_of_a_million_lines_is_refused(tmp_path: Path) -> None:
    """More lines than an archive may have members are not read into memory."""
    lines = "".join(f"demo/{number}.py,,\n" for number in range(1_000_000))
    wheel = make_wheel(tmp_path, replace={"{info}/RECORD": lines})
    tracemalloc.start()
    try:
        with pytest.raises(InspectionFailed, match="more than 500,000 lines"):
            read_wheel(wheel)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5 * len(lines)
