"""A process whose run is to be stopped from outside: ``stopped FOLDER KIND``.

It prints "ready" when it is where the test wants it, ends with the exit code of the error, and
prints the error.  Kinds: "act" waits in an act until it is told to halt; "stubborn" waits in one
for ever; "patience" waits for an answer; "question" asks before the point of no return.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from seatrial.engine.journal import Journal
from seatrial.engine.progress import Quiet
from seatrial.engine.run import Engine, Hooks
from seatrial.engine.waiting import Waiting
from seatrial.errors import BuildFailed, SeatrialError
from seatrial.plan.state import Absent, Unknown
from tests.engine.scripted import Scripted, Waited, done
from tests.engine.toys import Bench


def say(word: str) -> None:
    """Tell the test."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Telling(Quiet):
    """Tells when somebody waits."""

    def waiting(self, key: str, why: str, seconds: float) -> None:
        """Tell it."""
        assert (key, why, seconds) == ("page", "not shown", 1e5)
        say("ready")


def main(folder: str, kind: str) -> int:
    """Run until stopped."""
    halted = threading.Event()

    def working() -> None:
        say("ready")
        (halted if kind == "act" else threading.Event()).wait()
        raise BuildFailed("demo", "killed")

    def question() -> None:
        say("ready")
        sys.stdin.readline()

    actions = {
        "act": Scripted(key="build", needs=("types",), states=[Absent()], during=working),
        "stubborn": Scripted(key="build", needs=("types",), states=[Absent()], during=working),
        "patience": Waited(
            key="page", needs=("types",), states=[Unknown("not shown")], patience=1e6
        ),
        "question": Scripted(key="upload", irrevocable=True),
    }
    bench = Bench(Path(folder))
    patience = Waiting(first=1e5, longest=1e5, grace=0.1 if kind == "stubborn" else 60)
    with Journal.open(bench.path) as journal:
        journal.begin("digest", "1")
        engine = Engine(bench.world, journal, listener=Telling(), patience=patience)
        try:
            engine.run(
                [done("gate"), done("types", "gate"), actions[kind]],
                Hooks(before_point_of_no_return=question, on_interrupt=halted.set),
            )
        except SeatrialError as error:
            say(f"{error.slug}: {error}")
            return int(error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
