"""The dock on its own, and the index behind it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from seatrial.dock.serve import serve_forever
from seatrial.dock.server import Dock
from seatrial.world.usual import usual_index


def serve(port: int, folder: Path | None, announce: Callable[[str], None]) -> None:
    """Serve index and forge in the foreground, until Ctrl-C.

    Args:
        port: the port; a free one when 0.
        folder: where the state is kept; a temporary folder when absent.
        announce: takes the lines that say where everything is.
    """

    def told(dock: Dock) -> None:
        announce(_addresses(dock))

    if folder is not None:
        serve_forever(Dock(folder, foreign=usual_index(os.environ), port=port), told)
        return
    with tempfile.TemporaryDirectory(prefix="seatrial-dock-") as name:
        serve_forever(Dock(Path(name), foreign=usual_index(os.environ), port=port), told)


def _addresses(dock: Dock) -> str:
    upload, simple = dock.upload_url("pypi"), dock.simple_url("pypi")
    return "\n".join(
        (
            f"The dock serves at {dock.url} (Ctrl-C ends it).",
            f"  pip     pip install --index-url {simple} NAME",
            f"  uv      uv pip install --default-index {simple} NAME",
            f"          uv publish --publish-url {upload} --token any dist/*",
            f"  twine   twine upload --repository-url {upload} -u __token__ -p any dist/*",
            f"  forge   {dock.forge_api}",
        )
    )
