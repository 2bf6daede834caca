"""Builds: real ones, with a backend of the project's own, so that nothing is downloaded."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from seatrial.errors import BuildFailed, TimedOut
from seatrial.process import Runner
from seatrial.secret import Redactor, Secret
from tests.support.lifelines import Lifeline
from tests.support.machines import make_machine
from tests.support.repositories import HELLO

EPOCH = 1_704_067_200

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "demo"
version = "1.0"
[tool.uv.sources]
demo = { path = "/nowhere" }
"""

BACKEND = '''\
"""A build backend that makes small true files."""
import io, os, sys, tarfile, zipfile

def build_sdist(directory, settings=None):
    BEFORE
    name = "demo-1.0.tar.gz"
    with tarfile.open(os.path.join(directory, name), "w:gz") as archive:
        for file in ("pyproject.toml", "backend.py"):
            archive.add(file, "demo-1.0/" + file)
        info = tarfile.TarInfo("demo-1.0/PKG-INFO")
        data = b"Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n"
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    AFTER
    return name

def build_wheel(directory, settings=None, metadata=None):
    name = "demo-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        archive.writestr("demo.py", repr(dict(os.environ)))
        archive.writestr("demo-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: demo\\nVersion: 1.0\\n")
        archive.writestr("demo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr("demo-1.0.dist-info/RECORD", "demo.py,,\\ndemo-1.0.dist-info/METADATA,,\\ndemo-1.0.dist-info/WHEEL,,\\ndemo-1.0.dist-info/RECORD,,\\n")
    return name
'''  # noqa: E501 - a file of the test's project, in few lines


def project(folder: Path, before: str = "pass", after: str = "pass") -> Path:
    """Write a project whose backend does something before and after it makes the sdist."""
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT)
    (folder / "backend.py").write_text(
        BACKEND.replace("BEFORE", before).replace("AFTER", after), "utf-8"
    )
    return folder


def test_an_sdist_and_the_wheel_from_it_are_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both builds work under a path with a space and an umlaut, and see a clean environment."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("UV_PUBLISH_TOKEN", "secret")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    machine = make_machine(tmp_path / "für uns")
    source = project(tmp_path / "mein hübsches Paket")
    built = machine.build(source, tmp_path / "aus gang", epoch=EPOCH, timeout=60)
    assert built.sdist == tmp_path / "aus gang" / "demo-1.0.tar.gz"
    with zipfile.ZipFile(built.wheel) as archive:
        seen = archive.read("demo.py").decode()
    assert f"'SOURCE_DATE_EPOCH': '{EPOCH}'" in seen
    assert str(tmp_path / "für uns") not in seen
    for name in ("PYTHONPATH", "UV_PUBLISH_TOKEN"):
        assert name not in seen
    assert f"'VIRTUAL_ENV': '{tmp_path}'" not in seen


def test_a_failing_backend_speaks_for_itself(tmp_path: Path) -> None:
    """The error ends with the backend's own words, without the secret in them; the log has all."""
    source = project(
        tmp_path / "demo",
        "print('hello from the backend'); raise SystemExit('no compiler, no token s3cret')",
    )
    machine = make_machine(tmp_path, runner=Runner(Redactor(Secret("s3cret"))))
    with pytest.raises(BuildFailed) as caught:
        machine.build(source, tmp_path / "build", epoch=EPOCH, timeout=60)
    assert "no compiler, no token ***" in caught.value.said
    log = (tmp_path / "logs" / "build.log").read_text()
    assert "hello from the backend" in log
    assert "s3cret" not in log


def test_a_hanging_build_is_ended_with_all_it_started(tmp_path: Path) -> None:
    """After the time is up neither the backend nor a child of it that ignores signals is there."""
    lifeline = Lifeline(tmp_path / "lifeline")
    before = (
        f"{lifeline.hold}; import subprocess, time; "
        "subprocess.Popen([sys.executable, '-c', 'import signal, time; "
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)'], close_fds=False); "
        "print('waiting for a licence server', flush=True); time.sleep(600)"
    )
    machine = make_machine(tmp_path)
    out = tmp_path / "build"
    with pytest.raises(TimedOut) as caught:
        machine.build(project(tmp_path / "demo", before), out, epoch=EPOCH, timeout=4)
    assert "waiting for a licence server" in caught.value.said
    assert lifeline.all_ended()


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ("os.remove(os.path.join(directory, name))", ""),
        ("open(os.path.join(directory, 'notes.txt'), 'w').close()", "notes.txt"),
        ("name = 'other-1.0.tar.gz'", ""),
        ("os.rename(os.path.join(directory, name), directory + '/x.zip'); name = 'x.zip'", ""),
    ],
)
def test_anything_but_one_sdist_is_refused(tmp_path: Path, after: str, told: str) -> None:
    """No file, a second file, or a file of another kind fails the build, and says what there is."""
    source = project(tmp_path / "demo", after=after)
    with pytest.raises(BuildFailed) as caught:
        make_machine(tmp_path).build(source, tmp_path / "build", epoch=EPOCH, timeout=60)
    assert told in caught.value.said


def test_settings_above_the_project_are_not_read(tmp_path: Path) -> None:
    """A broken uv setting in a folder above, behind a boundary, does not reach the build."""
    (tmp_path / "pyproject.toml").write_text("[tool.uv]\nindex = 3\n")
    (tmp_path / "uv.toml").write_text("index = 3\n")
    source = project(tmp_path / "run" / "checkouts" / "build")
    (source.parent.parent / "pyproject.toml").write_text("[tool.uv.workspace]\nmembers = []\n")
    machine = make_machine(tmp_path / "run")
    assert machine.build(source, tmp_path / "build", epoch=EPOCH, timeout=60).wheel.is_file()


@pytest.mark.registry
def test_a_backend_from_the_registry_is_installed_for_the_build(tmp_path: Path) -> None:
    """Hatchling comes from the usual index for the build, and two sdists have the same bytes."""
    digests = []
    for run in ("one", "two"):
        for name, content in HELLO.items():
            path = tmp_path / run / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode())
        built = make_machine(tmp_path / f"{run}-machine").build(
            tmp_path / run, tmp_path / run / "out", epoch=EPOCH, timeout=120
        )
        digests.append(built.sdist.read_bytes())
    assert digests[0] == digests[1]
