"""What a release does in other repositories, after everything else."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

import msgspec

from seatrial.config.schema import DownstreamSettings, Settings
from seatrial.plan.downstream_values import Names, Target, TargetEdit, UpdateDownstreams
from seatrial.plan.values import Plan

KEY = "update other repositories"

_SCP_LIKE = re.compile(r"(?:[^@/\s]+@)?[^:/@\s]+:(?P<path>(?!//).+)")


def with_downstreams(plan: Plan, settings: Settings, publish: str, origin: str, when: int) -> Plan:
    """Let a plan bring other repositories up to date, where the configuration names some.

    That comes after all else: every file is served by then, and a failure in another repository
    keeps nothing of the release itself.

    Args:
        plan: everything that comes before.
        settings: the configuration.
        publish: the name of the index that is published to.
        origin: ``owner/name`` of the repository that is released, or empty.
        when: the time of the commits, seconds since the epoch.
    """
    if not settings.downstream:
        return plan
    names = Names(
        package=plan.package,
        version=plan.version,
        tag=plan.tag,
        date=plan.date,
        origin=origin,
        index=publish,
        others=tuple({p.tag: p.version for p in plan.packages if p.tag != plan.tag}.items()),
    )
    texts = {
        "package": names.package,
        "version": names.version,
        "tag": names.tag,
        "date": names.date,
    }
    needed = {need for action in plan.actions for need in action.needs}
    action = UpdateDownstreams(
        key=KEY,
        needs=tuple(action.key for action in plan.actions if action.key not in needed),
        names=names,
        targets=tuple(_target(one, texts) for one in settings.downstream),
        when=when,
    )
    return msgspec.structs.replace(plan, actions=(*plan.actions, action))


def origin_of(address: str, configured: str) -> str:
    """Give ``owner/name`` of the repository that is released; empty where nothing tells.

    Args:
        address: the remote's.
        configured: what the configuration says, which wins.
    """
    if configured:
        return configured
    if "://" in address:
        path = unquote(urlsplit(address).path)
    else:
        found = _SCP_LIKE.fullmatch(address)
        path = found["path"] if found else ""
    parts = path.strip("/").removesuffix(".git").split("/")
    return "/".join(parts) if len(parts) > 1 else ""


def _target(settings: DownstreamSettings, texts: Mapping[str, str]) -> Target:
    message = _filled(settings.commit, texts)
    return Target(
        repository=settings.repository,
        branch=settings.branch,
        edits=tuple(
            TargetEdit(place=place, becomes=becomes) for place, becomes in settings.edits.items()
        ),
        recipe=settings.recipe,
        run=tuple(tuple(shlex.split(_filled(command, texts))) for command in settings.run),
        head=_filled(settings.push_to, texts),
        message=message,
        title=_filled(settings.title, texts) or message.partition("\n")[0],
        body=_filled(settings.body, texts),
        timeout=settings.timeout,
    )


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text
