"""Mend files of the working tree, and none that holds work of the user's that git does not have."""

from __future__ import annotations

import stat
from collections.abc import Sequence

from seatrial.repository.snapshot import Snapshot
from seatrial.rules.values import Finding, Fix
from seatrial.storage import storage_faults, write_whole


def mend(snapshot: Snapshot, findings: Sequence[Finding]) -> tuple[dict[str, str], frozenset[str]]:
    """Apply the fixes of findings to the working tree.

    Args:
        snapshot: the commit that the findings were made in.
        findings: those without a fix are passed over.

    Returns:
        Path → why a file was left alone; and the paths of those that were changed.

    Raises:
        StorageFault: a file cannot be written.
    """
    fixes: dict[str, list[Fix]] = {}
    for finding in findings:
        if finding.fix is not None and finding.fix not in fixes.get(finding.fix.path, []):
            fixes.setdefault(finding.fix.path, []).append(finding.fix)
    left: dict[str, str] = {}
    for path, parts in fixes.items():
        why = _create(snapshot, parts[0]) if parts[0].creates else _change(snapshot, path, parts)
        if why:
            left[path] = why
    return left, frozenset(fixes.keys() - left.keys())


def _create(snapshot: Snapshot, fix: Fix) -> str:
    """Make a file, or say why not."""
    place = snapshot.root / fix.path
    if place.exists() or place.is_symlink():
        return "it is there, and not committed"
    write_whole(place, fix.text.encode())
    return ""


def _change(snapshot: Snapshot, path: str, parts: Sequence[Fix]) -> str:
    """Change a file, or say why it was left alone."""
    place = snapshot.root / path
    committed = snapshot.data(path)
    why = _unlike(snapshot, path, committed)
    if why:
        return why
    text, encoding = snapshot.text(path) or "", snapshot.encoding(path)
    at = len(text)
    for part in sorted(parts, key=lambda one: (one.start, one.end), reverse=True):
        if part.end > at:
            return "two findings would change the same place: mend one of them by hand"
        text = text[: part.start] + part.text + text[part.end :]
        at = part.start
    with storage_faults(place):
        mode = stat.S_IMODE(place.stat().st_mode)
    write_whole(place, text.encode(encoding))
    with storage_faults(place):
        place.chmod(mode)
    return ""


def _unlike(snapshot: Snapshot, path: str, committed: bytes) -> str:
    """Say how a file of the working tree differs from the commit's, or nothing."""
    place = snapshot.root / path
    if place.is_symlink() or not place.is_file():
        return "it is no file in the working tree"
    if path in snapshot.dirty:
        return "it has changes that are not committed: commit or stash them first"
    if place.read_bytes() != committed:
        return "git changes its bytes on checkout (line endings, a filter): mend it by hand"
    return ""
