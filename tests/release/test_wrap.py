"""A release of wheels that wrap another repository's binaries."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest

from tests.support.compiled import PROGRAM, compiled
from tests.support.docks import DockProcess, dock_process
from tests.support.releases import ROOT, environment
from tests.support.repositories import git

STORE = "API int engine_store(void) { return 0; }\n"
TARGETS = {
    "x86_64-unknown-linux-gnu": ("x86_64-linux-gnu.2.17", "manylinux_2_17_x86_64"),
    "aarch64-unknown-linux-gnu": ("aarch64-linux-gnu.2.17", "manylinux_2_17_aarch64"),
    "aarch64-apple-darwin": ("aarch64-macos.11.0", "macosx_11_0_arm64"),
    "x86_64-apple-darwin": ("x86_64-macos.10.15", "macosx_10_15_x86_64"),
    "x86_64-pc-windows-msvc": ("x86_64-windows-gnu", "win_amd64"),
}
"""Target, as the engine names it → the compiler's name of it, and the tag of its wheel."""


@dataclass(frozen=True)
class Engine:
    """The example, and the forge that shows the engine's release.

    Args:
        repository: the example's repository.
        dock: plays the forge.
        home: of the person.
    """

    repository: Path
    dock: DockProcess
    home: Path

    def seatrial(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command line in the repository."""
        return subprocess.run(
            [sys.executable, "-m", "seatrial", *arguments],
            cwd=self.repository,
            env=environment(self.home),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def release(self, archives: dict[str, bytes]) -> None:
        """Publish a release of the engine with archives."""
        headers = {"Authorization": "Bearer engine"}
        with httpx.Client(base_url=self.dock.forge_api, headers=headers) as person:
            at = "/repos/example-engine/engine/releases"
            made = person.post(at, json={"tag_name": "v2.1.0", "name": "2.1.0"}).json()
            to = made["upload_url"].partition("{")[0]
            for name, data in archives.items():
                kind = {"Content-Type": "application/octet-stream"}
                person.post(to, params={"name": name}, content=data, headers=kind)

    def configure(self, before: str, after: str) -> None:
        """Change the configuration, and commit it."""
        path = self.repository / "seatrial.toml"
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")
        git(self.repository, "commit", "--quiet", "--all", "--message=feat: wrap more")


@contextmanager
def engine(folder: Path) -> Iterator[Engine]:
    """Make the example, which asks the dock's forge for the engine."""
    with dock_process(folder / "dock") as dock:
        repository = folder / "engine"
        script = ROOT / "examples" / "make_repository.py"
        example = ROOT / "examples" / "engine"
        subprocess.run([sys.executable, str(script), str(example), str(repository)], check=True)
        made = Engine(repository, dock, folder / "home")
        made.configure("[wrap]\n", f'[wrap]\napi = "{dock.forge_api}"\n')
        yield made


def archives() -> dict[str, bytes]:
    """Give what the engine publishes: programs and a library for each platform."""
    made = {}
    for target, (machine, _) in TARGETS.items():
        windows, mac = "windows" in machine, "macos" in machine
        program = compiled(machine, PROGRAM, program=True)
        suffix = ".exe" if windows else ""
        files = {f"engine-bulk{suffix}": program}
        if not windows:
            library = f"libengine_storage.{'dylib' if mac else 'so'}"
            files |= {"engine-server": program, library: compiled(machine, STORE)}
        name = f"engine-2.1.0-{target}"
        made[f"{name}.{'zip' if windows else 'tar.gz'}"] = (
            zipped(files) if windows else tarred(name, files)
        )
    return made


def zipped(files: dict[str, bytes]) -> bytes:
    """Give a ZIP archive."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def tarred(top: str, files: dict[str, bytes]) -> bytes:
    """Give a compressed tar archive of programs in one folder."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size, info.mode = len(content), 0o755
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


def test_five_platforms_are_wrapped_and_the_sdist_stays_on_the_forge(tmp_path: Path) -> None:
    """Each platform's wheel is true inside and out; the index gets the wheels, the forge all."""
    with engine(tmp_path) as made:
        made.release(archives())
        plan = made.seatrial("plan", "--json")
        assert plan.returncode == 0, plan.stderr
        build = next(a for a in json.loads(plan.stdout)["plan"]["actions"] if a["kind"] == "build")
        assert {ware["proof"] for ware in build["wrap"]["wares"]} == {"the forge"}
        shown = made.seatrial("plan").stdout
        assert "hold the binaries 2.1.0 of" in shown
        assert "manylinux_2_17_x86_64   wrapped here  installed and run here" in shown
        assert "win_amd64               wrapped here  not run here: inspected, and" in shown
        assert "win_amd64: engine-2.1.0-x86_64-pc-windows-msvc.zip (SHA-256 " in shown
        done = made.seatrial("rehearse", "--json", "--keep", str(tmp_path / "kept"))
        assert done.returncode == 0, done.stderr
        report = json.loads(done.stdout)
        wheels = {f"seatrial_engine-0.5.0-py3-none-{tag}.whl" for _, tag in TARGETS.values()}
        source = "seatrial_engine-0.5.0.tar.gz"
        assert {one["name"] for one in report["artifacts"]} == {*wheels, source}
        keys = [step["key"] for step in report["steps"]]
        built = next(step for step in report["steps"] if step["kind"] == "build")
        assert f"compressed with deflate {version('deflate')}" in built["detail"]
        assert {key.split()[1] for key in keys if key.endswith("to pypi")} >= wheels
        assert not [key for key in keys if source in key and "pypi" in key]
        assert [key for key in keys if source in key and "release" in key]
        wheel, *_ = (tmp_path / "kept").rglob("*macosx_11_0_arm64.whl")
        with zipfile.ZipFile(wheel) as opened:
            [stated] = [n for n in opened.namelist() if n.endswith("/WHEEL")]
            text = opened.read(stated).decode()
            assert "Root-Is-Purelib: false" in text
            assert "Tag: py3-none-macosx_11_0_arm64" in text
            member = opened.getinfo("engine_sdk/_bin/aarch64-apple-darwin/engine-bulk")
            assert member.external_attr >> 16 & 0o111


def test_a_missing_binary_refuses_with_what_there_is(tmp_path: Path) -> None:
    """A program that an archive lacks stops the release and is named, with what is there."""
    with engine(tmp_path) as made:
        those = archives()
        name = "engine-2.1.0-x86_64-apple-darwin"
        those[f"{name}.tar.gz"] = tarred(name, {"engine-bulk": b"x", "LICENSE": b"y"})
        made.release(those)
        done = made.seatrial("rehearse")
        assert done.returncode == 1
        assert "engine-server" in done.stderr
        assert f"{name}.tar.gz" in done.stderr
        assert "LICENSE" in done.stderr


def test_a_binary_of_another_processor_is_refused(tmp_path: Path) -> None:
    """An archive that holds the files of another machine makes no wheel of this tag."""
    with engine(tmp_path) as made:
        those = archives()
        wrong, right = (
            f"engine-2.1.0-{arch}-apple-darwin.tar.gz" for arch in ("x86_64", "aarch64")
        )
        made.release(those | {wrong: those[right]})
        done = made.seatrial("rehearse")
        assert done.returncode == 1
        assert "macosx_10_15_x86_64" in done.stderr


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!DOCTYPE html><title>Not found</title>", "it is a web page"),
        (zipped({"engine-bulk": b"x"}), "it holds a zip archive"),
        (b"\x1f\x8b\x08\x00broken", "read"),
    ],
)
def test_what_is_no_archive_is_said(tmp_path: Path, data: bytes, said: str) -> None:
    """A page, an archive under another's name, and a broken one are told apart and named."""
    with engine(tmp_path) as made:
        name = "engine-2.1.0-x86_64-unknown-linux-gnu.tar.gz"
        made.release(archives() | {name: data})
        done = made.seatrial("rehearse")
        assert done.returncode == 1
        assert name in done.stderr
        assert said in done.stderr, done.stderr


