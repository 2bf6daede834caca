"""The dock beside pypiserver and devpi-server: pages, a large upload, the start."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import statistics
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measuring import BIN, Row, environment, ran, shown
from benchmarks.servers import HOST, MOST, UP_WITHIN, _free_port, _running
from seatrial.artifacts.compare import sha256_of
from seatrial.world.ports import StoredFile
from seatrial.world.uploadform import fields_of, multipart

FILES = int(os.environ.get("SEATRIAL_BENCHMARK_FILES", "5000"))
"""Files of one project."""

PROJECTS = int(os.environ.get("SEATRIAL_BENCHMARK_PROJECTS", "10000"))
"""Projects with a file each."""

LARGE = 1_000_000_000
FOR = 5.0
"""Seconds in which a page is asked for again and again."""

STARTS = 5
WAITING = 120.0
"""Seconds for an answer."""

TIMES = 20
"""How many times as many pages a second the dock is to give as pypiserver."""

FLAT = 64
"""MiB that the server may grow by while it takes a file of a gigabyte."""

MIB = 1 << 20
MANY = "many"


@dataclass(frozen=True, kw_only=True)
class Served:
    """A running index.

    Attributes:
        port: of the loopback.
        pid: of its process.
        upload: path to upload to; nothing where files are laid into a folder.
        simple: path of the list of projects.
        headers: what an upload needs.
    """

    port: int
    pid: int
    upload: str
    simple: str
    headers: Mapping[str, str] = field(default_factory=dict)


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@contextlib.contextmanager
def dock(folder: Path) -> Iterator[Served]:
    """Serve what the folder holds with the dock, as its command does."""
    argv = [sys.executable, "-m", "benchmarks.docking", str(folder)]
    with _running(argv) as process:
        assert process.stdout is not None
        port, upload, simple = process.stdout.readline().decode().split()
        yield Served(
            port=int(port), pid=process.pid, upload=upload, simple=simple,
            headers={"Authorization": _basic("__token__", "pypi-benchmark")},
        )  # fmt: skip


@contextlib.contextmanager
def pypiserver(folder: Path) -> Iterator[Served]:
    """Serve a folder of files with pypiserver, open to everyone."""
    folder.mkdir(exist_ok=True)
    port = _free_port()
    argv = [sys.executable, "-m", "pypiserver", "run", "--port", str(port), "--interface", HOST]
    argv += ["--authenticate", ".", "--passwords", ".", "--disable-fallback", str(folder)]
    with _running(argv, heard=False) as process:
        _up(port, "/simple/")
        yield Served(port=port, pid=process.pid, upload="/", simple="/simple/")


@contextlib.contextmanager
def devpi(folder: Path) -> Iterator[Served]:
    """Serve what the folder holds with devpi-server."""
    _initialised(folder)
    port = _free_port()
    argv = [str(BIN / "devpi-server"), "--serverdir", str(folder), "--port", str(port)]
    with _running([*argv, "--host", HOST, "--offline-mode"], heard=False) as process:
        _up(port, "/+api")
        login = _asked(port, "POST", "/+login", {"user": "root", "password": "root"}, {})
        token = json.loads(login)["result"]["password"]
        allowed = {"X-Devpi-Auth": base64.b64encode(f"root:{token}".encode()).decode()}
        with contextlib.suppress(http.client.HTTPException):  # it is there already
            _asked(port, "PUT", "/root/dev", {"bases": []}, allowed)
        yield Served(
            port=port, pid=process.pid, upload="/root/dev/", simple="/root/dev/+simple/",
            headers={"Authorization": _basic("root", token), **allowed},
        )  # fmt: skip


def _initialised(folder: Path) -> None:
    if not folder.exists():
        told = ["--serverdir", folder, "--no-root-pypi", "--root-passwd", "root"]
        ran(["devpi-init", *told], folder.parent, environment(folder.parent))


def _filled(folder: Path, files: Path) -> None:
    """Put files into a devpi-server that does not run yet."""
    _initialised(folder)
    ran(
        ["python", "-m", "benchmarks.devpis", folder, files], Path.cwd(), environment(folder.parent)
    )


SERVERS: Mapping[str, Callable[[Path], contextlib.AbstractContextManager[Served]]] = {
    "seatrial dock": dock,
    "pypiserver": pypiserver,
    "devpi-server": devpi,
}


def _asked(port: int, verb: str, path: str, body: object, headers: Mapping[str, str]) -> bytes:
    connection = http.client.HTTPConnection(HOST, port, timeout=UP_WITHIN)
    sent = {"Content-Type": "application/json", "Accept": "application/json", **headers}
    connection.request(verb, path, json.dumps(body), sent)
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    if answer.status >= http.client.BAD_REQUEST:
        raise http.client.HTTPException(f"{verb} {path}: {answer.status}")
    return data


def _up(port: int, path: str) -> None:
    """Wait until a server answers."""
    ends = time.monotonic() + UP_WITHIN
    while time.monotonic() < ends:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(HOST, port, timeout=UP_WITHIN)
            connection.request("GET", path)
            connection.getresponse().read()
            return
        time.sleep(0.005)
    raise SystemExit("the index did not come up")


def tiny(folder: Path, name: str, version: str) -> StoredFile:
    """Make a wheel that holds next to nothing."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        record = "".join(f"{info}/{one},,\n" for one in ("METADATA", "WHEEL", "RECORD"))
        archive.writestr(f"{info}/RECORD", record)
    return _described(path)


