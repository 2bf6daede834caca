"""Run what the documentation shows, and compare, or write down, what comes of it.

Usage: python docs/examples.py [--check]

A block whose lines begin with ``$ seatrial`` is a session: each page's sessions are run from first
to last in a repository of their own, made from ``examples/hello``, with a new home folder.  Times,
dates, digests, sizes and addresses may differ; a line ``…`` stands for any lines.  With ``--check``
nothing is written, and the exit code says whether the pages show what happens.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
HARMLESS = {"plan", "rehearse", "status", "log", "check", "build", "config", "explain"}
"""Commands that change nothing outside: a page that shows another is not run."""

PROMPT = "$ seatrial "
MARGIN = "    "
ANY = "…"
SESSION = re.compile(r"^ {4}.*\n(?:\n* {4}.*\n)*", re.MULTILINE)
LOGINS = re.compile(r"TOKEN|PASSWORD|TWINE|UV_PUBLISH|USERNAME|^SEATRIAL|^GIT_")

CHANGING = (
    (re.compile(r"\b\d{8}T\d{6}Z-\S+"), "RUN"),
    (re.compile(r"\b\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?( UTC)?)?"), "DATE"),
    (re.compile(r"\b[0-9a-f]{7,64}\b"), "DIGEST"),
    (re.compile(r" *\b\d+(\.\d+)? (s|kB|MB|bytes)\b"), " AMOUNT"),
    (re.compile(r"https?://127\.0\.0\.1\S*"), "ADDRESS"),
    (re.compile(r"(/|~/)[\w./-]*/reports/\S+"), "PAGE"),
    (re.compile(r"Python \d+\.\d+\.\d+"), "PYTHON"),
    # What the index of the day does not know yet.
    (re.compile(r"^ *\d+ projects? made by the first upload\n(?:  .*\n)+\n", re.MULTILINE), ""),
    (re.compile(r"^Note: asking .*\n", re.MULTILINE), ""),  # An index that cannot be reached here.
)


def main(arguments: list[str]) -> int:
    """Run the sessions of all pages."""
    stale = []
    for page in PAGES:
        text = page.read_text("utf-8")
        if MARGIN + PROMPT not in text:
            continue
        now = current(text)
        if normal(now) != normal(text):
            stale.append(page)
            if "--check" not in arguments:
                page.write_text(now, "utf-8")
    for page in stale:
        sys.stdout.write(f"{'stale' if '--check' in arguments else 'written'}: {page}\n")
    return int("--check" in arguments and bool(stale))


def current(text: str) -> str:
    """Give a page with what its sessions print today."""
    with tempfile.TemporaryDirectory(prefix="seatrial-docs-") as name:
        folder = Path(name).resolve()
        environment = person(folder / "home")
        make = [sys.executable, str(ROOT / "examples" / "make_repository.py")]
        subprocess.run([*make, str(ROOT / "examples" / "hello"), str(folder / "hello")], check=True)

        def replayed(found: re.Match[str]) -> str:
            lines = [line.removeprefix(MARGIN) for line in found[0].splitlines()]
            if not lines[0].startswith(PROMPT):
                return found[0]
            return "".join(
                f"{MARGIN}{line}".rstrip() + "\n"
                for command, shown in sessions(lines)
                for line in (command, *printed(command, shown, folder / "hello", environment))
            )

        return SESSION.sub(replayed, text)


def person(home: Path) -> dict[str, str]:
    """Give the environment of somebody who has a name and no login anywhere."""
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not LOGINS.search(name)}
    who = {
        f"GIT_{role}_{field}": value
        for role in ("AUTHOR", "COMMITTER")
        for field, value in (("NAME", "Ada Example"), ("EMAIL", "ada@example.org"))
    }
    uv = kept.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv")
    kept.pop("XDG_CACHE_HOME", None)
    return kept | who | {"HOME": str(home), "UV_CACHE_DIR": uv, "NO_COLOR": "1"}


def sessions(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Cut a block into commands, each with the lines that the page shows after it."""
    command, shown = lines[0], []
    for line in lines[1:]:
        if line.startswith(PROMPT):
            yield command, shown
            command, shown = line, []
        else:
            shown.append(line)
    yield command, shown


def printed(command: str, shown: list[str], folder: Path, env: dict[str, str]) -> list[str]:
    """Run a command and give what it prints; what the page leaves out stays left out."""
    words = shlex.split(command.removeprefix("$ "), comments=True)
    if words[1] not in HARMLESS:
        raise SystemExit(f"not run, for it could change something: {command}")
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    home = env["HOME"]
    lines = (done.stdout.strip("\n") + "\n" + done.stderr).replace(home, "~").strip().splitlines()
    if ANY in shown and matches(shown, lines):
        return shown
    # The empty lines at the end part this command from the next.
    return [*lines, *[""] * (len(shown) - len("\n".join(shown).rstrip().splitlines()))]


def matches(shown: list[str], lines: list[str]) -> bool:
    """Say whether lines are those of a page, of which ``…`` stands for any."""
    pattern = "\n".join(
        r"(?:.*\n)*?.*" if line.strip() == ANY else re.escape(line.rstrip())
        for line in normal("\n".join(shown)).rstrip().splitlines()
    )
    return re.fullmatch(pattern, normal("\n".join(line.rstrip() for line in lines))) is not None


def normal(text: str) -> str:
    """Replace what is otherwise each time."""
    for pattern, name in CHANGING:
        text = pattern.sub(name, text)
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
