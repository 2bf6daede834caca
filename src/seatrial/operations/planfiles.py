"""Plans on the disk."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import msgspec

from seatrial.engine.runs import RunFolder
from seatrial.errors import InvalidConfiguration, StalePlan
from seatrial.plan.values import PLAN_SCHEMA, Plan, decode_plan
from seatrial.storage import storage_faults

PLAN = "plan.json"
"""The plan's file in the folder of a run."""


def read_plan(file: Path) -> Plan:
    """Read a plan from a file.

    Args:
        file: what ``seatrial plan --out`` wrote.

    Raises:
        InvalidConfiguration: it cannot be read, or is no plan.
        StalePlan: its layout is that of another version of Seatrial.
    """
    try:
        plan = decode_plan(file.read_bytes())
        dt.date.fromisoformat(plan.date)
    except OSError as error:
        raise InvalidConfiguration(
            str(file), error.strerror or str(error), doing="reading the plan"
        ) from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise InvalidConfiguration(
            str(file),
            f"it is not a plan of this version of Seatrial: {error}",
            doing="reading the plan",
            next_step="Make the plan again with seatrial plan --out FILE.",
        ) from error
    if plan.schema != PLAN_SCHEMA:
        raise StalePlan(
            str(file), f"its layout is number {plan.schema}, and this version knows {PLAN_SCHEMA}"
        )
    return plan


def run_digest(run: Path) -> str:
    """Give the SHA-256 of a run's plan as it was written, hexadecimal.

    The bytes count, and not the value that this version reads from them: a later version whose
    plans say more goes on with the runs that were begun before it.

    Args:
        run: the run's folder.

    Raises:
        StorageFault: the plan cannot be read.
    """
    with storage_faults(run / PLAN):
        return hashlib.sha256((run / PLAN).read_bytes()).hexdigest()


def plan_of(run: RunFolder) -> Plan:
    """Read the plan of a run.

    Args:
        run: the run's folder.

    Raises:
        InvalidConfiguration, StalePlan: it cannot be read, as after a change of Seatrial's version.
    """
    try:
        return read_plan(run.plan)
    except (InvalidConfiguration, StalePlan) as error:
        # Nothing makes this plan again: the run goes on with it, or is given up.
        error.next_step = (
            "Go on with the version of Seatrial that began this run; "
            f"or give the run up: remove {run.path}."
        )
        raise
