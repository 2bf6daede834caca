"""Nothing secret is written down, printed, or handed to another program."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.releases import scene

TOKENS = (b"pypi-for-tests", b"ghp-for-tests")

LOOK = """
import os, pathlib
found = pathlib.Path({found!r})
with found.open("ab") as file:
    file.write(repr(dict(os.environ)).encode() + b"\\n")
    for one in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            file.write(one.read_bytes() + b"\\n")
        except OSError:
            pass
print("TWINE_PASSWORD", os.environ.get("SEATRIAL_TOKEN_MAIN"), os.environ.get("GH_TOKEN"))
"""
"""Notes its own environment and the arguments of every process of the machine."""


def test_no_token_is_left_anywhere(tmp_path: Path) -> None:
    """After a release with failures no file, output, argument or child's variable has a token."""
    found = tmp_path / "found"
    more = (
        'staging = "stage"\n'
        f'[tool.seatrial.gate]\nlook = "{sys.executable} look.py"\n'
        f'[tool.seatrial.verify]\nrun = ["{sys.executable} {tmp_path}/look.py"]\n'
    )
    look = LOOK.format(found=str(found))
    (tmp_path / "look.py").write_text(look)
    faults = ["403@upload:2", "503@upload:4", "401@upload:5", "502@upload-assets:1"]
    with scene(tmp_path, more=more, files={"look.py": look}, faults=faults) as stage:
        hook = stage.remote / "hooks" / "post-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{sys.executable} {tmp_path}/look.py\n")
        hook.chmod(0o755)
        said = []
        for command in (
            ("release", "--yes"), ("status",), ("log",), ("log", "--json"), ("resume", "--yes"),
            ("config", "show"), ("resume", "--yes", "--json"), ("resume", "--yes"),
        ):  # fmt: skip
            done = stage.seatrial(*command)
            said.append((done.stdout + done.stderr).encode())
            assert "Traceback" not in done.stderr
        assert len(stage.held("main")) == 2, said
        outputs = b"\n".join(said)
        written = b"\n".join(
            path.read_bytes()
            for root in (stage.project.folder, stage.remote, tmp_path / "home", tmp_path / "dock")
            for path in root.rglob("*")
            if path.is_file()
        )
        noted = found.read_bytes()
        assert b"demo" in written
        assert b"look.py" in noted
        for token in TOKENS:
            assert token not in outputs
            assert token not in written
            assert token not in noted
