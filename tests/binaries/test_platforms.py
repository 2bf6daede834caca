from __future__ import annotations

import struct
from pathlib import Path

import pytest
from packaging.tags import mac_platforms

from seatrial.artifacts.archives import Member
from seatrial.artifacts.binaries.best import best_platforms
from seatrial.artifacts.binaries.judge import claim_of, judge_platforms
from seatrial.artifacts.binaries.read import BinaryScan
from seatrial.artifacts.binaries.values import Binary, Slice
from seatrial.artifacts.findings import refuse_faults
from seatrial.errors import InspectionFailed
from seatrial.inspection.policy import weighed
from seatrial.plan.values import Contents
from tests.binaries.wheels import best, findings, look, told
from tests.support.compiled import PROGRAM, compiled, module_for, universal

NEW_SYMBOL = """
struct statx; int statx(int, const char *, int, unsigned, struct statx *);
API int run(void) { return statx(0, "", 0, 0, 0); }
"""
"""Uses what came with glibc 2.28."""

OLD_SYMBOL = "unsigned long strlen(const char *); API int run(const char *x) { return strlen(x); }"

ALONE = "void _start(void) { for (;;); }"
"""A program without any library, as those are that were linked statically."""

SOUND = [
    ("cp311-abi3-manylinux_2_17_x86_64", "core.abi3.so", "x86_64-linux-gnu.2.17"),
    ("cp311-abi3-manylinux2014_aarch64", "core.abi3.so", "aarch64-linux-gnu.2.17"),
    ("cp311-abi3-musllinux_1_2_x86_64", "core.abi3.so", "x86_64-linux-musl"),
    ("cp311-abi3-macosx_11_0_arm64", "core.abi3.so", "aarch64-macos.11.0"),
    ("cp311-abi3-macosx_10_13_x86_64", "core.abi3.so", "x86_64-macos.10.13"),
    ("cp311-abi3-win_amd64", "core.pyd", "x86_64-windows-gnu"),
    ("cp311-abi3-win32", "core.pyd", "x86-windows-gnu"),
    ("cp311-abi3-win_arm64", "core.pyd", "aarch64-windows-gnu"),
]


@pytest.mark.parametrize(("tag", "name", "target"), SOUND)
def test_a_tag_that_is_true_is_proven(tmp_path: Path, tag: str, name: str, target: str) -> None:
    """A module that fits its tag is told without a fault, on every system."""
    looked = look(tmp_path, tag, {f"demo/{name}": module_for(target)})
    assert [one for one in findings(looked) if one.severity != "note"] == []
    assert looked.truth is not None
    assert looked.truth.proven


WRONG = [
    ("py3-none-manylinux_2_17_x86_64", "aarch64-linux-gnu.2.17", "other-machine"),
    ("py3-none-manylinux_2_17_x86_64", "x86_64-macos.10.13", "other-machine"),
    ("py3-none-manylinux_2_17_x86_64", "x86_64-windows-gnu", "other-machine"),
    ("py3-none-macosx_11_0_universal2", "aarch64-macos.11.0", "other-machine"),
    ("py3-none-macosx_11_0_arm64", "x86_64-macos.10.13", "other-machine"),
    ("py3-none-macosx_11_0_arm64", "aarch64-macos.14.0", "newer-system"),
    ("py3-none-macosx_10_9_x86_64", "x86_64-macos.10.13", "newer-system"),
    ("py3-none-win32", "x86_64-windows-gnu", "other-machine"),
    ("py3-none-win_arm64", "x86_64-windows-gnu", "other-machine"),
]


@pytest.mark.parametrize(("tag", "target", "code"), WRONG)
def test_a_tag_that_is_not_true_is_refused(
    tmp_path: Path, tag: str, target: str, code: str
) -> None:
    """A file for another machine or a newer system than the tag says is a fault."""
    looked = look(tmp_path, tag, {"demo/data.bin": module_for(target)})
    assert told(looked) == [("fault", code)]
    assert looked.truth is not None
    assert not looked.truth.proven


