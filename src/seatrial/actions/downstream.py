"""Repositories downstream: each edited, committed to a branch, and asked to take the change."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from seatrial.actions.bound import Bound, tail
from seatrial.actions.files import files_of
from seatrial.errors import (
    DownstreamFailed,
    PushRefused,
    SeatrialError,
    TimedOut,
    ToolMissing,
)
from seatrial.plan.downstream_values import Order, Source, Target, UpdateDownstreams
from seatrial.plan.state import Absent, Different, Receipt, Same, State
from seatrial.together import refuse_together
from seatrial.world.ports import World
from seatrial.world.ports_downstream import Change, Downstream
from seatrial.world.ports_forge import Asking, PullRequest

MARK = "Seatrial-Downstream: "
"""The trailer by which a commit of ours is known, and what it was made for."""

SHOWN_WITHIN = 60.0
"""Seconds that a forge may take to list a pull request that it has opened."""


@dataclass(frozen=True)
class UpdateRepositories(Bound[UpdateDownstreams]):
    """Bring other repositories up to date; becomes one action a repository."""

    def preflight(self, world: World) -> None:
        """See that each can be reached, and that its edits fit, before anything is done."""
        met: list[SeatrialError] = []
        for part in self.expand(world):
            try:
                part.rehearse(world)
            except SeatrialError as error:
                met.append(error)
        refuse_together(met)

    def observe(self, world: World) -> State:
        """Say whether all are up to date."""
        states = [part.observe(world) for part in self.expand(world)]
        if all(isinstance(state, Same) for state in states):
            return Same(receipt=self._receipt(world))
        return Absent()

    def act(self, world: World) -> Receipt:
        """Report; the parts have done it."""
        return self._receipt(world)

    def expand(self, world: World) -> tuple[UpdateRepository, ...]:
        """Give one action a repository; a rehearsal leaves out those that it could not copy."""
        return tuple(
            UpdateRepository(self.spec, self.plan, target)
            for target in self.spec.targets
            if target.repository in world.downstreams
        )

    def _receipt(self, world: World) -> Receipt:
        left = [t.repository for t in self.spec.targets if t.repository not in world.downstreams]
        told = f"{len(self.spec.targets) - len(left)} of {len(self.spec.targets)} repositories"
        return Receipt(detail=told + (f"; not rehearsed: {', '.join(left)}" if left else ""))


@dataclass(frozen=True)
class UpdateRepository(Bound[UpdateDownstreams]):
    """Bring one repository up to date.

    Args:
        target: which, and how.
    """

    target: Target

    @property
    def key(self) -> str:
        """Its natural key."""
        return f"update {self.target.repository} for {self.spec.names.tag}"

    @property
    def needs(self) -> tuple[str, ...]:
        """Nothing beyond what the whole needs."""
        return ()

    @property
    def patience(self) -> float:
        """Seconds that the forge's list may take to show a new pull request."""
        return SHOWN_WITHIN

    @property
    def mark(self) -> str:
        """What a commit of this action carries: the same for the same change."""
        data = msgspec.json.encode((self.spec.names, self.target), order="deterministic")
        return MARK + hashlib.sha256(data).hexdigest()[:20]

    def rehearse(self, world: World) -> None:
        """Make the edits in a clone, and throw it away.

        Raises:
            DownstreamDiffers: an edit does not fit.
            Unreachable: it cannot be cloned.
        """
        repository = world.downstreams[self.target.repository]
        base = repository.base(self.target.branch)
        if repository.pulls is not None:
            repository.pulls.standing()
        if not self.target.recipe:
            folder = repository.checkout(base, self.target.head)
            repository.edit(folder, Order(target=self.target, names=self.spec.names))

    def observe(self, world: World) -> State:
        """Say how far it is: by the pull request from our branch, and by the branch itself."""
        repository = world.downstreams[self.target.repository]
        pushed = repository.pushed(self._fork(world), self.target.head)
        ours = pushed is not None and self.mark in pushed.message.splitlines()
        older = pushed is not None and not ours and MARK in pushed.message
        latest = self._latest(world, repository)
        if latest is not None and (state := _ended(latest, ours=ours, older=older)) is not None:
            return state
        if pushed is not None and ours and repository.pulls is None:
            facts = {"branch": self.target.head, "commit": pushed.commit}
            return Same(receipt=Receipt(detail=f"branch {self.target.head}", facts=facts))
        if pushed is not None and not (ours or older) and latest is None:
            return Different(
                why=f"its branch {self.target.head} is at {pushed.commit[:12]}, which is not ours",
                error="downstream-differs",
            )
        return self._by_content(world, repository)

    def act(self, world: World) -> Receipt:
        """Clone, edit, run the commands, commit, push, and ask for the change to be taken.

        Raises:
            DownstreamDiffers: an edit does not fit.
            DownstreamFailed: a command failed, or hung.
            PushRefused: the branch was not taken.
        """
        target = self.target
        repository = world.downstreams[target.repository]
        base = repository.base(target.branch)
        folder = repository.checkout(base, target.head)
        repository.edit(folder, self._order(world))
        for command in target.run:
            self._run(world, command, folder)
        message = f"{target.message.rstrip()}\n\n{self.mark}\n"
        change = repository.commit(folder, message, self.spec.when)
        if change is None:
            world.store.record(self.key, {"unchanged": "yes"})
            return Receipt(detail="nothing is to be changed there")
        fork = self._where(world, repository)
        pushed = repository.pushed(fork, target.head)
        try:
            repository.push(fork, target.head, change, pushed.commit if pushed else "")
        except PushRefused as error:
            error.next_step = f"Let {repository.name} take the branch, then run this again."
            raise
        return self._ask(repository, fork, base, change)

    def _run(self, world: World, command: tuple[str, ...], folder: Path) -> None:
        name = f"downstream-{re.sub(r'[^A-Za-z0-9._-]+', '-', self.target.repository)}"
        shown = f"{' '.join(command)} in {self.target.repository}"
        try:
            done = world.machine.run(name, command, cwd=folder, env={}, timeout=self.target.timeout)
        except TimedOut as error:
            raise DownstreamFailed(shown, error.said, doing="running") from error
        except ToolMissing as error:
            raise DownstreamFailed(shown, error.said or str(error), doing="running") from error
        if done.code != 0:
            raise DownstreamFailed(
                shown, f"{done.ending}\n{tail(done.text)}".strip(), doing="running"
            )

    def _ask(self, repository: Downstream, fork: str, base: str, change: Change) -> Receipt:
        """Open the pull request, or bring the one that is open up to date."""
        target = self.target
        facts = {"branch": target.head, "commit": change.commit, "diff": change.diff}
        if repository.pulls is None:
            return Receipt(detail=f"branch {target.head}", facts=facts)
        head = self._head(repository, fork)
        asking = Asking(head=head, base=base, title=target.title, body=target.body)
        found = repository.pulls.pull_requests(head)
        one = next((pull for pull in found if pull.state == "open"), None)
        if one is None:
            one = repository.pulls.open_pull_request(asking)
        elif (one.title, one.body, one.base) != (asking.title, asking.body, asking.base):
            one = repository.pulls.update_pull_request(one.number, asking)
        told = _receipt(one)
        return Receipt(detail=told.detail, facts=told.facts | facts)

    def _order(self, world: World) -> Order:
        """Say what is to be edited; a recipe is told of the sdist as the index serves it."""
        names = self.spec.names
        source = None
        if self.target.recipe:
            held = world.index(names.index).files(names.package)
            ours = {file.name: file.sha256 for file in world.store.files()}
            source = next(
                (
                    Source(name=names.package, version=names.version, url=f.url, sha256=f.sha256)
                    for f in held.values()
                    if f.name.endswith(".tar.gz") and ours.get(f.name) == f.sha256
                ),
                None,
            )
        return Order(
            target=self.target, names=names, source=source, resources=self._resources(world)
        )

    def _resources(self, world: World) -> tuple[Source, ...]:
        """Give what a formula lists beside the release itself."""
        if self.target.recipe != "homebrew":
            return ()
        repository = world.downstreams[self.target.repository]
        files = files_of(world, self.plan, self.spec.names.package)
        return repository.resources(files[0].path) if files else ()

    def _by_content(self, world: World, repository: Downstream) -> State:
        """Say whether the branch to change states the release, or has nothing to be changed."""
        if (world.store.recorded(self.key) or {}).get("unchanged"):
            return Same(receipt=Receipt(detail="nothing is to be changed there"))
        base = repository.base(self.target.branch)
        order = Order(target=self.target, names=self.spec.names)
        if repository.is_done(base, order):
            return Same(receipt=Receipt(detail=f"{base} names {self.spec.names.version} already"))
        return Absent()

    def _where(self, world: World, repository: Downstream) -> str:
        """Say which repository is pushed to: a fork, where there is no right to push."""
        if repository.pulls is None or repository.pulls.standing().push:
            return ""
        fork = repository.pulls.fork()
        world.store.record(self.key, {"fork": fork})
        return fork

    def _fork(self, world: World) -> str:
        return (world.store.recorded(self.key) or {}).get("fork", "")

    def _head(self, repository: Downstream, fork: str) -> str:
        return f"{fork.partition('/')[0] or repository.owner}:{self.target.head}"

    def _latest(self, world: World, repository: Downstream) -> PullRequest | None:
        """Give the pull request from our branch: the open one, else the newest."""
        if repository.pulls is None:
            return None
        found = repository.pulls.pull_requests(self._head(repository, self._fork(world)))
        return next((one for one in found if one.state == "open"), next(iter(found), None))


def _ended(latest: PullRequest, *, ours: bool, older: bool) -> State | None:
    """Say what a pull request from our branch means; nothing where it is to be brought up to date.

    What a person has added to an open one is left as it is.

    Args:
        latest: the pull request.
        ours: whether its branch holds our commit.
        older: whether its branch holds one that we made for something else.
    """
    match latest.state:
        case "merged":
            return Same(receipt=_receipt(latest, "merged"))
        case "open" if not older:
            return Same(receipt=_receipt(latest))
        case "closed" if ours:
            return Same(receipt=_receipt(latest, "closed by hand, and left so"))
    return None


def _receipt(pull: PullRequest, more: str = "") -> Receipt:
    facts = {"url": pull.url, "title": pull.title, "body": pull.body, "base": pull.base}
    facts |= {"branch": pull.head.partition(":")[2]}
    detail = f"pull request {pull.number}" + (f", {more}" if more else "")
    return Receipt(detail=detail, facts=facts)
