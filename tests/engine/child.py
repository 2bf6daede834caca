"""A process that runs the toy plan, and may be killed: ``child FOLDER POINT [MOMENT KEY]``.

``POINT`` is a point of the journal, below nought for none; ``MOMENT`` is "before" or "after" the
effect of the action ``KEY``.  With ``undo`` before it all, the run is taken back instead.
"""

from __future__ import annotations

import sys
from pathlib import Path

from seatrial.engine.journal import Journal
from seatrial.engine.progress import Quiet
from seatrial.engine.run import Engine
from seatrial.engine.undo import undo
from tests.engine.toys import Bench, Toys, toy_plan
from tests.support.killing import die, die_at


def main(arguments: list[str]) -> None:
    """Run the toy plan."""
    taking_back = arguments[0] == "undo"
    folder, point, *act = arguments[taking_back:]

    def within(moment: str, key: str) -> None:
        if [moment, key] == act:
            die()

    bench = Bench(Path(folder))
    world = Toys(bench.world.folder, within)
    with Journal.open(bench.path, listener=die_at(int(point))) as journal:
        if taking_back:
            undo(world, journal, toy_plan()[:5], patience=bench.clock.waiting())
            return
        journal.begin("digest", "1")
        engine = Engine(world, journal, listener=Quiet(), patience=bench.clock.waiting())
        engine.run(toy_plan())


if __name__ == "__main__":
    main(sys.argv[1:])