@pytest.mark.parametrize(
    ("tag", "target", "instead"),
    [
        ("macosx_10_9_arm64", "aarch64-macos.11.0", "macosx_11_0_arm64"),
        ("macosx_12_3_arm64", "aarch64-macos.12.3", "macosx_12_0_arm64"),
        ("macosx_11_3_x86_64", "x86_64-macos.11.3", "macosx_11_0_x86_64"),
        ("macosx_10_17_x86_64", "x86_64-macos.10.13", "macosx_11_0_x86_64"),
    ],
)
def test_a_tag_that_no_installer_asks_for_is_refused(
    tmp_path: Path, tag: str, target: str, instead: str
) -> None:
    """However true it is of the files: nobody gets the wheel; the tag beside it is taken."""
    files = {"demo/data.bin": module_for(target)}
    alone = look(tmp_path, f"py3-none-{tag}", files)
    (found,) = (one for one in findings(alone) if one.severity == "fault")
    assert found.code == "unasked-tag"
    assert f"{instead} would be taken" in found.said
    assert tag not in set(mac_platforms((99, 0), "arm64")) | set(mac_platforms((99, 0), "x86_64"))
    (tmp_path / "two").mkdir()
    both = look(tmp_path / "two", f"py3-none-{tag}.{instead}", files)
    assert [one for one in findings(both) if one.severity == "fault"] == []


def test_symbols_of_a_newer_glibc_refuse_the_tag(tmp_path: Path) -> None:
    """What needs GLIBC_2.28 is no manylinux_2_17, and the tag that is true is told."""
    library = compiled("x86_64-linux-gnu.2.28", NEW_SYMBOL)
    looked = look(tmp_path, "py3-none-manylinux_2_17_x86_64", {"demo/libx.so": library})
    assert told(looked) == [("fault", "newer-system")]
    assert "GLIBC_2.28" in findings(looked)[0].said
    assert best(looked) == "py3-none-manylinux_2_28_x86_64"


def test_what_glibc_keeps_for_itself_is_called_so() -> None:
    """A symbol of GLIBC_PRIVATE is no newer one: it belongs to one build of glibc."""
    program = Slice(
        form="ELF",
        processor="x86_64",
        system="linux",
        kind="program",
        libc="glibc",
        symbols={"libc.so.6": ("GLIBC_2.2.5", "GLIBC_PRIVATE")},
        needs=("libc.so.6",),
    )
    binary = Binary(path="demo/run", size=1, slices=(program,))
    found = judge_platforms(claim_of("demo-1.0-py3-none-manylinux_2_28_x86_64.whl"), [binary])
    (said,) = [one.said for one in found if one.code == "newer-system"]
    assert said == (
        "demo/run uses what glibc keeps for itself (GLIBC_PRIVATE): another one may lack it"
    )


def test_a_tag_that_says_less_than_is_true_is_noted(tmp_path: Path) -> None:
    """A wheel that keeps out systems it would run on is sound, and the wider tag is told."""
    library = compiled("x86_64-linux-gnu.2.17", OLD_SYMBOL)
    looked = look(tmp_path, "py3-none-manylinux_2_28_x86_64", {"demo/libx.so": library})
    assert told(looked) == [("note", "narrow-tag")]
    assert best(looked) == "py3-none-manylinux_2_5_x86_64"


@pytest.mark.parametrize(
    ("version", "tag", "said"),
    [
        ("GLIBC_2.14", "manylinux_2_17_x86_64", ""),
        ("GLIBC_2.14", "manylinux_2_28_x86_64", "manylinux_2_17_x86_64"),
        ("GLIBC_2.25", "manylinux_2_26_x86_64", ""),
        ("GLIBC_2.27", "manylinux_2_28_x86_64", "manylinux_2_27_x86_64"),
        ("GLIBC_2.17", "manylinux_2_39_aarch64", "manylinux_2_17_aarch64"),
    ],
)
def test_only_a_tag_that_some_tool_would_give_is_told(version: str, tag: str, said: str) -> None:
    """Between two policies of auditwheel nobody is kept out whom another build would take in."""
    module = Slice(
        form="ELF",
        processor=tag.partition("_")[2].split("_", 2)[2],
        system="linux",
        kind="library",
        libc="glibc",
        symbols={"libc.so.6": (version,)},
        needs=("libc.so.6",),
    )
    binary = Binary(path="demo/libx.so", size=1, slices=(module,))
    found = judge_platforms(claim_of(f"demo-1.0-py3-none-{tag}.whl"), [binary])
    told_of = [one.said for one in found if one.code == "narrow-tag"]
    older = f"its files run on older systems than it says: {said} is true as well"
    assert told_of == ([older] if said else [])


def test_a_tag_that_says_less_than_is_true_can_refuse(tmp_path: Path) -> None:
    """Who asks for it with `refuse` gets a fault, which names the tag that is true."""
    library = compiled("x86_64-linux-gnu.2.17", OLD_SYMBOL)
    looked = look(tmp_path, "py3-none-manylinux_2_28_x86_64", {"demo/libx.so": library})
    wanted = Contents(refuse=("narrow-tag",))
    (one,) = (one for one in weighed(findings(looked), wanted) if one.severity == "fault")
    assert one.code == "narrow-tag"
    assert "manylinux_2_5_x86_64 is true as well" in one.said
    with pytest.raises(InspectionFailed) as caught:
        refuse_faults([one])
    assert caught.value.next_step.startswith("Give the wheel the tag that is true")


