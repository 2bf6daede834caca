"""What was built elsewhere of one commit, fetched into a folder."""

from __future__ import annotations

from pathlib import Path

import msgspec

from seatrial.errors import InvalidConfiguration
from seatrial.operations.collecting import BuiltElsewhere, Wanted, found_for
from seatrial.operations.project import Project
from seatrial.operations.running import Watch
from seatrial.operations.single import Parts, SingleReport, files_made


class Gathering(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for.

    Attributes:
        path: a folder in the repository.
        commit: the commit that was built.
        source: where from, instead of what is configured; "github" when nothing is.
        workflow: the workflow's file, instead of what is configured.
        out: the folder for the files; it is made.
    """

    path: Path
    commit: str = "HEAD"
    source: str = ""
    workflow: str = ""
    out: Path


def gather(asked: Gathering, watch: Watch) -> SingleReport:
    """Fetch the files of a commit that were built elsewhere, and inspect them.

    Args:
        asked: which.
        watch: who is told.

    Raises:
        NotBuilt: it was not built, or not of this commit.
        InspectionFailed: a file is not what it should be, or an expected one is missing; those that
            came lie in the folder all the same.
        SeatrialError: whatever else the forge or the disk said.
    """
    watch.tell("reading the repository")
    project = Project.open(asked.path, asked.commit)
    package = project.package()
    settings = project.settings.collect
    settings = msgspec.structs.replace(
        settings,
        source=asked.source or settings.source or "github",
        workflow=asked.workflow or settings.workflow,
        build_sdist=False,
    )
    if "{tag}" in settings.source:
        raise InvalidConfiguration(
            "[collect] from",
            "it names the tag, and a commit by itself has none",
            next_step="Name the place with --from.",
        )
    watch.tell("asking what was built")
    commit = project.facts.head
    wanted = Wanted(version=package.version, tag="", commit=commit)
    parts = Parts(collection=found_for(BuiltElsewhere.of(project), settings, wanted))
    return files_made(project, parts, asked.out, watch)
