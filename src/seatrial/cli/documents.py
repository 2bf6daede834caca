"""What ``--json`` prints, command by command: the types that the schemas are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from seatrial.config.show import Explained
from seatrial.engine import journal
from seatrial.operations.beginning import Beginning
from seatrial.operations.checking import Checked
from seatrial.operations.coming import Coming, NoneComing, SeveralComing
from seatrial.operations.looking import RunStatus
from seatrial.operations.notes import Notes
from seatrial.operations.single import SingleReport
from seatrial.operations.surveying import Surveyed
from seatrial.operations.workflows import Generated
from seatrial.plan.planning import Complete, Nothing, Planned
from seatrial.report.failure import FailureDocument
from seatrial.report.inspected import InspectReport
from seatrial.report.proposed import Proposal
from seatrial.report.release import ReleaseReport

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 1


class StatusDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The runs of a repository, the newest first."""

    schema: int = SCHEMA
    runs: tuple[RunStatus, ...]


class InitDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a repository begins with."""

    schema: int = SCHEMA
    beginning: Beginning


class ConfigDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Every key of the configuration."""

    schema: int = SCHEMA
    keys: tuple[Explained, ...]


class SitesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The version sites of every package of a repository."""

    schema: int = SCHEMA
    packages: tuple[Surveyed, ...]


class NotesDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The notes of a release."""

    schema: int = SCHEMA
    notes: Notes


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """An error that can be met.

    Attributes:
        error: its name.
        exit_code: what the process ends with.
        meaning: what it is, in a sentence.
        page: its page, Markdown; empty in a list of all.
    """

    error: str
    exit_code: int
    meaning: str
    page: str = ""


class ExplainDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The error that was asked for, or all of them."""

    schema: int = SCHEMA
    errors: tuple[Explanation, ...]


class Documents(msgspec.Struct, frozen=True, kw_only=True):
    """What a command prints.

    Attributes:
        said: what the documents are, in a sentence.
        kinds: one of these, or a failure.
        form: one document, or one a line.
    """

    said: str
    kinds: tuple[type[msgspec.Struct], ...]
    form: Literal["document", "lines"] = "document"


FAILURE = FailureDocument
"""What every command prints instead when it fails."""

DOCUMENTS: Mapping[str, Documents] = {
    "init": Documents(
        said="What was found, and the configuration that says the rest.", kinds=(InitDocument,)
    ),
    "check": Documents(said="What the rules found.", kinds=(Checked,)),
    "next": Documents(
        said="The version that the next release gets, or why there is none.",
        kinds=(Coming, NoneComing, SeveralComing),
    ),
    "plan": Documents(
        said="The plan, or why there is none.",
        kinds=(Planned, Nothing, Complete),
    ),
    "rehearse": Documents(
        said="The report of the rehearsal, or why there was none.",
        kinds=(ReleaseReport, Nothing, Complete),
    ),
    "propose": Documents(
        said="The pull request, or why there is none.",
        kinds=(Proposal, Nothing, Complete),
    ),
    "release": Documents(
        said="The report of the release, or why there was none.",
        kinds=(ReleaseReport, Nothing, Complete),
    ),
    "resume": Documents(
        said="The report of the release, or that it was complete already.",
        kinds=(ReleaseReport, Complete),
    ),
    "undo": Documents(said="The report of what was taken back.", kinds=(ReleaseReport,)),
    "status": Documents(
        said="The runs of the repository, the newest first.", kinds=(StatusDocument,)
    ),
    "log": Documents(
        said="The journal of a run, one JSON object a line.",
        kinds=(
            journal.Begun,
            journal.Intend,
            journal.Done,
            journal.Attempt,
            journal.Skipped,
            journal.Undone,
            journal.Expanded,
            journal.Ended,
        ),
        form="lines",
    ),
    "build": Documents(said="What was built.", kinds=(SingleReport,)),
    "wrap": Documents(said="What was wrapped.", kinds=(SingleReport,)),
    "ci": Documents(said="The workflow, and how its file stands to it.", kinds=(Generated,)),
    "collect": Documents(said="What CI had built.", kinds=(SingleReport,)),
    "inspect": Documents(said="What was found in the files.", kinds=(InspectReport,)),
    "publish": Documents(said="What was published.", kinds=(SingleReport,)),
    "verify": Documents(said="What was verified.", kinds=(SingleReport,)),
    "sites": Documents(
        said="Every place that states the version of a package.", kinds=(SitesDocument,)
    ),
    "notes": Documents(said="The notes of a release.", kinds=(NotesDocument,)),
    "config show": Documents(
        said="Every key with its value and where it comes from.", kinds=(ConfigDocument,)
    ),
    "explain": Documents(
        said="The error that was asked for with its page, or all of them.",
        kinds=(ExplainDocument,),
    ),
}
"""Command → what its ``--json`` prints."""
