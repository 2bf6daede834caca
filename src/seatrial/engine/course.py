"""One execution of a list of actions: who may begin, who waits, and what came of each.

Actions run on threads of their own.  Everything that concerns the run as a whole happens on the
thread that started it: what the others have to say, they put into its inbox.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Literal, TypeAlias, TypeVar

from seatrial.engine.journal import Done, Journal
from seatrial.engine.order import OrderError, all_needs, in_order, irrevocable
from seatrial.engine.progress import Progress
from seatrial.engine.several import together
from seatrial.engine.signals import on_stop
from seatrial.engine.step import Held, Result, Step, Stopped
from seatrial.engine.waiting import Waiting
from seatrial.errors import SeatrialError, StorageFault
from seatrial.plan.state import Action, Expandable, Following, Heavy, Patient, Receipt

W = TypeVar("W")
Message: TypeAlias = Callable[[], None]
Reply: TypeAlias = "queue.SimpleQueue[Exception | None]"

SLICE = 0.5
"""Seconds after which a wait looks up: on Windows Ctrl-C does not end the wait for a lock."""


@dataclass(kw_only=True, eq=False, slots=True)
class Task(Generic[W]):
    """An action on its way.

    Attributes:
        action: what is to be done.
        parent: the task it is a part of.
        needs: keys that are still open before it may begin.
        after: keys of other parts that have not ended yet, and must before it begins.
        parts: what it became.
        entered: whether it, or a part of it, was let past the point of no return.
        result: how it came to be done; nothing while it is not.
        error: why it is not done.
        over: whether it is at its end, one way or another.
        began: when it began, by the run's clock.
    """

    action: Action[W]
    parent: Task[W] | None = None
    needs: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)
    parts: list[Task[W]] = field(default_factory=list)
    entered: bool = False
    result: Result | None = None
    error: SeatrialError | None = None
    over: bool = False
    began: float = 0.0

    @property
    def key(self) -> str:
        """The action's key."""
        return self.action.key

    @property
    def irrevocable(self) -> bool:
        """Whether it, or what it is a part of, cannot be taken back."""
        return irrevocable(self.action) or (self.parent is not None and self.parent.irrevocable)

    @property
    def top(self) -> Task[W]:
        """The task of the plan's own action."""
        return self if self.parent is None else self.parent.top


@dataclass(kw_only=True, frozen=True, slots=True)
class Manner:
    """How a run is run.

    Attributes:
        listener: told what happens.
        waiting: how long and how often.
        jobs: how many actions run at once at most.
        hands: how many of those that keep the machine busy.
        agree: called once, before the first act that cannot be taken back; it raises to say no.
        halt: called when the user stops the run, to end what running actions have started.
        suspects: keys that an earlier process meant to act on, with an unknown outcome.
    """

    listener: Progress
    waiting: Waiting
    jobs: int
    hands: int
    agree: Callable[[], None]
    halt: Callable[[], None]
    suspects: frozenset[str]


def _before(part: Action[W]) -> set[str]:
    return set(part.after) if isinstance(part, Following) else set()


class TaskDesk(Generic[W]):
    """What one action's thread may ask of the run.

    Args:
        course: the run.
        task: the action.
    """

    def __init__(self, course: Course[W], task: Task[W]) -> None:
        self._course = course
        self._task = task

    @property
    def stop(self) -> threading.Event:
        """Set when the run is to stop."""
        return self._course.stop

    def now(self) -> float:
        """Give the run's time."""
        return self._course.now()

    def waiting(self, key: str, why: str, seconds: float) -> None:
        """Tell that it waits."""
        self._course.inbox.put(partial(self._course.manner.listener.waiting, key, why, seconds))

    def may_act(self) -> None:
        """Return when the act may begin.

        Raises:
            Stopped: the run is being stopped.
            Held: it may not, because something else went wrong.
            SeatrialError: nobody agreed to it.
        """
        if self._task.irrevocable:
            reply: Reply = queue.SimpleQueue()
            self._course.inbox.put(partial(self._course.permit, self._task, reply))
            answer = self._wait(reply)
            if answer is not None:
                raise answer
        if self.stop.is_set():
            raise Stopped

    def _wait(self, reply: Reply) -> Exception | None:
        while not self.stop.is_set():
            with contextlib.suppress(queue.Empty):
                return reply.get(timeout=SLICE)
        return Stopped()


