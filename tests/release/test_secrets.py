"""Nothing secret is written down, printed, or handed to another program."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.release.test_broken import told
from tests.support.downstreams import EDITS, RUN, server, settings
from tests.support.releases import Scene, scene

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


def written_below(*roots: Path) -> bytes:
    """Give all that the files in some folders hold."""
    return b"\n".join(
        path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()
    )


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
        written = written_below(
            stage.project.folder, stage.remote, tmp_path / "home", tmp_path / "dock"
        )
        noted = found.read_bytes()
        assert b"demo" in written
        assert b"look.py" in noted
        for token in TOKENS:
            assert token not in outputs
            assert token not in written
            assert token not in noted


LOGINS = ("https://ada:s3cr3t-%2Bw0rd@git.invalid/demo.git", "https://s3cr3t-+w0rd@git.invalid/x")
"""Addresses that hold a login; no such host exists, and git is told what stands for it."""

PASSWORDS = (b"s3cr3t-%2Bw0rd", b"s3cr3t-+w0rd")


def _outputs(stage: Scene, *commands: tuple[str, ...]) -> bytes:
    """Run commands, and give what they print, and what is written of them in the run's folder."""
    said = []
    for command in commands:
        done = stage.seatrial(*command)
        assert "Traceback" not in done.stderr
        said.append((done.stdout + done.stderr).encode())
    return b"\n".join(said)


@pytest.mark.parametrize("address", LOGINS, ids=["password", "token"])
def test_a_login_in_the_address_of_the_remote_is_shown_nowhere(
    tmp_path: Path, address: str
) -> None:
    """No plan, journal, report, page, log, output or argument has the password of the remote."""
    found = tmp_path / "found"
    look = LOOK.format(found=str(found))
    # git hands its settings to the hooks of a remote on the same disk: their own is not looked at.
    (tmp_path / "hook.py").write_text(look.replace("dict(os.environ)", "{}"))
    shows = "git config --list --show-origin"
    more = (
        'staging = "stage"\n[tool.seatrial.gate]\n'
        f'look = "{sys.executable} look.py"\nshows = "{shows}"\n'
        '[tool.seatrial.verify]\nrun = ["false"]\n'
    )
    with scene(tmp_path, more=more, files={"look.py": look}) as stage:
        git = stage.project.git
        page = stage.project.folder / "pyproject.toml"
        alone = page.read_text().replace(
            "[tool.seatrial.forge]", "[tool.seatrial.forge]\nrelease = false"
        )
        stage.project.commit("ci: do without a forge", {"pyproject.toml": alone})
        stage.project.push()
        git("remote", "set-url", "origin", address)
        git("config", f"url.{stage.remote}.insteadOf", address)
        hook = stage.remote / "hooks" / "post-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\n{sys.executable} {tmp_path}/hook.py\n")
        hook.chmod(0o755)
        outputs = _outputs(
            stage, ("plan",), ("plan", "--json"), ("plan", "--out", str(tmp_path / "plan.json")),
            ("rehearse",), ("rehearse", "--json"), ("release", "--yes"), ("log", "--json"),
        )  # fmt: skip
        mended = alone.replace('"false"', '"true"')
        stage.project.commit("fix: what is verified", {"pyproject.toml": mended})
        git("push", "--quiet", "origin", "main")
        outputs += _outputs(stage, ("undo",), ("release", "--yes", "--json"), ("status", "--json"))
        assert len(stage.held("main")) == 2, outputs
        written = written_below(
            stage.project.folder / ".git" / "seatrial", stage.remote, tmp_path / "home",
            tmp_path / "dock",
        )  # fmt: skip
        written += (tmp_path / "plan.json").read_bytes() + found.read_bytes()
        assert b"look.py" in found.read_bytes()
        for password in PASSWORDS:
            assert password not in outputs
            assert password not in written


@pytest.mark.parametrize("address", LOGINS, ids=["password", "token"])
def test_a_remote_that_does_not_answer_is_named_without_its_login(
    tmp_path: Path, address: str
) -> None:
    """The error names the host and not the password."""
    with scene(tmp_path) as stage:
        stage.project.git("remote", "set-url", "origin", address)
        done = stage.seatrial("release", "--yes", "--json")
        told(done, 3, "git.invalid")
        for password in PASSWORDS:
            assert password not in (done.stdout + done.stderr).encode()


def test_a_token_that_is_a_letter_of_everything_stops_nothing(tmp_path: Path) -> None:
    """A dock takes any token: where one stands in paths and digests, these are read as they are."""
    table = f'repository = "octo/server"\n{EDITS}{RUN}'
    with scene(tmp_path, more=settings(table)) as stage:
        made = server(stage)
        short = dict.fromkeys(("SEATRIAL_TOKEN_MAIN", "SEATRIAL_TOKEN_STAGE", "GH_TOKEN"), "e")
        child = stage.start("release", "--yes", env=short)
        _, said = child.communicate(timeout=120)
        assert child.returncode == 0, said
        assert len(stage.held("main")) == 2
        assert "(305, 2)" in made.shown("version.py", "seatrial/demo-1.1.0")
