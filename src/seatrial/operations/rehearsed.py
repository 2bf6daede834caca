"""Where the files of rehearsals are kept on this machine, until a release ships them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

KEPT = 10
"""How many sources are kept; older ones make room."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a kept build consists of: file name → SHA-256."""

    files: dict[str, str]


def cache_folder() -> Path:
    """Give the user's cache folder for Seatrial (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base and Path(base).is_absolute() else Path.home() / ".cache"
    return root / "seatrial"


class RehearsedFiles:
    """Built files by what they were built from; a source is kept whole or not at all.

    Args:
        folder: where they are kept.
        use: whether they may be found; a rehearsal builds anew, and only keeps.
    """

    def __init__(self, folder: Path, *, use: bool) -> None:
        self.folder = folder
        self.use = use

    def find(self, source: str) -> Sequence[Path]:
        """Give the files of a source, if every one is there with the bytes it had."""
        if not self.use:
            return ()
        kept = self.folder / source
        try:
            manifest = msgspec.json.decode((kept / "manifest.json").read_bytes(), type=Manifest)
            for name, digest in manifest.files.items():
                with (kept / name).open("rb") as file:
                    if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                        return ()
        except (OSError, msgspec.MsgspecError):
            return ()
        return tuple(kept / name for name in manifest.files)

    def keep(self, source: str, files: Sequence[Path]) -> None:
        """Keep the files of a source, in the place of what an earlier rehearsal built from it.

        Where that fails (the cache is read-only, its disk is full), nothing is lost but time.
        """
        # A half is never found: its folder has another name until it is whole.
        with contextlib.suppress(OSError):
            self._keep(source, files)
            self._make_room()

    def _keep(self, source: str, files: Sequence[Path]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
        try:
            with ThreadPoolExecutor(thread_name_prefix="keep") as pool:
                copied = pool.map(lambda file: _copied(file, fresh / file.name), files)
                digests = {file.name: digest for file, digest in zip(files, copied, strict=True)}
            (fresh / "manifest.json").write_bytes(msgspec.json.encode(Manifest(files=digests)))
            kept = self.folder / source
            if kept.exists():
                shutil.rmtree(kept)
            fresh.rename(kept)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise

    def _make_room(self) -> None:
        kept = [path for path in self.folder.iterdir() if path.is_dir()]
        kept.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for old in kept[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)


def _copied(file: Path, to: Path) -> str:
    """Copy a file, and give the SHA-256 of the copy."""
    with shutil.copyfile(file, to).open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
