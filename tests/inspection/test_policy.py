from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.artifacts.inspect import inspect_file
from seatrial.config.load import load
from seatrial.errors import InvalidConfiguration
from seatrial.inspection.policy import check_policy, pattern
from seatrial.plan.contents import contents_of
from seatrial.plan.values import Contents
from tests.support.wheels import make_sdist, make_wheel

GLOBS = [
    ("demo/*.py", "demo/a.py", "demo/deep/a.py"),
    ("**/logo.*", "logo.png", "logo"),
    ("**/logo.*", "a/b/logo.png", "a/b/mylogo.png"),
    ("tests/", "tests/a/b.py", "other/tests/a.py"),
    ("tests/**", "tests/a.py", "tests"),
    ("demo/?.py", "demo/a.py", "demo/ab.py"),
    ("demo/[ab].py", "demo/b.py", "demo/c.py"),
    ("demo/[!ab].py", "demo/c.py", "demo/a.py"),
    ("a+b.(py)", "a+b.(py)", "aab.py"),
]


@pytest.mark.parametrize(("glob", "fits", "other"), GLOBS)
def test_a_glob_means_what_people_expect(glob: str, fits: str, other: str) -> None:
    """A star stays in its folder, two stars do not, and every other sign is itself."""
    assert pattern(glob).fullmatch(fits)
    assert not pattern(glob).fullmatch(other)


def codes(contents: Contents, *paths: Path) -> list[tuple[str, str]]:
    """Give file and code of each finding of the policy."""
    looked = [inspect_file(path, name="demo", version="1.0") for path in paths]
    return [(one.file.rpartition(".")[2], one.code) for one in check_policy(looked, contents)]


def test_contents_are_required_and_forbidden_for_each_kind_apart(tmp_path: Path) -> None:
    """A prefix says which kind a glob is for; an sdist's own folder does not count."""
    wheel = make_wheel(tmp_path)
    sdist = make_sdist(tmp_path, files={"tests/test_demo.py": "x", "demo/logo.svg": "x"})
    assert codes(Contents(require=("demo/__init__.py",)), wheel, sdist) == []
    assert codes(Contents(require=("sdist:tests/",), forbid=("wheel:tests/",)), wheel, sdist) == []
    wrong = Contents(require=("demo/py.typed", "wheel:**/x"), forbid=("**/logo.*",))
    assert codes(wrong, wheel, sdist) == [
        ("whl", "required-content"),
        ("whl", "required-content"),
        ("gz", "required-content"),
        ("gz", "forbidden-content"),
    ]


def test_a_set_that_lacks_a_file_is_refused_by_name(tmp_path: Path) -> None:
    """Every glob of expect has to fit the name of a file; one that fits none is named."""
    wheel, sdist = make_wheel(tmp_path), make_sdist(tmp_path)
    assert codes(Contents(expect=("*-py3-none-any.whl", "*.tar.gz")), wheel, sdist) == []
    looked = [inspect_file(wheel, name="demo", version="1.0")]
    wanted = Contents(expect=("*.whl", "*-cp39-abi3-manylinux*_x86_64.whl"))
    (found,) = check_policy(looked, wanted)
    assert found.severity == "fault"
    assert "*-cp39-abi3-manylinux*_x86_64.whl" in found.said


def test_a_file_that_nobody_expects_is_told_by_name(tmp_path: Path) -> None:
    """What expect does not name is a finding; where it names nothing, all is welcome."""
    wheel, sdist = make_wheel(tmp_path), make_sdist(tmp_path)
    assert codes(Contents(), wheel, sdist) == []
    assert codes(Contents(expect=("py3 × any",)), wheel, sdist) == [("gz", "surplus-file")]
    assert codes(Contents(expect=("sdist",)), wheel, sdist) == [("whl", "surplus-file")]


def test_what_is_wrapped_is_wanted_and_alone_keeps_nothing_out(tmp_path: Path) -> None:
    """Wrapped wheels have to be there; the sdist beside them is a surplus only where expect is."""
    wheel, sdist = make_wheel(tmp_path, tag="py3-none-win_amd64"), make_sdist(tmp_path)
    wrapped = ("*-win_amd64.whl",)
    assert codes(Contents(wrapped=wrapped), wheel, sdist) == []
    assert codes(Contents(wrapped=wrapped), sdist) == [("", "incomplete-set")]
    assert codes(Contents(wrapped=wrapped, expect=("sdist",)), wheel, sdist) == []
    # A tag that the binaries tell fits any name.
    assert codes(Contents(wrapped=("*.whl",), expect=("sdist",)), wheel, sdist) == []
    assert codes(Contents(wrapped=wrapped, expect=("py3 × any",)), wheel, sdist) == [
        ("", "incomplete-set"),
        ("gz", "surplus-file"),
    ]


def test_a_package_adds_to_what_holds_for_all() -> None:
    """What is said at the top holds for every package, beside what the package says."""
    settings = load(
        {
            "seatrial.toml": '[contents]\nforbid = ["a"]\n[[package]]\npath = "one"\n'
            'contents.forbid = ["b"]\ncontents.expect = ["*.whl"]\n[[package]]\npath = "two"\n'
        }
    ).settings
    assert contents_of(settings, "one") == Contents(forbid=("a", "b"), expect=("*.whl",))
    assert contents_of(settings, "two") == Contents(forbid=("a",))


@pytest.mark.parametrize("line", ['require = ["wheel:"]', 'forbid = ["/a"]', 'expect = ["a/b"]'])
def test_a_glob_that_fits_nothing_is_refused(line: str) -> None:
    """A glob that cannot fit any path or name is a fault of the configuration."""
    with pytest.raises(InvalidConfiguration, match=r"glob|path"):
        load({"seatrial.toml": f"[contents]\n{line}\n"})


@pytest.mark.parametrize(
    ("stated", "wanted", "faults"),
    [
        ("core==1.2.0", "core==1.2.0", 0),
        ("Core (>=1.2.0,<1.3.0)", "core~=1.2.0", 0),
        ('core>=1.2.0; python_version < "4"', "core>=1.2.0", 0),
        ("core[fast]>=1.2", "core>=1.2.0", 0),
        ("core>=1.2.0,<2", "core>=1.2.0", 1),
        ("core>=1.1.0", "core>=1.2.0", 1),
        ("core", "core==1.2.0", 1),
        ("core @ file:///build/core", "core>=1.2.0", 1),
        ("other", "core>=1.2.0", 1),
        ("other", 'core>=1.2.0; extra == "more"', 0),
        ('core>=1.0.0; extra == "more"', 'core>=1.2.0; extra == "more"', 1),
    ],
)
def test_a_sibling_is_required_as_the_release_has_it(
    tmp_path: Path, stated: str, wanted: str, faults: int
) -> None:
    """The same versions pass in any spelling; what an extra requires may be missing."""
    wheel = make_wheel(tmp_path, headers=f"Requires-Dist: {stated}\n")
    assert codes(Contents(siblings=(wanted,)), wheel) == [("whl", "sibling-requirement")] * faults


def test_an_sdist_need_not_tell_what_it_requires(tmp_path: Path) -> None:
    """Many backends leave it to the build; what an sdist does tell has to be right."""
    wanted = Contents(siblings=("core==1.2.0",))
    assert codes(wanted, make_sdist(tmp_path)) == []
    wrong = make_sdist(tmp_path, headers="Requires-Dist: core\n")
    assert codes(wanted, wrong) == [("gz", "sibling-requirement")]
