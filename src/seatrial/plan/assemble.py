"""Which actions make a release, and what each of them needs.

What touches this machine alone is made in :mod:`seatrial.plan.local`; what follows, here.
"""

from __future__ import annotations

import msgspec

from seatrial.plan import values
from seatrial.plan.local import installs_of, local_actions
from seatrial.plan.outline import Line, Outline, keys, many
from seatrial.plan.values import AnySpec

SHOWN_WITHIN = 600.0
"""Seconds to wait for an index to show what it took."""


def assemble(outline: Outline) -> tuple[AnySpec, ...]:
    """Give the actions in an order that satisfies every need.

    Everything that can be taken back comes before everything that cannot, and everything that all
    packages have to pass on this machine comes before the first of them leaves it.
    """
    local = local_actions(outline)
    checked = keys(local[2:])
    drafts = _drafts(outline, checked) if outline.forge else ()
    kept = keys(drafts) or checked
    # Who publishes to the index for staging itself (--index) has nowhere to stage before it.
    staging = outline.settings.staging not in {"", outline.publish}
    staged = _uploads(outline, kept, outline.settings.staging, staging=True) if staging else ()
    ready = keys(staged) or kept
    pushed = _pushed(outline, ready) if outline.remote else ()
    before = keys(pushed) or ready
    published = _uploads(outline, before, outline.publish, staging=False)
    shown = _shown(outline, published) if outline.forge else ()
    return (*local, *drafts, *staged, *pushed, *published, *shown)


def _behind(needs: tuple[str, ...], first: str, key: str) -> tuple[str, ...]:
    """Give what an action of a group needs: the first of them everything, the others the first.

    So a plan for hundreds of packages does not list every action at every other one.
    """
    return needs if key == first else (first,)


def _drafts(outline: Outline, needs: tuple[str, ...]) -> tuple[AnySpec, ...]:
    """Give the drafts with their files: they keep the bytes where any machine finds them."""
    first = f"draft release {outline.lines[0].tag}"
    return tuple(
        action
        for line in outline.lines
        for action in _draft(line, _behind(needs, first, f"draft release {line.tag}"))
    )


def _draft(line: Line, needs: tuple[str, ...]) -> tuple[AnySpec, ...]:
    draft = values.DraftRelease(
        key=f"draft release {line.tag}",
        needs=needs,
        tag=line.tag,
        title=line.tag,
        notes=line.notes,
        prerelease=line.prerelease,
    )
    assets = values.UploadAssets(
        key=f"attach files to release {line.tag}", needs=(draft.key,), tag=line.tag
    )
    return draft, assets


def upload_and_show(
    name: str, version: str, index: str, *, needs: tuple[str, ...] = (), staging: bool = False
) -> tuple[values.Upload, values.Visible]:
    """Give the upload of a release's files to an index, and the wait until its page shows them.

    Args:
        name: the package's name, normalised.
        version: the version.
        index: the index's name.
        needs: keys of the actions that come before.
        staging: whether the index is for staging.
    """
    upload = values.Upload(
        key=f"upload {name} {version} to {index}",
        needs=needs,
        package=name,
        version=version,
        index=index,
        staging=staging,
    )
    visible = values.Visible(
        key=f"see {name} {version} on {index}",
        needs=(upload.key,),
        package=name,
        version=version,
        index=index,
        timeout=SHOWN_WITHIN,
    )
    return upload, visible


def _uploads(
    outline: Outline, needs: tuple[str, ...], index: str, *, staging: bool
) -> tuple[AnySpec, ...]:
    """Give the uploads to one index, each after those of the packages that it requires.

    Uploads stand before what follows them, so that none waits for another's installation.
    """
    parts = outline.parts
    versions = {part.name: part.version for part in parts}
    first = f"upload {parts[0].name} {parts[0].version} to {index}"
    pairs = {}
    for part in parts:
        key = f"upload {part.name} {part.version} to {index}"
        # A chain of one need is no longer than a list of one.
        before = needs if len(needs) == 1 else _behind(needs, first, key)
        siblings = tuple(f"see {name} {versions[name]} on {index}" for name in part.siblings)
        upload, visible = upload_and_show(
            part.name,
            part.version,
            index,
            needs=tuple(dict.fromkeys((*before, *siblings))),
            staging=staging,
        )
        if part.sdist != "index":
            upload = msgspec.structs.replace(upload, sdist=False)
            visible = msgspec.structs.replace(visible, sdist=False)
        pairs[part.name] = upload, visible
    uploads = tuple(upload for upload, _ in pairs.values())
    visibles = tuple(visible for _, visible in pairs.values())
    installs = tuple(
        check
        for part in parts
        for check in installs_of(
            outline, part, keys(visibles) if part.computes else (pairs[part.name][1].key,), index
        )
    )
    return (*uploads, *visibles, *installs)


def _pushed(outline: Outline, needs: tuple[str, ...]) -> tuple[AnySpec, ...]:
    tag, *more = outline.tags
    return (
        values.Push(
            key=f"push {outline.branch} and {many(outline.tags, 'tag')} to {outline.remote}",
            needs=needs,
            remote=outline.remote,
            branch=outline.branch,
            tag=tag,
            more_tags=tuple(more),
            expected=outline.remote_tip,
        ),
    )


def _shown(outline: Outline, published: tuple[AnySpec, ...]) -> tuple[AnySpec, ...]:
    """Give the publishing of the forge releases: none before everything is installed from afar."""
    first = f"publish release {outline.lines[0].tag}"
    return tuple(
        values.PublishRelease(
            key=f"publish release {line.tag}",
            needs=_behind(keys(published), first, f"publish release {line.tag}"),
            tag=line.tag,
            latest=not (line.prerelease or line.older),
        )
        for line in outline.lines
    )