def test_an_archive_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The plan asks the forge, so that a missing platform is known before anything is built."""
    with engine(tmp_path) as made:
        those = archives()
        del those["engine-2.1.0-x86_64-pc-windows-msvc.zip"]
        made.release(those)
        done = made.seatrial("plan")
        assert done.returncode == 1
        assert "engine-2.1.0-x86_64-pc-windows-msvc.zip" in done.stderr


def test_a_pinned_digest_that_does_not_match_is_refused(tmp_path: Path) -> None:
    """What the configuration states and what the forge states have to be the same."""
    with engine(tmp_path) as made:
        made.release(archives())
        name = "engine-2.1.0-x86_64-pc-windows-msvc.zip"
        made.configure("[wrap.place]", f'[wrap.digests]\n"{name}" = "{"0" * 64}"\n\n[wrap.place]')
        done = made.seatrial("plan")
        assert done.returncode in {1, 4}
        assert name in done.stderr
        assert "0000000000000000…" in done.stderr


def test_wrap_by_itself_makes_the_wheels_the_same_twice(tmp_path: Path) -> None:
    """The command lays the five wheels down, to the byte the same again, from a folder as well."""
    with engine(tmp_path) as made:
        folder = made.repository / "binaries"
        folder.mkdir()
        for name, data in archives().items():
            (folder / name).write_bytes(data)
        first = made.seatrial("wrap", "--from", "binaries", "--out", str(tmp_path / "one"))
        assert first.returncode == 0, first.stderr
        second = made.seatrial("wrap", "--from", "binaries", "--out", str(tmp_path / "two"))
        assert second.returncode == 0, second.stderr
        one = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
        two = {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
        assert one == two
        assert len(one) == len(TARGETS)


def test_wrap_by_itself_makes_no_sdist(tmp_path: Path) -> None:
    """Nobody gets one from it, so the backend is not asked, and the wheel comes from the commit."""
    with engine(tmp_path) as made:
        manifest, folder = made.repository / "pyproject.toml", made.repository / "binaries"
        text = manifest.read_text("utf-8")
        assert text.count('build-backend = "hatchling.build"') == 1
        manifest.write_text(
            text.replace('"hatchling.build"', '"own"\nbackend-path = ["."]'), "utf-8"
        )
        (made.repository / "own.py").write_text(
            "from hatchling.build import *\n\n\ndef build_sdist(*_):\n    raise SystemExit(3)\n"
        )
        git(made.repository, "add", "--all")
        git(made.repository, "commit", "--quiet", "--message=build: have a backend of our own")
        folder.mkdir()
        for name, data in archives().items():
            (folder / name).write_bytes(data)
        done = made.seatrial("wrap", "--from", "binaries", "--out", str(tmp_path / "one"))
        assert done.returncode == 0, done.stderr
        assert len(list((tmp_path / "one").iterdir())) == len(TARGETS)


def test_where_the_folder_fills_none_of_the_set_is_left(tmp_path: Path) -> None:
    """What does not fit is named with the way out, and nothing is there that was not before."""
    small, large, out = tmp_path / "a.whl", tmp_path / "b.whl", tmp_path / "out"
    small.write_bytes(bytes(1000))
    large.write_bytes(bytes(2_000_000))
    large.chmod(0o600)  # What only its owner may read is copied, and not linked.
    out.mkdir()
    (out / "b.whl").write_bytes(b"older")
    files = [(str(small), "a.whl"), (str(large), "b.whl")]
    child = f"""
import resource, signal
from pathlib import Path
from seatrial.errors import StorageFault
from seatrial.storage import chosen_place, lay_whole

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    with chosen_place(Path({str(out)!r})):
        lay_whole([(Path(path), name) for path, name in {files!r}], Path({str(out)!r}))
except StorageFault as fault:
    print(fault.thing, fault.next_step, sep="|")
"""
    argv = [sys.executable, "-c", child]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True)
    thing, _, next_step = done.stdout.strip().partition("|")
    assert thing == str(out / "b.whl")
    assert "ulimit -f" in next_step
    assert [path.name for path in out.iterdir()] == ["b.whl"]
    assert (out / "b.whl").read_bytes() == b"older"
