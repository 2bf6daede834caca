"""Plans on the disk."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from seatrial.errors import InvalidConfiguration, StalePlan
from seatrial.plan.values import PLAN_SCHEMA, Plan, decode_plan


def read_plan(file: Path) -> Plan:
    """Read a plan from a file.

    Args:
        file: what ``seatrial plan --out`` wrote, or the plan of a run.

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
