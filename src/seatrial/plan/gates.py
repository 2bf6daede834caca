"""The gates of a release: one for each command, and for each choice of its environment."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator, Mapping

from seatrial.config.schema import GateSettings
from seatrial.plan.values import Gate


def gates_of(
    wanted: Mapping[str, str | GateSettings], *, need: str, roots: tuple[str, ...], timeout: float
) -> tuple[Gate, ...]:
    """Give the gates, by name.

    Args:
        wanted: name → command, or more about it.
        need: key of the action that comes before.
        roots: folders from which the sources can be imported as they are.
        timeout: seconds for each.
    """
    return tuple(
        Gate(
            key=f"gate {name}",
            needs=(need,),
            name=name,
            command=tuple(shlex.split(command)),
            roots=roots,
            env=env,
            timeout=timeout,
        )
        for name, command, env in _each(wanted)
    )


def _each(wanted: Mapping[str, str | GateSettings]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Give name, command and environment of each; names say which choice it is."""
    names = set(wanted)
    for name, gate in sorted(wanted.items()):
        if isinstance(gate, str):
            yield name, gate, {}
            continue
        several = [one for one, values in gate.env.items() if not isinstance(values, str)]
        for env in combinations(gate):
            words = [f"{one}={env[one]}" for one in several]
            # The name is one of a file, too: the gate's log.
            chosen = re.sub(r"[^\w .=-]", "-", " ".join([name, *words]))[:100]
            while words and chosen in names:
                chosen += "-"
            names.add(chosen)
            yield chosen, gate.command, env


def combinations(gate: GateSettings) -> Iterator[dict[str, str]]:
    """Give each choice of a gate's environment."""
    choices = [(v,) if isinstance(v, str) else v for v in gate.env.values()]
    for values in itertools.product(*choices):
        yield dict(zip(gate.env, values, strict=True))