def _described(path: Path) -> StoredFile:
    return StoredFile(name=path.name, sha256=sha256_of(path), size=path.stat().st_size, path=path)


def upload(served: Served, files: list[StoredFile]) -> float:
    """Upload files one after the other, each over a connection of its own; give the seconds."""
    began = time.perf_counter()
    for file in files:
        connection = http.client.HTTPConnection(HOST, served.port, timeout=WAITING)
        body = multipart(fields_of(file), file)
        headers = {"Content-Type": body.content_type, "Content-Length": str(body.length)}
        connection.request("POST", served.upload, body.chunks(), {**headers, **served.headers})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != http.client.OK:
            raise SystemExit(f"{file.name}: {answer.status} {answer.reason}")
    return time.perf_counter() - began


def pages(served: Served, path: str, least: int) -> float:
    """Ask for a page again and again, and give how many came in a second.

    Args:
        served: the index.
        path: the page's.
        least: bytes that it has at least.
    """
    connection = http.client.HTTPConnection(HOST, served.port, timeout=WAITING)
    count, began = -1, 0.0
    while count < 1 or time.perf_counter() - began < FOR:
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK or len(body) < least:
            raise SystemExit(f"{path}: {answer.status}, {len(body)} bytes")
        count += 1
        if count == 0:  # the first warms up
            began = time.perf_counter()
    return count / (time.perf_counter() - began)


def peak(pid: int) -> float:
    """Give the most memory that a process and its children ever had, in MiB."""
    pids = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        pids += map(int, task.read_text("ascii").split())
    lines = [
        line
        for one in pids
        for line in Path(f"/proc/{one}/status").read_text("utf-8").splitlines()
        if line.startswith("VmHWM:")
    ]
    return sum(int(line.split()[1]) for line in lines) / 1024


def measure(folder: Path) -> list[Row]:
    """Fill each index, and measure it."""
    made = folder / "files"
    made.mkdir()
    files = [tiny(made, MANY, f"1.{number}") for number in range(FILES)]
    files += [tiny(made, f"project{number}", "1.0") for number in range(PROJECTS)]
    full: dict[str, dict[str, float]] = {}
    for name, serve in SERVERS.items():
        print(f"  {name} …", file=sys.stderr, flush=True)
        home = folder / name.replace(" ", "-")
        if name == "pypiserver":
            home.mkdir()
            for file in files:
                (home / file.name).symlink_to(file.path)
        if name == "devpi-server":
            _filled(home, made)
        with serve(home) as served:
            upload(served, files if name == "seatrial dock" else [])
            full[name] = {
                "project": pages(served, f"{served.simple}{MANY}/", FILES * 50),
                "list": pages(served, served.simple, PROJECTS * 20),
            }
        full[name]["start"] = statistics.median(_starts(serve, home) for _ in range(STARTS))
        full[name] |= _large(serve, folder / f"large-{home.name}", folder)
    return [
        *_rates(f"page of {FILES:,} files", "project", full),
        *_rates(f"list of {PROJECTS:,} projects", "list", full),
        *_told("start, with all of them", "start", full),
        *_grown(full),
    ]


