"""Where another repository's binaries come from, and who vouches for them."""

from __future__ import annotations

import fcntl
import hashlib
import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from seatrial.actions.wrapping import looked_into
from seatrial.config.schema import WrapSettings
from seatrial.errors import BuildFailed, CredentialMissing, DifferentBytes, InspectionFailed
from seatrial.plan.wrapping import asked_for
from seatrial.plan.wraps import Wrap
from seatrial.secret import Secret
from seatrial.world.http import Http
from seatrial.world.wares import NOBODY, Warehouse, digest_of
from tests.support.compiled import PROGRAM, compiled
from tests.support.talker import Heard, Say, Talker

LINUX, MAC = "x86_64-unknown-linux-gnu", "aarch64-apple-darwin"
TARGETS = {LINUX: "manylinux_2_17_x86_64", MAC: "macosx_11_0_arm64"}


def packed(files: Mapping[str, bytes]) -> bytes:
    """Make a compressed tar archive."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o755
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


def archives() -> dict[str, bytes]:
    """Give what an engine publishes for two platforms."""
    machines = {LINUX: "x86_64-linux-gnu.2.17", MAC: "aarch64-macos"}
    return {
        f"engine-2.0-{target}.tar.gz": packed(
            {"bin/engine": compiled(machine, PROGRAM, program=True), "LICENSE": b"free"}
        )
        for target, machine in machines.items()
    }


def sums(files: Mapping[str, bytes]) -> bytes:
    """Give what sha256sum writes of files."""
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()]
    return "".join(lines).encode()


def serving(files: Mapping[str, bytes]) -> Callable[[Heard], Say]:
    """Serve files below ``/v2.0/``."""

    def answer(heard: Heard) -> Say:
        data = files.get(heard.path.removeprefix("/v2.0/"))
        return Say(404) if data is None else Say(200, data)

    return answer


def nobody(api: str) -> Secret:
    """Have no token."""
    raise CredentialMissing(api)


def warehouse(tmp_path: Path, **more: Callable[[float], None]) -> Warehouse:
    """Give what fetches, with a cache of its own."""
    http = Http(wait=lambda _: None, attempts=1)
    return Warehouse(http=http, cache=tmp_path / "cache", root=tmp_path, token=nobody, **more)  # type: ignore[arg-type]  # the pause alone


def settings(source: str, **more: object) -> WrapSettings:
    """Say what is wrapped."""
    return WrapSettings(
        source=source,
        asset="engine-{engine_version}-{target}.tar.gz",
        place={"engine": "demo/_bin/{target}/"},
        targets=dict(TARGETS),
        **more,  # type: ignore[arg-type]  # as the configuration has them
    )


def resolved(at: Warehouse, said: WrapSettings) -> Wrap:
    """Ask the source for the binaries 2.0 of a package 1.0."""
    return at.resolve(asked_for(said, "1.0", "2.0"), said)


def test_an_address_with_placeholders_gives_what_the_sums_beside_it_state(tmp_path: Path) -> None:
    """Each platform's archive is fetched from its address, and has the digest of SHA256SUMS."""
    files, at = archives(), warehouse(tmp_path)
    with Talker(serving(files | {"SHA256SUMS": sums(files)})) as talker:
        found = resolved(at, settings(f"{talker.url}/v{{engine_version}}"))
        assert {ware.proof for ware in found.wares} == {"SHA256SUMS"}
        for ware in found.wares:
            assert at.fetch(found, ware).read_bytes() == files[ware.name]
        asked = len(talker.heard)
        looked_into(at, found)
        assert len(talker.heard) == asked


def test_what_nobody_vouches_for_is_an_error_unless_it_is_named(tmp_path: Path) -> None:
    """Without any digest the archive is named, and it is taken when the configuration names it."""
    files, at = archives(), warehouse(tmp_path)
    with Talker(serving(files)) as talker:
        source = f"{talker.url}/v2.0"
        with pytest.raises(BuildFailed, match="nobody states its SHA-256") as told:
            resolved(at, settings(source))
        assert [one.thing for one in (told.value, *told.value.others)] == list(files)
        found = resolved(at, settings(source, unverified=tuple(files)))
        assert {ware.proof for ware in found.wares} == {NOBODY}
        assert at.fetch(found, found.wares[0]).read_bytes() == files[found.wares[0].name]


