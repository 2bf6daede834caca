"""What a compiled project's build is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.process import child_environment
from seatrial.world.compiled import ARGUMENTS, build_variables

MATURIN = '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n'


@pytest.mark.parametrize(
    ("pyproject", "asked"),
    [
        (MATURIN, True),
        (MATURIN + "[tool.maturin]\nstrip = true\n", True),
        (MATURIN + '[tool.maturin]\ncompatibility = "linux"\n', False),
        (MATURIN + "[tool.maturin]\nskip-auditwheel = true\n", False),
        (MATURIN.replace('"maturin"\n', '"flit_core.buildapi"\n'), False),
        ("[build-system", False),
        (None, False),
    ],
)
def test_maturin_is_asked_for_a_true_tag(
    tmp_path: Path, pyproject: str | None, *, asked: bool
) -> None:
    """Only maturin is, and only where the project does not say itself what it wants."""
    if pyproject is not None:
        (tmp_path / "pyproject.toml").write_text(pyproject)

    assert (ARGUMENTS in build_variables(tmp_path)) is asked


def test_what_the_user_says_of_it_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own arguments reach the build; logins with such a prefix do not."""
    (tmp_path / "pyproject.toml").write_text(MATURIN)
    monkeypatch.setenv(ARGUMENTS, "--zig")
    monkeypatch.setenv("RUSTFLAGS", "-C debuginfo=0")
    monkeypatch.setenv("MATURIN_PYPI_TOKEN", "x")
    monkeypatch.setenv("CARGO_REGISTRY_TOKEN", "x")

    assert build_variables(tmp_path) == {}
    child = child_environment()
    assert child[ARGUMENTS] == "--zig"
    assert child["RUSTFLAGS"] == "-C debuginfo=0"
    assert not {"MATURIN_PYPI_TOKEN", "CARGO_REGISTRY_TOKEN"} & child.keys()
