"""Where the pages of a run are written, and what is done when they cannot be."""

from __future__ import annotations

import contextlib
import importlib
import shutil
import tempfile
from pathlib import Path

import msgspec

from seatrial.errors import StorageFault
from seatrial.operations.rehearsed import cache_folder
from seatrial.operations.summary import add_to_summary
from seatrial.plan.values import Plan
from seatrial.report.release import ReleaseReport
from seatrial.storage import storage_faults

KEPT = 20
"""How many rehearsals' pages are kept; older ones make room."""

HTML, JSON, MARKDOWN = "report.html", "report.json", "report.md"


def load_pages() -> None:
    """Get ready what makes the pages, so that :func:`write_pages` does not wait for it."""
    from seatrial.report.html import load_page

    load_page()
    for late in ("markdown", "text"):
        importlib.import_module(f"seatrial.report.{late}")


def write_pages(report: ReleaseReport, folder: Path | None) -> ReleaseReport:
    """Write ``report.html``, ``report.md`` and ``report.json`` into a folder.

    In a job of CI the report is added to the job's summary, too.  A page is no part of the release:
    one that cannot be written does not make it fail.

    Args:
        report: of the run.
        folder: where to; it is made.  Nothing is written without one.

    Returns:
        The report, with the place of its page, or without one when it could not be written.
    """
    from seatrial.report.html import render_html
    from seatrial.report.markdown import render_markdown

    add_to_summary(lambda: render_markdown(report))
    if folder is None:
        return report
    placed = msgspec.structs.replace(report, page=str(folder / HTML))
    data = msgspec.json.format(msgspec.json.encode(placed, order="deterministic")) + b"\n"
    try:
        with storage_faults(folder):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / HTML).write_text(render_html(placed), "utf-8", "xmlcharrefreplace")
            (folder / MARKDOWN).write_text(render_markdown(placed), "utf-8", "replace")
            (folder / JSON).write_bytes(data)
    except StorageFault:
        return report
    return placed


def reports_folder(plan: Plan) -> Path | None:
    """Give a new folder in the user's cache for the pages of a rehearsal; older ones make room.

    Args:
        plan: what was rehearsed.

    Returns:
        The folder, or nothing when it cannot be made.
    """
    base = cache_folder() / "reports"
    try:
        base.mkdir(parents=True, exist_ok=True)
        made = tempfile.mkdtemp(prefix=f"{plan.package}-{plan.version}-", dir=base)
        _make_room(base)
    except OSError:
        return None
    return Path(made)


def _make_room(base: Path) -> None:
    kept = [path for path in base.iterdir() if path.is_dir()]
    kept.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for old in kept[KEPT:]:
        with contextlib.suppress(OSError):
            shutil.rmtree(old)