def test_musl_and_glibc_are_not_taken_for_each_other(tmp_path: Path) -> None:
    """A musllinux wheel with a library of glibc is refused, and the other way round."""
    files = {"demo/libx.so": compiled("x86_64-linux-gnu.2.17", OLD_SYMBOL)}
    musl = {"demo/libx.so": compiled("x86_64-linux-musl", OLD_SYMBOL)}
    assert told(look(tmp_path, "py3-none-musllinux_1_2_x86_64", files))[0][1] == "newer-system"
    looked = look(tmp_path, "py3-none-manylinux_2_17_x86_64", musl)
    assert told(looked)[0] == ("fault", "newer-system")
    assert best(looked) == "py3-none-musllinux_1_2_x86_64"


@pytest.mark.parametrize(
    ("function", "new"), [("statx", True), ("pthread_getname_np", True), ("dup3", False)]
)
def test_a_function_tells_that_a_musl_has_to_be_new(
    tmp_path: Path, function: str, *, new: bool
) -> None:
    """What only musl 1.2 has refuses musllinux_1_1, and what every musl has does not."""
    source = f"int {function}(void); API int run(void) {{ return {function}(); }}"
    files = {"demo/libx.so": compiled("x86_64-linux-musl", source)}
    looked = look(tmp_path, "py3-none-musllinux_1_1_x86_64", files)
    assert told(looked) == ([("fault", "newer-system")] if new else [])
    assert best(looked) == f"py3-none-musllinux_1_{2 if new else 1}_x86_64"


def test_a_static_program_runs_with_any_c_library(tmp_path: Path) -> None:
    """What needs no library at all is true for manylinux and musllinux alike."""
    alone = ("-static", "-nostdlib", "-ffreestanding")
    program = compiled("x86_64-linux-musl", ALONE, program=True, flags=alone)
    tag = "py3-none-manylinux_2_17_x86_64.musllinux_1_1_x86_64"
    looked = look(tmp_path, tag, {"demo-1.0.data/scripts/demo": program})
    assert told(looked) == []
    assert best(looked) == tag


def test_both_slices_make_universal2(tmp_path: Path) -> None:
    """A universal file is true for universal2, and for each processor, which is noted as less."""
    both = universal(module_for("aarch64-macos.11.0"), module_for("x86_64-macos.10.13"))
    for tag, more in (
        ("macosx_10_13_universal2", ""),
        ("macosx_10_13_x86_64", "arm64"),
        ("macosx_11_0_arm64", "x86_64"),
        ("macosx_10_13_x86_64.macosx_11_0_arm64", ""),
    ):
        looked = look(tmp_path, f"cp311-abi3-{tag}", {"demo/core.abi3.so": both})
        said = f"its files run on {more} as well: macosx_10_13_universal2 is true of them"
        assert [one.said for one in findings(looked)] == ([said] if more else [])
        assert best(looked) == "cp311-abi3-macosx_10_13_universal2"
    old = look(tmp_path, "cp311-abi3-macosx_10_9_universal2", {"demo/core.abi3.so": both})
    assert told(old) == [("fault", "newer-system")]


def test_a_renamed_wheel_is_refused(tmp_path: Path) -> None:
    """A wheel that was given another platform's name has no file for it."""
    program = compiled("aarch64-macos.11.0", PROGRAM, program=True)
    files = {"demo/_bin/aarch64-apple-darwin/demo": program}
    looked = look(tmp_path, "py3-none-manylinux_2_17_x86_64", files)
    assert ("fault", "other-machine") in told(looked)
    assert told(look(tmp_path, "py3-none-any", files)) == [("warning", "platform-unsaid")]


def test_helpers_for_other_machines_are_told_and_let_pass(tmp_path: Path) -> None:
    """A file for another machine whose path says so is a warning beside those that fit."""
    files = {
        "demo/attach_x86.dll": module_for("x86-windows-gnu"),
        "demo/core.pyd": module_for("x86_64-windows-gnu"),
    }
    assert told(look(tmp_path, "cp311-abi3-win_amd64", files)) == [("warning", "other-machine")]


