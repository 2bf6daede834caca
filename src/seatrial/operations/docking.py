"""The dock on its own, and the index behind it."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from seatrial.dock.faults import parse_fault
from seatrial.dock.identity import Job
from seatrial.dock.publishers import Publisher, parse_publisher
from seatrial.dock.serve import serve_forever
from seatrial.dock.server import Dock
from seatrial.world.usual import usual_index


class Berth(msgspec.Struct, frozen=True, kw_only=True):
    """What a dock on its own is to be.

    Attributes:
        port: the port; a free one when 0.
        folder: where the state is kept; a temporary folder when absent.
        publishers: trusted publishers, as ``--publisher`` has them.
        pending: the same, of projects that are not there yet.
        faults: what goes wrong, as ``--fault`` has it.
        tls: whether it serves over HTTPS.
    """

    port: int = 0
    folder: Path | None = None
    publishers: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    tls: bool = False


def serve(berth: Berth, announce: Callable[[str], None]) -> None:
    """Serve index and forge in the foreground, until Ctrl-C.

    Args:
        berth: what was asked for.
        announce: takes the lines that say where everything is.
    """
    publishers = [
        *(parse_publisher(text) for text in berth.publishers),
        *(parse_publisher(text, pending=True) for text in berth.pending),
    ]
    faults = [parse_fault(text) for text in berth.faults]

    def told(dock: Dock) -> None:
        announce("\n".join((*_addresses(dock), *_of_jobs(dock, publishers))))

    with tempfile.TemporaryDirectory(prefix="seatrial-dock-") as name:
        dock = Dock(
            berth.folder or Path(name),
            foreign=usual_index(os.environ),
            port=berth.port,
            publishers=publishers,
            faults=faults,
            tls=berth.tls,
        )
        serve_forever(dock, told)


def _addresses(dock: Dock) -> list[str]:
    upload, simple = dock.upload_url("pypi"), dock.simple_url("pypi")
    trust = f"\n  trust   export SSL_CERT_FILE={shlex.quote(str(dock.authority))}"
    return [
        f"The dock serves at {dock.url} (Ctrl-C ends it).{trust if dock.tls else ''}",
        f"  pip     pip install --index-url {simple} NAME",
        f"  uv      uv pip install --default-index {simple} NAME",
        f"          uv publish --publish-url {upload} --token any dist/*",
        f"  twine   twine upload --repository-url {upload} -u __token__ -p any dist/*",
        f"  forge   {dock.forge_api}",
    ]


def _of_jobs(dock: Dock, publishers: list[Publisher]) -> list[str]:
    """Say how to be a job that may publish; tokens of GitLab's would not last, so those are not."""
    lines = []
    for publisher in publishers:
        if publisher.kind == "github":
            job = Job(
                repository=publisher.repository,
                workflow=publisher.workflow,
                environment=publisher.environment,
            )
            lines.append(f"To publish {publisher.project} as a job of {publisher.repository}:")
            lines += [f"  export {name}={value}" for name, value in dock.job(job).items()]
    return lines
