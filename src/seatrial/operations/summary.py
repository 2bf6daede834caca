"""The summary of a CI job, which its forge shows on the run's page.

Source: GitHub's "Workflow commands", section "Adding a job summary"; Forgejo and Gitea have the
same variable.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from seatrial.errors import StorageFault
from seatrial.storage import storage_faults

VARIABLE: Final = "GITHUB_STEP_SUMMARY"
"""The variable that names the file which a step's summary is added to."""

LARGEST: Final = 1024 * 1024
"""Bytes that the summary of a step may have; GitHub shows none that is larger."""

TOO_LONG: Final = "The report is too long to be shown here; the job's log has it.\n"


def add_to_summary(render: Callable[[], str]) -> None:
    """Add a text to the summary of the job that this runs in; elsewhere nothing is done.

    A summary is no part of a release: one that cannot be written does not make it fail.

    Args:
        render: gives the text, in the forges' dialect of Markdown.
    """
    named = os.environ.get(VARIABLE, "")
    if not named:
        return
    markdown = render()
    file = Path(named)
    # What another step adds begins a block of its own.
    data = f"{markdown}\n".encode("utf-8", "replace")
    try:
        with storage_faults(file), file.open("ab") as stream:
            if stream.tell() + len(data) > LARGEST:
                first = markdown.partition("\n")[0]
                data = f"{first}\n\n{TOO_LONG}".encode("utf-8", "replace")
            stream.write(data)
    except StorageFault:
        return
