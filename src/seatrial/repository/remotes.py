"""Which remote a release is pushed to."""

from __future__ import annotations

from seatrial.config.schema import Settings
from seatrial.errors import InvalidConfiguration
from seatrial.repository.facts import Remote
from seatrial.repository.snapshot import Snapshot


def remote_of(snapshot: Snapshot, settings: Settings) -> Remote | None:
    """Choose the remote to push to: the configured one, the branch's own, origin, the only one."""
    by_name = {remote.name: remote for remote in snapshot.remotes}
    if not snapshot.whole:
        return None
    if settings.remote:
        if settings.remote not in by_name:
            raise InvalidConfiguration(
                f"remote = {settings.remote!r}",
                f"the repository has {', '.join(sorted(by_name)) or 'none'}",
                next_step="Name one of its remotes, or leave the key out.",
            )
        return by_name[settings.remote]
    only = next(iter(by_name), "") if len(by_name) == 1 else ""
    for name in (snapshot.position.remote, "origin", only):
        if name in by_name:
            return by_name[name]
    return None
