"""A package index for installers: a folder served over HTTP as pages of the Simple API."""

from __future__ import annotations

import contextlib
import hashlib
import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path


class SimpleFolder:
    """An index of what lies in a folder, one folder a project.

    Attributes:
        url: the address of its Simple API.
        asked: the paths that were asked for.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = ""
        self.asked: list[str] = []

    def project(self, name: str) -> Path:
        """Give the folder for a project's files."""
        place = self.folder / name
        place.mkdir(parents=True, exist_ok=True)
        return place


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *args: object, index: SimpleFolder) -> None:
        self.index = index
        super().__init__(*args, directory=str(index.folder))  # type: ignore[arg-type]  # socketserver's three

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Print nothing."""

    def do_GET(self) -> None:
        """Serve a project's page, made at the moment, to be cached for an hour; or a file."""
        self.index.asked.append(self.path)
        folder = self.index.folder / self.path.strip("/")
        if not (self.path.endswith("/") and folder.is_dir()):
            super().do_GET()
            return
        links = [
            f'<a href="{file.name}#sha256={hashlib.sha256(file.read_bytes()).hexdigest()}">'
            f"{file.name}</a>"
            for file in sorted(folder.iterdir())
        ]
        page = f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "max-age=3600")
        self.end_headers()
        self.wfile.write(page)


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[SimpleFolder]:
    """Serve a folder while the block runs.

    Args:
        folder: one folder a project, by its normalised name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index = SimpleFolder(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, index=index))
    index.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
