"""``seatrial notes``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from seatrial.cli.options import example, json_option
from seatrial.cli.output import write_json


@click.command("notes", epilog=example("seatrial notes", "seatrial notes 1.2.0"))
@click.argument("version", default="")
@click.option(
    "--path",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="A folder in the repository.",
)
@json_option
def command(version: str, path: Path, *, as_json: bool) -> None:
    """Print the release notes of a version, or of the next one, as Markdown.

    They are the changelog's section, or made from the changes; a template of the project's own is
    rendered. Nobody outside is asked.
    """
    from seatrial.operations.notes import notes_of

    notes = notes_of(path, version)
    if as_json:
        from seatrial.cli.documents import NotesDocument

        write_json(NotesDocument(notes=notes))
    else:
        sys.stdout.write(f"{notes.text}\n")
