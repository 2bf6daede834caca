"""The push: branch and tag at once, or neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seatrial.actions.bound import Bound
from seatrial.errors import CannotUndo
from seatrial.plan.state import Absent, Different, Receipt, Same, State
from seatrial.plan.values import Push
from seatrial.world.ports import RemoteRef, World


@dataclass(frozen=True)
class PushRelease(Bound[Push]):
    """Push the release commit and the tag in one atomic push, with a lease on what was planned."""

    @property
    def branch_ref(self) -> str:
        """The branch's full name."""
        return f"refs/heads/{self.spec.branch}"

    @property
    def tag_ref(self) -> str:
        """The tag's full name."""
        return f"refs/tags/{self.spec.tag}"

    def preflight(self, world: World) -> None:
        """Ask the remote for its references, so that a dead one is known before the build."""
        world.git.remote_refs()

    def observe(self, world: World) -> State:
        """Say what the remote holds.  The tag decides: it went there together with the branch."""
        refs = world.git.remote_refs()
        commit = world.git.release_commit()
        tag = refs.get(self.tag_ref)
        if tag is not None:
            if tag.commit == commit:
                return Same(receipt=self._receipt(commit))
            return Different(
                why=f"on {self.spec.remote} it is on {tag.commit[:12]}, not on {commit[:12]}",
                error="tag-elsewhere",
            )
        tip = self._tip(refs)
        if tip in {self.spec.expected, commit}:
            return Absent()
        return Different(
            why=f"{self.spec.branch} on {self.spec.remote} is at {tip[:12] or 'no commit'}, "
            f"and the plan was made for {self.spec.expected[:12] or 'a new branch'}",
            error="branch-moved",
        )

    def act(self, world: World) -> Receipt:
        """Push both; the leases keep what others pushed meanwhile."""
        commit = world.git.release_commit()
        tag = world.git.tag_object(self.spec.tag)
        if tag is None:
            raise AssertionError(self.spec.tag)  # The order of the plan makes it.
        tip = self._tip(world.git.remote_refs())
        updates = {self.tag_ref: ("", tag.id)}
        if tip != commit:
            updates[self.branch_ref] = (self.spec.expected, commit)
        world.git.push(updates)
        return self._receipt(commit)

    def undo(self, world: World) -> Receipt:
        """Take back tag and branch together, if the branch is still where this run put it."""
        refs = world.git.remote_refs()
        commit = world.git.release_commit()
        tag = refs.get(self.tag_ref)
        if tag is None:
            return Receipt(detail="nothing was pushed")
        if tag.commit != commit:
            return Receipt(detail=f"{self.spec.tag} on {self.spec.remote} is not of this run")
        if self._tip(refs) != commit:
            raise CannotUndo(
                f"the push of {self.spec.tag}",
                f"{self.spec.remote} has moved on since: others may have built on it",
            )
        updates = {self.tag_ref: (tag.id, "")}
        if self.spec.expected != commit:
            updates[self.branch_ref] = (commit, self.spec.expected)
        world.git.push(updates)
        return Receipt(detail=f"{self.spec.tag} and {self.spec.branch} are back where they were")

    def _tip(self, refs: Mapping[str, RemoteRef]) -> str:
        found = refs.get(self.branch_ref)
        return found.commit if found else ""

    def _receipt(self, commit: str) -> Receipt:
        spec = self.spec
        return Receipt(
            detail=f"{spec.branch} at {commit[:12]} and {spec.tag}, to {spec.remote}",
            facts={"commit": commit, "tag": spec.tag, "branch": spec.branch},
        )
