"""Gates: commands of the project's own that must pass."""

from __future__ import annotations

import os
from dataclasses import dataclass

from seatrial.actions.bound import Bound
from seatrial.errors import GateFailed
from seatrial.plan.state import Absent, Receipt, Same, State
from seatrial.plan.values import Gate
from seatrial.world.ports import World


@dataclass(frozen=True)
class PassGate(Bound[Gate]):
    """Run one gate in a checkout of its own, so that nothing it leaves behind reaches the build."""

    def observe(self, world: World) -> State:
        """Say whether it has passed on this very commit."""
        facts = world.store.recorded(self.key)
        if facts is None or facts.get("commit") != world.git.release_commit():
            return Absent()
        return Same(receipt=Receipt(detail=f"passed in {facts['seconds']} s", facts=dict(facts)))

    def act(self, world: World) -> Receipt:
        """Run it.

        Raises:
            GateFailed: it ended with another code than 0.
            TimedOut: it took too long.
        """
        name = f"gate-{self.spec.name}"
        checkout = world.git.checkout(name)
        roots = [str(checkout / root) for root in self.spec.roots]
        done = world.machine.run(
            name,
            self.spec.command,
            cwd=checkout,
            env=({"PYTHONPATH": os.pathsep.join(roots)} if roots else {}) | self.spec.env,
            timeout=self.spec.timeout,
        )
        if done.code != 0:
            command = " ".join(self.spec.command)
            given = "".join(f"{name}={value} " for name, value in sorted(self.spec.env.items()))
            raise GateFailed(f"{self.spec.name} ({given}{command})", done.account)
        facts = {"commit": world.git.release_commit(), "seconds": f"{done.seconds:.1f}"}
        world.store.record(self.key, facts)
        return Receipt(detail=f"passed in {done.seconds:.1f} s", facts=facts)
