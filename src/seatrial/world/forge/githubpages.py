"""What GitHub's REST API answers, as far as it is read (version 2022-11-28)."""

from __future__ import annotations

import re

import msgspec

from seatrial.world.exchange import Answer
from seatrial.world.ports import Asset, ForgeRelease


class HeldAsset(msgspec.Struct, frozen=True):
    """An asset; ``state`` is ``starter`` for what a broken upload left."""

    id: int
    name: str
    size: int = 0
    state: str = "uploaded"
    digest: str | None = None


class HeldRelease(msgspec.Struct, frozen=True, kw_only=True):
    """A release."""

    id: int
    tag_name: str
    draft: bool
    prerelease: bool = False
    name: str | None = None
    body: str | None = None
    html_url: str = ""
    upload_url: str = ""
    assets: tuple[HeldAsset, ...] = ()


class Permissions(msgspec.Struct, frozen=True):
    """What whoever asks may do with a repository."""

    push: bool = False


class HeldRepository(msgspec.Struct, frozen=True, kw_only=True):
    """A repository, as far as it is looked at."""

    permissions: Permissions | None = None
    archived: bool = False


def may_write(scopes: str | None) -> bool:
    """Say whether a classic token's scopes let it write; other tokens state none."""
    stated = {scope.strip() for scope in (scopes or "").split(",")} - {""}
    return not stated or bool(stated & {"repo", "public_repo"})


def next_page(answer: Answer) -> str:
    """Find the address of the next page (RFC 8288)."""
    for link in answer.headers.get("link", "").split(","):
        found = re.fullmatch(r'\s*<([^>]*)>\s*;.*\brel="?next"?.*', link)
        if found:
            return found[1]
    return ""


def release_of(release: HeldRelease) -> ForgeRelease:
    """Put a release into the port's words."""
    return ForgeRelease(
        id=str(release.id),
        tag=release.tag_name,
        title=release.name or "",
        notes=release.body or "",
        draft=release.draft,
        prerelease=release.prerelease,
        url=release.html_url,
        assets=tuple(
            Asset(
                id=str(asset.id),
                name=asset.name,
                size=asset.size,
                sha256=_sha256(asset.digest),
                state=asset.state,
            )
            for asset in release.assets
        ),
    )


def _sha256(digest: str | None) -> str:
    """Read ``sha256:<hex>``; assets from before mid-2025 state none."""
    algorithm, _, value = (digest or "").partition(":")
    return value.lower() if algorithm == "sha256" else ""
