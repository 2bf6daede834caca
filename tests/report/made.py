"""A report made by hand, with everything that a page shows."""

from __future__ import annotations

import msgspec

from seatrial.errors import GateFailed
from seatrial.plan.released import ReleasedCommit
from seatrial.plan.values import Note
from seatrial.report.failure import Missing, describe
from seatrial.report.release import (
    Artifact,
    Edit,
    Installation,
    Place,
    ReleaseReport,
    Step,
)

HOSTILE = "<script>alert(1)</script> & \x1b[2J [red]"
"""What nobody may be able to put into a page or a terminal."""

DIFF = "--- a/demo.py\n+++ b/demo.py\n@@ -1,2 +1,2 @@\n import sys\n-V = '1.0'\n+V = '1.1'\n"


def report(**changes: object) -> ReleaseReport:
    """Give the report of a rehearsal that went well, but for the changes."""
    whole = ReleaseReport(
        outcome="rehearsed",
        going_on=False,
        rehearsal=True,
        run="",
        folder="",
        page="",
        package="demo",
        version="1.1.0",
        previous="1.0.0",
        reason="1 feature since 1.0.0: minor.",
        date="2026-11-21",
        tag="v1.1.0",
        commit="0123456789abcdef0123456789abcdef01234567",
        branch="main",
        remote="/somewhere/remote.git",
        forge_release="http://127.0.0.1/release",
        commits=(
            ReleasedCommit(id="c" * 40, subject="chore: tidy", effect="other"),
            ReleasedCommit(id="f" * 40, subject="feat: say more", effect="feature"),
        ),
        edits=(Edit(path="demo.py", diff=DIFF),),
        notes="### Added\n\n- More.",
        artifacts=(Artifact(name="demo-1.1.0.tar.gz", size=48_213, sha256="a1" * 32),),
        origin="",
        places=(Place(index="pypi", url="http://127.0.0.1/simple/", staging=False),),
        installations=(
            Installation(source="the built files", python="3.12.1", ran=("import demo",)),
        ),
        steps=(
            Step(key="build demo 1.1.0", kind="build", outcome="done", seconds=3.0),
            Step(key="upload demo 1.1.0 to pypi", kind="upload", outcome="done", seconds=1.5),
            Step(
                key="upload demo-1.1.0.tar.gz to pypi",
                kind="upload-file",
                outcome="done",
                seconds=0.75,
                attempts=2,
            ),
        ),
        remarks=(Note(topic="dirty-tree", text="The working tree has changes."),),
        warnings=("demo-1.1.0.tar.gz: it holds no licence.",),
        point_of_no_return="upload demo 1.1.0 to pypi",
        missing=(Missing(what="a credential for pypi", how="Set $TOKEN."),),
        failure=None,
        seconds=5.25,
    )
    return msgspec.structs.replace(whole, **changes)


def stopped(said: str = "exit code 1") -> ReleaseReport:
    """Give the report of a rehearsal that a gate stopped."""
    return report(
        outcome="incomplete",
        failure=describe(GateFailed("tests", said)),
        steps=(
            Step(key="gate tests", kind="gate", outcome="failed", detail=said, seconds=1.0),
            Step(key="build demo 1.1.0", kind="build", outcome="pending"),
        ),
    )
