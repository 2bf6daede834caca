"""The shapes of GitHub's REST API (version 2022-11-28): what the forge's answers look like."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

from starlette.responses import JSONResponse

from seatrial.addresses import GITHUB_HOST
from seatrial.dock.forge_state import Repository, StoredAsset, StoredRelease
from seatrial.dock.simple import iso

LOGIN = "rehearsal"
DOCS = f"https://docs.{GITHUB_HOST}/rest"
BUDGET = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4999"}


def problem(status: int, message: str, *errors: dict[str, str]) -> JSONResponse:
    """Give a refusal.

    Args:
        status: the status.
        message: GitHub's word for it.
        errors: what is wrong with which field, for 422.
    """
    body: dict[str, Any] = {"message": message}
    if errors:
        body["errors"] = list(errors)
    body |= {"documentation_url": DOCS, "status": str(status)}
    return JSONResponse(body, status, BUDGET)


def already_exists(resource: str, field: str) -> JSONResponse:
    """Refuse a second one of a name."""
    error = {"resource": resource, "code": "already_exists", "field": field}
    return problem(422, "Validation Failed", error)


def user_shape(base: str) -> dict[str, Any]:
    """Describe the user that every token belongs to."""
    return {"login": LOGIN, "id": 1, "type": "User", "url": f"{base}/users/{LOGIN}"}


def repository_shape(base: str, repository: Repository, *, push: bool | None) -> dict[str, Any]:
    """Describe a repository; ``push`` is nothing for somebody who is not logged in."""
    body: dict[str, Any] = {
        "id": 1,
        "name": repository.name,
        "full_name": repository.full_name,
        "private": False,
        "owner": {"login": repository.owner, "type": "User"},
        "url": f"{base}/repos/{repository.full_name}",
        "html_url": f"{base}/web/{repository.full_name}",
        "default_branch": "main",
        "archived": False,
        "disabled": False,
    }
    if push is not None:
        body["permissions"] = {
            "admin": push,
            "maintain": push,
            "push": push,
            "triage": push,
            "pull": True,
        }
    return body


def release_shape(base: str, repository: Repository, release: StoredRelease) -> dict[str, Any]:
    """Describe a release."""
    api = f"{base}/repos/{repository.full_name}/releases/{release.id}"
    uploads = f"{base}/uploads/repos/{repository.full_name}/releases/{release.id}/assets"
    tag = _shown_tag(release)
    return {
        "id": release.id,
        "node_id": f"RE_{release.id}",
        "url": api,
        "assets_url": f"{api}/assets",
        "upload_url": f"{uploads}{{?name,label}}",
        "html_url": f"{base}/web/{repository.full_name}/releases/tag/{quote(tag, safe='')}",
        "tag_name": release.tag,
        "target_commitish": release.target,
        "name": release.title or None,
        "body": release.notes or None,
        "draft": release.draft,
        "prerelease": release.prerelease,
        "immutable": False,
        "created_at": moment(release.created),
        "published_at": moment(release.published),
        "author": user_shape(base),
        "assets": [asset_shape(base, repository, release, asset) for asset in release.assets],
    }


def asset_shape(
    base: str, repository: Repository, release: StoredRelease, asset: StoredAsset
) -> dict[str, Any]:
    """Describe an asset."""
    web = f"{base}/web/{repository.full_name}/releases/download"
    tag = quote(_shown_tag(release), safe="")
    return {
        "id": asset.id,
        "node_id": f"RA_{asset.id}",
        "url": f"{base}/repos/{repository.full_name}/releases/assets/{asset.id}",
        "name": asset.name,
        "label": asset.label or None,
        "content_type": asset.kind,
        "state": asset.state,
        "size": asset.size,
        "digest": f"sha256:{asset.sha256}" if asset.sha256 else None,
        "download_count": 0,
        "created_at": moment(asset.created),
        "updated_at": moment(asset.created),
        "browser_download_url": f"{web}/{tag}/{quote(asset.name)}",
        "uploader": user_shape(base),
    }


def moment(seconds: float | None) -> str | None:
    """Give a time as GitHub writes it, in whole seconds."""
    return None if seconds is None else iso(int(seconds))


def _shown_tag(release: StoredRelease) -> str:
    """Give the tag in a release's addresses; a draft has none yet."""
    if not release.draft:
        return release.tag
    return f"untagged-{hashlib.sha256(str(release.id).encode()).hexdigest()[:20]}"