def _starts(
    serve: Callable[[Path], contextlib.AbstractContextManager[Served]], home: Path
) -> float:
    """Give the seconds from the start of a process to its first page."""
    began = time.perf_counter()
    with serve(home) as served:
        _up(served.port, f"{served.simple}{MANY}/")
        return time.perf_counter() - began


def _large(
    serve: Callable[[Path], contextlib.AbstractContextManager[Served]], home: Path, folder: Path
) -> dict[str, float]:
    """Upload a file of a gigabyte to an empty index: seconds, and how the server grows."""
    path = folder / f"large-1.0-{home.name.replace('-', '')}-none-any.whl"
    info = "large-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("large/data.bin", os.urandom(MIB) * (LARGE // MIB))
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: large\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        record = f"large/data.bin,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"
        archive.writestr(f"{info}/RECORD", record)
    with serve(home) as served:
        upload(served, [tiny(folder, "small", "1.0")])
        before = peak(served.pid)
        seconds = upload(served, [_described(path)])
        grown = peak(served.pid) - before
    path.unlink()
    return {"upload": seconds, "grown": grown}


def _rates(job: str, key: str, full: Mapping[str, Mapping[str, float]]) -> list[Row]:
    ours, rows = full["seatrial dock"][key], []
    for name, figures in full.items():
        ratio, row = (
            ours / figures[key],
            Row(job="", how=name, figure=f"{figures[key]:.1f} a second"),
        )
        if name == "seatrial dock":
            row = Row(job=job, how=name, figure=row.figure)
        elif name == "pypiserver":
            row = Row(
                job="", how=name, figure=row.figure, ratio=f"{ratio:.0f} times as many",
                target=f"at least {TIMES}", met=ratio >= TIMES,
            )  # fmt: skip
        else:
            row = Row(job="", how=name, figure=row.figure, ratio=f"{ratio:.1f} times as many")
        rows.append(row)
    return rows


def _told(job: str, key: str, full: Mapping[str, Mapping[str, float]]) -> list[Row]:
    ours = full["seatrial dock"][key]
    return [
        Row(
            job=job if name == "seatrial dock" else "",
            how=name,
            figure=shown(figures[key]),
            ratio="" if name == "seatrial dock" else f"{figures[key] / ours:.1f} times faster",
        )
        for name, figures in full.items()
    ]


def _grown(full: Mapping[str, Mapping[str, float]]) -> list[Row]:
    rows = []
    for name, figures in full.items():
        ours = name == "seatrial dock"
        rows.append(
            Row(
                job=f"take a file of {LARGE / 1e9:g} GB" if ours else "",
                how=name,
                figure=shown(figures["upload"]),
                ratio=f"{figures['grown']:.0f} MiB more memory",
                target=f"at most {FLAT} MiB" if ours else "",
                met=not ours or figures["grown"] <= FLAT,
            )
        )
    return rows


def _serve(folder: Path) -> None:
    from urllib.parse import urlsplit

    from seatrial.dock.serve import serve_forever
    from seatrial.dock.server import Dock
    from seatrial.dock.values import Limits

    def announce(served: Dock) -> None:
        upload_to, simple = map(urlsplit, (served.upload_url("pypi"), served.simple_url("pypi")))
        sys.stdout.write(f"{upload_to.port} {upload_to.path} {simple.path}\n")
        sys.stdout.flush()

    serve_forever(Dock(folder, limits=Limits(file=MOST, project=100 * MOST)), announce)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
