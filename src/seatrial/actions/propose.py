"""The proposal of a release: its commit on a branch of its own, and one pull request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seatrial.actions.bound import Bound
from seatrial.errors import CredentialRefused, PushRefused, StalePlan
from seatrial.plan.downstream_values import Propose
from seatrial.plan.proposal_text import edited_in, notes_in, proposed_in, signed
from seatrial.plan.state import Absent, Different, Receipt, Same, State
from seatrial.world.ports import World
from seatrial.world.ports_forge import Asking, PullRequest, PullRequests

SHOWN_WITHIN = 60.0
"""Seconds that a forge may take to list a pull request that it has opened."""


@dataclass(frozen=True)
class ProposeRelease(Bound[Propose]):
    """Push the release commit to its branch, and open the pull request or bring it up to date."""

    @property
    def patience(self) -> float:
        """Seconds that the forge's list may take to show a new pull request."""
        return SHOWN_WITHIN

    @property
    def ref(self) -> str:
        """The full name of the branch that is pushed."""
        return f"refs/heads/{self.spec.head}"

    @property
    def mark(self) -> str:
        """The reference that says which commit of the branch is ours, where no pull request does.

        It goes with the branch: what was killed before it asked for the merge is known by it.
        """
        return f"refs/seatrial/proposed/{self.spec.head}"

    def preflight(self, world: World) -> None:
        """See that the branch may be pushed there.

        Raises:
            CredentialRefused: no branch may.
            PushRefused: a rule of the forge would refuse it.
        """
        pulls = self._pulls(world)
        if not pulls.standing().push:
            raise CredentialRefused(
                pulls.name,
                f"the branch {self.spec.head} may not be pushed there",
                next_step="Let the account behind the token write to it, then run this again.",
            )

        rules = pulls.refusals(self.spec.head, new=not self._tip(world))
        if rules:
            raise PushRefused(
                f"{self.spec.head} of {pulls.name}",
                f"the branch is protected: {'; '.join(rules)}",
                doing="asking whether a push would be taken by",
                next_step="Name another one, [tool.seatrial.proposal] branch, or let the account "
                "that proposes pass the rule by.",
            )

    def observe(self, world: World) -> State:
        """Say whether the pull request is open, as it is wanted, from our commit."""
        found = self._found(world)
        tip = self._tip(world)
        latest = next(iter(found), None)
        open_one = _open(found)
        if open_one is None and latest is not None and latest.state == "closed":
            state = proposed_in(latest.body)
            if state is not None and state.version == self.spec.version:
                return Different(
                    why=f"{latest.url} proposed {state.version}, and was closed by hand",
                    error="pull-request-closed",
                )
        commit = world.git.release_commit()
        if tip not in {"", commit} | _ours(found) and tip != world.git.remote_mark(self.mark):
            return Different(
                why=f"{self.spec.head} is at {tip[:12]}, which was not pushed from here: merge it, "
                "or delete the branch",
                error="branch-moved",
            )
        if open_one is not None and tip == commit and _same(open_one, self._asking(world)):
            return Same(receipt=_receipt(open_one, commit))
        return Absent()

    def act(self, world: World) -> Receipt:
        """Push the branch, and open the pull request or bring it up to date.

        Raises:
            StalePlan: somebody has edited the notes since they were read.
            NotesUnreadable: somebody has edited the comments around them away.
        """
        pulls, asking = self._pulls(world), self._asking(world)
        one = _open(self._found(world))
        if one is not None:
            self._check_notes(one)
        commit, tip = world.git.release_commit(), self._tip(world)
        if tip != commit:
            self._push(world, tip, commit)
        if one is None:
            one = pulls.open_pull_request(asking)
        elif not _same(one, asking):
            one = pulls.update_pull_request(one.number, asking)
        return _receipt(one, commit)

    def _push(self, world: World, tip: str, commit: str) -> None:
        updates = {self.ref: (tip, commit)}
        try:
            world.git.push(updates, {self.mark: commit})
        except PushRefused:
            # By a remote that takes nothing beside branches and tags; or else it refuses again.
            world.git.push(updates)

    def _check_notes(self, one: PullRequest) -> None:
        wanted = notes_in(self.spec.body, self.key)
        edited = edited_in(one.body, one.url)
        lost = [name for name, text in edited.items() if text != wanted.get(name, "").strip()]
        if lost:
            raise StalePlan(
                one.url,
                f"the notes of {', '.join(lost)} were edited while this ran",
                doing="bringing the pull request up to date at",
                next_step="Run seatrial propose again: it keeps what was edited.",
            )

    def _asking(self, world: World) -> Asking:
        spec = self.spec
        body = signed(spec.body, spec.version, world.git.release_commit(), spec.edited)
        return Asking(head=self._head(world), base=spec.base, title=spec.title, body=body)

    def _head(self, world: World) -> str:
        return f"{self._pulls(world).owner}:{self.spec.head}"

    def _found(self, world: World) -> Sequence[PullRequest]:
        return self._pulls(world).pull_requests(self._head(world))

    def _tip(self, world: World) -> str:
        found = world.git.remote_refs().get(self.ref)
        return found.commit if found else ""

    def _pulls(self, world: World) -> PullRequests:
        """Give the forge; a plan has this action only where it knows pull requests."""
        if not isinstance(world.forge, PullRequests):
            raise TypeError(self.key)
        return world.forge


def _open(found: Sequence[PullRequest]) -> PullRequest | None:
    return next((one for one in found if one.state == "open"), None)


def _ours(found: Sequence[PullRequest]) -> set[str]:
    """Give the commits that we have pushed: those that were told, and where ended ones were."""
    states = (proposed_in(one.body) for one in found)
    told = {state.commit for state in states if state is not None}
    return told | {one.commit for one in found if one.state != "open"}


def _same(one: PullRequest, asking: Asking) -> bool:
    told = (one.title, one.body.strip(), one.base)
    return told == (asking.title, asking.body.strip(), asking.base)


def _receipt(one: PullRequest, commit: str) -> Receipt:
    facts = {
        "url": one.url,
        "number": str(one.number),
        "title": one.title,
        "body": one.body,
        "base": one.base,
        "branch": one.head.partition(":")[2],
        "commit": commit,
    }
    return Receipt(detail=f"pull request {one.number}", facts=facts)
