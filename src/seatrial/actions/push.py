"""The push: branch and tags at once, or none of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.actions.bound import Bound
from seatrial.errors import CannotUndo, PushRefused
from seatrial.plan.outline import many
from seatrial.plan.state import Absent, Different, Receipt, Same, State
from seatrial.plan.values import Commit, Push
from seatrial.world.ports import RemoteRef, World
from seatrial.world.ports_forge import PullRequests

PAST_RULES = (
    'Release by pull request (mode = "pull-request", seatrial propose), or let the account that '
    "releases pass the rule by."
)
"""What is left where a rule of the forge refuses the push of a branch."""


@dataclass(frozen=True)
class PushRelease(Bound[Push]):
    """Push the release commit and the tags in one atomic push, with a lease on what was planned."""

    @property
    def branch_ref(self) -> str:
        """The branch's full name."""
        return f"refs/heads/{self.spec.branch}"

    @property
    def tags(self) -> dict[str, str]:
        """Full name → name of every tag."""
        return {f"refs/tags/{tag}": tag for tag in (self.spec.tag, *self.spec.more_tags)}

    def preflight(self, world: World) -> None:
        """Ask the remote for its references, so that a dead one is known before the build.

        Where the forge tells rules by which the branch would not be taken, they are known then.

        Raises:
            Unreachable: the remote does not answer.
            PushRefused: a rule of the forge would refuse the push of the branch.
        """
        world.git.remote_refs()
        moves = any(isinstance(action, Commit) and action.edits for action in self.plan.actions)
        if self.spec.alone or not moves or not isinstance(world.forge, PullRequests):
            return
        rules = world.forge.refusals(self.spec.branch)
        if rules:
            raise PushRefused(
                f"{self.spec.branch} of {world.forge.name}",
                f"the branch is protected: {'; '.join(rules)}",
                doing="asking whether a push would be taken by",
                next_step=PAST_RULES,
            )

    def observe(self, world: World) -> State:
        """Say what the remote holds.  The tags decide: they went there together with the branch."""
        refs = world.git.remote_refs()
        commit = world.git.release_commit()
        there = {tag: refs[ref].commit for ref, tag in self.tags.items() if ref in refs}
        for tag, place in there.items():
            if place != commit:
                return Different(
                    why=f"{self._named(tag)}on {self.spec.remote} it is on {place[:12]}, "
                    f"not on {commit[:12]}",
                    error="tag-elsewhere",
                )
        if len(there) == len(self.tags):
            return Same(receipt=self._receipt(commit))
        tip = self._tip(refs)
        if self.spec.alone or tip in {self.spec.expected, commit}:
            return Absent()
        return Different(
            why=f"{self.spec.branch} on {self.spec.remote} is at {tip[:12] or 'no commit'}, "
            f"and the plan was made for {self.spec.expected[:12] or 'a new branch'}",
            error="branch-moved",
        )

    def act(self, world: World) -> Receipt:
        """Push all; the leases keep what others pushed meanwhile."""
        commit = world.git.release_commit()
        refs = world.git.remote_refs()
        updates: dict[str, tuple[str, str]] = {}
        for ref, tag in self.tags.items():
            made = world.git.tag_object(tag)
            if made is None:
                raise AssertionError(tag)  # The order of the plan makes it.
            if ref not in refs:
                updates[ref] = ("", made.id)
        if not self.spec.alone and self._tip(refs) != commit:
            updates[self.branch_ref] = (self.spec.expected, commit)
        world.git.push(updates)
        return self._receipt(commit)

    def undo(self, world: World) -> Receipt:
        """Take back tags and branch together, if the branch is still where this run put it."""
        refs = world.git.remote_refs()
        commit = world.git.release_commit()
        there = {ref: tag for ref, tag in self.tags.items() if ref in refs}
        if not there:
            return Receipt(detail="nothing was pushed")
        ours = {ref: tag for ref, tag in there.items() if refs[ref].commit == commit}
        if not ours:
            return Receipt(detail=f"{self._what} on {self.spec.remote} is not of this run")
        if self._tip(refs) != commit and not self.spec.alone:
            raise CannotUndo(
                f"the push of {self._what}",
                f"{self.spec.remote} has moved on since: others may have built on it",
            )
        updates = {ref: (refs[ref].id, "") for ref in ours}
        if self.spec.alone:
            world.git.push(updates)
            return Receipt(detail=f"{self._what} is taken back from {self.spec.remote}")
        if self.spec.expected != commit:
            updates[self.branch_ref] = (commit, self.spec.expected)
        world.git.push(updates)
        return Receipt(detail=f"{self._what} and {self.spec.branch} are back where they were")

    def _tip(self, refs: Mapping[str, RemoteRef]) -> str:
        found = refs.get(self.branch_ref)
        return found.commit if found else ""

    @property
    def _what(self) -> str:
        return many(tuple(self.tags.values()), "tag")

    def _named(self, tag: str) -> str:
        """Say which tag is meant, where there are several."""
        return f"{tag}: " if self.spec.more_tags else ""

    def _receipt(self, commit: str) -> Receipt:
        spec = self.spec
        branch = "" if spec.alone else spec.branch
        moved = f"{branch} at {commit[:12]} and " if branch else ""
        return Receipt(
            detail=f"{moved}{self._what}, to {spec.remote}",
            facts={"commit": commit, "tag": spec.tag, "branch": branch},
        )
