"""The release commit and its tag, made in the run's own clone."""

from __future__ import annotations

from dataclasses import dataclass

from seatrial.actions.bound import Bound
from seatrial.plan.state import Absent, Different, Receipt, Same, State
from seatrial.plan.values import Commit, Tag, Tags
from seatrial.world.ports import World


@dataclass(frozen=True)
class MakeCommit(Bound[Commit]):
    """Make the release commit; with no edits, the planned commit is the release commit."""

    def observe(self, world: World) -> State:
        """Say whether the run's clone holds a release commit."""
        made = world.git.release_commit()
        return Same(receipt=_commit_receipt(made)) if made else Absent()

    def act(self, world: World) -> Receipt:
        """Make the clone, and the commit in it."""
        spec = self.spec
        world.git.prepare(spec.parent)
        return _commit_receipt(
            world.git.commit(spec.parent, spec.edits, spec.message, spec.when),
        )

    def undo(self, world: World) -> Receipt:
        """Remove the clone; nobody else has seen the commit."""
        world.git.discard()
        return Receipt(detail="the run's own clone is removed")


@dataclass(frozen=True)
class MakeTag(Bound[Tag]):
    """Make the annotated tag in the run's clone."""

    def observe(self, world: World) -> State:
        """Say where the tag of the run's clone points."""
        found = world.git.tag_object(self.spec.name)
        if found is None:
            return Absent()
        wanted = world.git.release_commit()
        if found.commit != wanted:
            return Different(
                why=f"it is on {found.commit[:12]}, not on {wanted[:12]}", error="tag-elsewhere"
            )
        return Same(receipt=Receipt(detail=self.spec.name, facts={"tag": found.id}))

    def act(self, world: World) -> Receipt:
        """Make the tag."""
        spec = self.spec
        made = world.git.tag(spec.name, world.git.release_commit(), spec.message, spec.when)
        return Receipt(detail=spec.name, facts={"tag": made})


@dataclass(frozen=True)
class MakeTags(Bound[Tags]):
    """Make the annotated tags of several releases in the run's clone."""

    def observe(self, world: World) -> State:
        """Say where the tags of the run's clone point; a half of them is completed."""
        wanted = world.git.release_commit()
        found = [world.git.tag_object(text.name) for text in self.spec.tags]
        for text, there in zip(self.spec.tags, found, strict=True):
            if there is not None and there.commit != wanted:
                return Different(
                    why=f"{text.name} is on {there.commit[:12]}, not on {wanted[:12]}",
                    error="tag-elsewhere",
                )
        if not all(found):
            return Absent()
        return Same(receipt=self._receipt([there.id for there in found if there is not None]))

    def act(self, world: World) -> Receipt:
        """Make those that are not there."""
        commit = world.git.release_commit()
        return self._receipt(
            [
                world.git.tag(text.name, commit, text.message, self.spec.when)
                for text in self.spec.tags
            ]
        )

    def _receipt(self, ids: list[str]) -> Receipt:
        made = dict(zip((text.name for text in self.spec.tags), ids, strict=True))
        return Receipt(detail=", ".join(made), facts=made)


def _commit_receipt(commit: str) -> Receipt:
    return Receipt(detail=commit[:12], facts={"commit": commit})