class Course(Generic[W]):
    """One execution.

    Args:
        world: what the actions act on.
        journal: where it is written down.
        actions: what is to be done, in any order.
        manner: how.
    """

    def __init__(
        self, world: W, journal: Journal, actions: Sequence[Action[W]], manner: Manner
    ) -> None:
        ordered = in_order(actions)
        needs = all_needs(ordered)
        self._world = world
        self._journal = journal
        self.manner = manner
        self.stop = threading.Event()
        self.tasks: dict[str, Task[W]] = {
            action.key: Task(action=action, needs=needs[action.key]) for action in ordered
        }
        self._keys = set(self.tasks)
        self._ready: deque[Task[W]] = deque(t for t in self.tasks.values() if not t.needs)
        self._parts: deque[Task[W]] = deque()
        self._running: set[str] = set()
        self._heavy = {a.key for a in ordered if isinstance(a, Heavy) and a.heavy}
        self.inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._deadline: float | None = None
        self._asking = False
        self._asked = 0.0
        self._stands = 0.0
        self._agreed: bool | None = None
        self.interrupted = False
        self.failures: list[SeatrialError] = []
        self._broken: BaseException | None = None

    def go(self) -> None:
        """Carry out all that can be; what came of it stands in the tasks and the failures.

        Raises:
            BaseException: what an action or the listener raised that is no ``SeatrialError``.
        """
        try:
            with on_stop(self._signalled):
                self._start()
                while self._running:
                    self._take()
                    self._start()
        finally:
            self.stop.set()
        if self._broken is not None:
            raise self._broken

    def _take(self) -> None:
        """Take the next message; when time is up, leave those that still run behind."""
        left = SLICE
        if self._deadline is not None:
            left = min(SLICE, max(0.0, self._deadline - time.monotonic()))
        try:
            self.inbox.get(timeout=left)()
        except queue.Empty:
            if self._deadline is not None and time.monotonic() >= self._deadline:
                self._running.clear()
        except KeyboardInterrupt:
            self._interrupt()

    # What happens on the thread of the run

    def _start(self) -> None:
        """Begin what is ready; after a failure only parts of what has begun: all are tried."""
        while len(self._running) < self.manner.jobs and not self.stop.is_set():
            task = self._next()
            if task is None:
                return
            self._running.add(task.key)
            task.began = self.now()
            self.manner.listener.started(task.key)
            threading.Thread(target=self._work, args=(task,), name=task.key, daemon=True).start()

    def _next(self) -> Task[W] | None:
        """Take what may begin next: a part of what has begun, else the first with room for it."""
        part = next((task for task in self._parts if not task.after), None)
        if part is not None:
            self._parts.remove(part)
            return part
        if self.failures:
            return None
        full = len(self._heavy & self._running) >= self.manner.hands
        found = next((one for one in self._ready if not (full and one.key in self._heavy)), None)
        if found is not None:
            self._ready.remove(found)
        return found

    def _signalled(self) -> None:
        if self._asking:
            raise KeyboardInterrupt
        # Nothing else is safe between any two instructions; this queue is made for it.
        self.inbox.put(self._interrupt)

    def _interrupt(self) -> None:
        if self.interrupted:
            self._deadline = time.monotonic()
            return
        self.interrupted = True
        self.manner.listener.stopping(sorted(self._running), self.manner.waiting.grace)
        self._halt()

    def _halt(self) -> None:
        self.stop.set()
        self._deadline = time.monotonic() + self.manner.waiting.grace
        self.manner.halt()

    def now(self) -> float:
        """Give the run's time: seconds that stand still while a person is asked."""
        return self._stands if self._asking else self.manner.waiting.clock() - self._asked

    def permit(self, task: Task[W], reply: Reply) -> None:
        """Say whether an act that cannot be taken back may begin."""
        if self._agreed is False or (self.failures and not task.top.entered):
            reply.put(Held())
            return
        if self._agreed is None:
            self._agreed = False
            self._stands = self.now()
            try:
                self._asking = True
                self.manner.agree()
            except SeatrialError as error:
                reply.put(error)
                return
            finally:
                self._asked = self.manner.waiting.clock() - self._stands
                self._asking = False
            self._agreed = True
        task.top.entered = True
        reply.put(None)

    def _expanded(self, task: Task[W], parts: tuple[Action[W], ...]) -> None:
        for part in parts:
            if part.key in self._keys:
                raise OrderError(f"several actions have the key {part.key!r}")
            self._keys.add(part.key)
        self._running.discard(task.key)
        task.parts = [Task(action=part, parent=task, after=_before(part)) for part in parts]
        self._parts.extendleft(reversed(task.parts))
        self._gather(task)

    def _done(self, task: Task[W], result: Result) -> None:
        task.result = result
        self.manner.listener.finished(task.key, result.how, result.receipt, result.seconds)
        if task.parent is None:
            for other in self.tasks.values():
                if task.key in other.needs:
                    other.needs.discard(task.key)
                    if not other.needs:
                        self._ready.append(other)
        self._over(task)

    def _failed(self, task: Task[W], error: SeatrialError) -> None:
        task.error = error
        self.manner.listener.failed(task.key, error)
        if task.parent is None:
            self.failures.append(error)
        self._over(task)

    def _over(self, task: Task[W]) -> None:
        """Note that a task has come to an end: done, failed, or left as it was."""
        task.over = True
        self._running.discard(task.key)
        if task.parent is not None:
            for other in task.parent.parts:
                other.after.discard(task.key)
            self._gather(task.parent)

    def _gather(self, task: Task[W]) -> None:
        """Make one outcome out of those of the parts, when all are at their end."""
        if not all(part.over for part in task.parts):
            return
        results = [part.result for part in task.parts if part.result is not None]
        errors = [part.error for part in task.parts if part.error is not None]
        if errors:
            self._failed(task, together(task.key, errors, [result.key for result in results]))
        elif len(results) < len(task.parts):
            self._over(task)
        else:
            self._all_there(task, results)

    def _all_there(self, task: Task[W], results: Sequence[Result]) -> None:
        acted = sum(result.how == "acted" for result in results)
        receipt = Receipt(detail=f"{len(results)} there, {acted} of them new")
        how: Literal["acted", "found"] = "acted" if acted else "found"
        seconds = self.now() - task.began
        try:
            self._journal.append(Done(key=task.key, how=how, receipt=receipt, seconds=seconds))
        except StorageFault as error:
            self._failed(task, error)
        else:
            self._done(task, Result(key=task.key, how=how, receipt=receipt, seconds=seconds))

    def _broke(self, task: Task[W], error: BaseException) -> None:
        """Note an error that nobody foresaw; it ends the run where it was started."""
        if self._broken is None:
            self._broken = error
            self._halt()
        self._over(task)

    # What happens on an action's own thread

    def _work(self, task: Task[W]) -> None:
        step = Step(
            world=self._world,
            journal=self._journal,
            waiting=self.manner.waiting,
            desk=TaskDesk(self, task),
            # What a patient action makes may be there and not show yet.
            suspect=(task.irrevocable or isinstance(task.action, Patient))
            and task.key in self.manner.suspects,
        )
        message: Message
        try:
            if isinstance(task.action, Expandable):
                message = partial(self._expanded, task, step.expand(task.action, task.key))
            else:
                message = partial(self._done, task, step.carry_out(task.action))
        except (Stopped, Held):
            message = partial(self._over, task)
        except SeatrialError as error:
            message = partial(self._failed, task, error)
        except BaseException as error:  # noqa: BLE001 - raised again, on the thread of the run
            message = partial(self._broke, task, error)
        self.inbox.put(message)
