"""Writing to the dock's folder so that a half-written file never appears."""

from __future__ import annotations

import uuid
from pathlib import Path

INCOMING = ".incoming"
"""Folder for what is not complete yet; emptied at every start."""

MARK = ".mark"


def incoming(root: Path) -> Path:
    """Give a fresh path for a file that is being received."""
    folder = root / INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    return folder / uuid.uuid4().hex


def clear_incoming(root: Path) -> None:
    """Remove what a killed server left half-received."""
    for left in (root / INCOMING).glob("*"):
        left.unlink()


def write_whole(root: Path, path: Path, data: bytes) -> None:
    """Write a file so that it is there complete or not at all.

    It survives a killed process.  It is not synced to the disk: a rehearsal does not outlive the
    machine, and the time is the user's.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = incoming(root)
    half.write_bytes(data)
    half.replace(path)


def place(half: Path, path: Path) -> None:
    """Move a completely received file to its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half.replace(path)


def mark(root: Path) -> str:
    """Give what tells this folder from every other one: a word that is made once and kept there."""
    path = root / MARK
    if not path.exists():
        write_whole(root, path, uuid.uuid4().hex[:12].encode())
    return path.read_text(encoding="ascii")