def test_sums_that_anybody_can_change_on_their_way_prove_nothing(tmp_path: Path) -> None:
    """Beside an address that is not encrypted, a file of sums is not even asked for."""
    with pytest.raises(BuildFailed, match="its address is not encrypted"):
        resolved(warehouse(tmp_path), settings("http://engine.example/v2.0"))
    pinned = dict.fromkeys(archives(), "0" * 64)
    found = resolved(warehouse(tmp_path), settings("http://engine.example/v2.0", digests=pinned))
    assert {ware.proof for ware in found.wares} == {"the configuration"}


def test_an_archive_with_other_bytes_is_thrown_away(tmp_path: Path) -> None:
    """What comes with another digest than was announced is named, and nothing of it is kept."""
    files, at = archives(), warehouse(tmp_path)
    served = dict.fromkeys(files, b"something else") | {"SHA256SUMS": sums(files)}
    with Talker(serving(served)) as talker:
        found = resolved(at, settings(f"{talker.url}/v2.0"))
        with pytest.raises(DifferentBytes) as told:
            at.fetch(found, found.wares[0])
    assert told.value.thing == found.wares[0].name
    assert not list(tmp_path.rglob("content*"))


def test_a_folder_whose_sums_state_something_else_is_refused(tmp_path: Path) -> None:
    """A SHA256SUMS beside archives in a folder is held against them."""
    (folder := tmp_path / "binaries").mkdir()
    for name, data in archives().items():
        (folder / name).write_bytes(data)
    found = resolved(warehouse(tmp_path), settings("binaries"))
    assert {ware.proof for ware in found.wares} == {"the folder"}
    (folder / "SHA256SUMS").write_bytes(sums(dict.fromkeys(archives(), b"other")))
    with pytest.raises(DifferentBytes) as told:
        resolved(warehouse(tmp_path), settings("binaries"))
    assert [one.thing for one in (told.value, *told.value.others)] == list(archives())


def test_looking_ahead_tells_every_archive_that_lacks_something(tmp_path: Path) -> None:
    """Before a build, each archive is named that lacks a file or is for another machine."""
    files = archives()
    (folder := tmp_path / "binaries").mkdir()
    linux, mac = files
    (folder / linux).write_bytes(packed({"LICENSE": b"free"}))
    (folder / mac).write_bytes(files[linux])
    at = warehouse(tmp_path)
    with pytest.raises(InspectionFailed) as told:
        looked_into(at, resolved(at, settings("binaries")))
    assert told.value.thing == linux
    assert "it holds no engine; it holds LICENSE" in told.value.said
    assert [error.thing for error in told.value.others] == [mac]
    assert "macosx_11_0_arm64 is wanted" in told.value.others[0].said


def test_two_runs_fetch_one_archive_one_after_the_other(tmp_path: Path) -> None:
    """While another run fetches an archive, this one waits, and takes what that has fetched."""
    files = archives()
    with Talker(serving(files | {"SHA256SUMS": sums(files)})) as talker:
        found = resolved(warehouse(tmp_path), settings(f"{talker.url}/v2.0"))
        ware = found.wares[0]
        (kept := tmp_path / "cache" / ware.sha256).mkdir(parents=True)
        (kept / "content.part").write_bytes(files[ware.name][:100])
        other = (kept / "lock").open("a")
        fcntl.flock(other, fcntl.LOCK_EX)

        def comes(_: float) -> None:
            (kept / "content.part").unlink()
            (kept / "content").write_bytes(files[ware.name])
            other.close()

        asked = len(talker.heard)
        assert digest_of(warehouse(tmp_path, pause=comes).fetch(found, ware)) == ware.sha256
        assert len(talker.heard) == asked