def test_a_name_says_what_a_helper_is_for(tmp_path: Path) -> None:
    """The end of a name, or an ending of another system, says so; an ending of its own does not."""
    files = {
        "demo/libport64bit.dll": module_for("x86_64-windows-gnu"),
        "demo/libport32bit.dll": module_for("x86-windows-gnu"),
        "demo/libportarm64-asio.dll": module_for("aarch64-windows-gnu"),
        "demo/libport.dylib": module_for("x86_64-macos.10.13"),
    }
    looked = look(tmp_path, "py3-none-win_amd64", files)
    assert set(told(looked)) == {("warning", "other-machine")}
    assert best(looked) == "py3-none-win_amd64"
    files = {
        "demo/port.dll": module_for("x86_64-windows-gnu"),
        "demo/other.dll": module_for("aarch64-windows-gnu"),
    }
    looked = look(tmp_path, "py3-none-win_amd64", files)
    assert ("fault", "other-machine") in told(looked)


def test_a_library_below_purelib_is_a_warning(tmp_path: Path) -> None:
    """What is for one platform does not belong where the files for all go."""
    files = {"demo-1.0.data/purelib/demo/libx.so": module_for("x86_64-linux-gnu.2.17")}
    looked = look(tmp_path, "py3-none-manylinux_2_17_x86_64", files)
    assert ("warning", "purelib") in [(one.severity, one.code) for one in looked.findings]


def test_programs_of_several_systems_make_a_wheel_for_any(tmp_path: Path) -> None:
    """A wheel for any platform may bring launchers for several, and nothing is said of them."""
    files = {
        "demo/t32.exe": compiled("x86-windows-gnu", PROGRAM, program=True),
        "demo/t64.exe": compiled("x86_64-windows-gnu", PROGRAM, program=True),
    }
    assert told(look(tmp_path, "py3-none-any", files)) == []


def with_level(bits: int) -> bytes:
    """Make an ELF library for x86-64 with a property that states what it needs."""
    note = struct.pack("<III4s", 4, 16, 5, b"GNU\0")
    note += struct.pack("<IIII", 0xC0008002, 4, bits, 0)
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 1, 64, 0, 0)
    segment = struct.pack("<IIQQQQQQ", 0x6474E553, 4, 120, 120, 120, len(note), len(note), 8)
    return head + segment + note


@pytest.mark.parametrize(("bits", "level"), [(0b1, ""), (0b11, "v2"), (0b111, "v3"), (0, "")])
def test_a_level_of_the_processor_is_told(tmp_path: Path, bits: int, level: str) -> None:
    """No tag says which level of x86-64 a file needs, so that more than the first is told."""
    looked = look(tmp_path, "py3-none-linux_x86_64", {"demo/core.bin": with_level(bits)})
    said = [one.said for one in findings(looked) if one.code == "newer-processor"]
    assert [f"x86-64-{level}" in one for one in said] == ([True] if level else [])


def test_a_module_in_a_wheel_for_any_is_not_proven(tmp_path: Path) -> None:
    """A module runs on one platform only, so that a tag that says any is refused."""
    looked = look(tmp_path, "py3-none-any", {"demo/core.pyd": module_for("x86_64-windows-gnu")})
    assert "platform" in {one.code for one in looked.findings}
    assert looked.truth is not None
    assert not looked.truth.proven
    assert best(looked) == "py3-none-win_amd64"


def test_a_file_in_the_wrong_folder_is_refused(tmp_path: Path) -> None:
    """A folder that is named for one machine holds no file for another."""
    files = {
        "demo/_bin/aarch64-unknown-linux-gnu/libx.so": module_for("x86_64-linux-gnu.2.17"),
        "demo/_bin/x86_64-unknown-linux-gnu/libx.so": module_for("x86_64-linux-gnu.2.17"),
    }
    looked = look(tmp_path, "py3-none-manylinux_2_17_x86_64", files)
    assert [(one.severity, one.code) for one in findings(looked) if one.severity != "note"] == [
        ("fault", "other-machine")
    ]
    assert "aarch64-unknown-linux-gnu" in findings(looked)[0].said


def test_the_best_platform_of_several_files() -> None:
    """The widest tag is true of all of them together, and no tag is true of two systems."""
    old, new = (
        compiled("x86_64-linux-gnu.2.17", OLD_SYMBOL),
        compiled("x86_64-linux-gnu.2.28", NEW_SYMBOL),
    )
    assert of_all() == ("any",)
    assert of_all(old) == ("manylinux_2_5_x86_64",)
    assert of_all(old, new) == ("manylinux_2_28_x86_64",)
    assert of_all(old, module_for("aarch64-macos.11.0")) == ()


def of_all(*files: bytes) -> tuple[str, ...]:
    """Give the tags that are true of files in one wheel."""
    scan = BinaryScan()
    for number, data in enumerate(files):
        scan.begin(Member(path=f"demo/{number}.so", size=len(data)))
        scan.feed(data)
        scan.end()
    return best_platforms(scan.found)
