"""Which actions make a release, and what each of them needs."""

from __future__ import annotations

import shlex

import msgspec

from seatrial.config.schema import Settings
from seatrial.plan import values
from seatrial.plan.contents import contents_of
from seatrial.plan.values import AnySpec, FileEdit

SHOWN_WITHIN = 600.0
"""Seconds to wait for an index to show what it took."""

SIGNATURE = "Seatrial-Parent: {parent}\nSeatrial-Index: {index}\n"
"""Trailers of the tag: they tell any machine which commit was planned, and where the files go."""


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What the actions are made from.

    Attributes:
        settings: the configuration.
        package: the package's name, normalised.
        path: its folder from the repository's root.
        version: the version to release.
        prerelease: whether it is a pre-release.
        tag: the tag's name.
        parent: the planned commit.
        branch: the branch's name.
        remote: the remote's name; empty when there is none.
        remote_tip: where the branch is on the remote; empty when it is not there.
        edits: what the release commit changes.
        build_edits: what is changed on top of it for the build alone.
        when: time of commit and tag, and the build's epoch; seconds since the epoch.
        notes: the release notes, Markdown.
        forge: whether there is a forge release.
        publish: the index's name.
        python: the Pythons to install on.
        roots: folders from which the sources can be imported as they are.
    """

    settings: Settings
    package: str
    path: str
    version: str
    prerelease: bool
    tag: str
    parent: str
    branch: str
    remote: str
    remote_tip: str
    edits: tuple[FileEdit, ...]
    build_edits: tuple[FileEdit, ...]
    when: int
    notes: str
    forge: bool
    publish: str
    python: tuple[str, ...]
    roots: tuple[str, ...]


def assemble(outline: Outline) -> tuple[AnySpec, ...]:
    """Give the actions in an order that satisfies every need.

    Everything that can be taken back comes before everything that cannot.
    """
    local = _local(outline)
    checked = _keys(local[2:])
    draft = _draft(outline, checked) if outline.forge else ()
    kept = _keys(draft) or checked
    # Who publishes to the index for staging itself (--index) has nowhere to stage before it.
    staging = outline.settings.staging not in {"", outline.publish}
    staged = _staged(outline, kept) if staging else ()
    ready = _keys(staged) or kept
    pushed = _pushed(outline, ready) if outline.remote else ()
    before = _keys(pushed) or ready
    published = _published(outline, before)
    shown = _shown(outline, published) if outline.forge else ()
    return (*local, *draft, *staged, *pushed, *published, *shown)


def _keys(actions: tuple[AnySpec, ...]) -> tuple[str, ...]:
    return tuple(action.key for action in actions)


def _local(outline: Outline) -> tuple[AnySpec, ...]:
    """Give what happens on this machine alone."""
    settings, version = outline.settings, outline.version
    texts = {"version": version, "tag": outline.tag}
    commit = values.Commit(
        key=f"commit {version}" if outline.edits else f"take commit {outline.parent[:12]}",
        parent=outline.parent,
        edits=outline.edits,
        message=_filled(settings.commit.message, texts),
        when=outline.when,
    )
    signature = SIGNATURE.format(parent=outline.parent, index=outline.publish)
    tag = values.Tag(
        key=f"tag {outline.tag}",
        needs=(commit.key,),
        name=outline.tag,
        message=f"{_filled(settings.commit.tag_message, texts)}\n\n{signature}",
        when=outline.when,
    )
    gates = tuple(
        values.Gate(
            key=f"gate {name}",
            needs=(tag.key,),
            name=name,
            command=tuple(shlex.split(command)),
            roots=outline.roots,
            timeout=settings.gate_timeout,
        )
        for name, command in sorted(settings.gate.items())
    )
    build = values.Build(
        key=f"build {outline.package} {version}",
        needs=(tag.key,),
        package=outline.package,
        version=version,
        path=outline.path,
        epoch=outline.when,
        timeout=settings.build.timeout,
        edits=outline.build_edits,
    )
    inspect = values.Inspect(
        key=f"inspect {outline.package} {version}",
        needs=(build.key,),
        package=outline.package,
        version=version,
        contents=contents_of(settings, outline.path),
    )
    return (commit, tag, *gates, build, inspect, *_installs(outline, (inspect.key,)))


def _filled(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _installs(
    outline: Outline, needs: tuple[str, ...], index: str = ""
) -> tuple[values.InstallCheck, ...]:
    """Give one check for each Python asked for."""
    verify = outline.settings.verify
    source = f" from {index}" if index else ""
    return tuple(
        values.InstallCheck(
            key=f"install {outline.package} {outline.version}{source}"
            + (f" on Python {python}" if python else ""),
            needs=needs,
            package=outline.package,
            version=outline.version,
            python=python,
            index=index,
            imports=verify.imports,
            scripts=verify.scripts,
            commands=tuple(tuple(shlex.split(command)) for command in verify.run),
            timeout=verify.timeout,
        )
        for python in outline.python or ("",)
    )


def _draft(outline: Outline, needs: tuple[str, ...]) -> tuple[AnySpec, ...]:
    """Give the draft with its files: it keeps the bytes where any machine finds them."""
    draft = values.DraftRelease(
        key=f"draft release {outline.tag}",
        needs=needs,
        tag=outline.tag,
        title=outline.tag,
        notes=outline.notes,
        prerelease=outline.prerelease,
    )
    assets = values.UploadAssets(
        key=f"attach files to release {outline.tag}", needs=(draft.key,), tag=outline.tag
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
    upload, visible = upload_and_show(
        outline.package, outline.version, index, needs=needs, staging=staging
    )
    return upload, visible, *_installs(outline, (visible.key,), index)


def _staged(outline: Outline, needs: tuple[str, ...]) -> tuple[AnySpec, ...]:
    return _uploads(outline, needs, outline.settings.staging, staging=True)


def _pushed(outline: Outline, needs: tuple[str, ...]) -> tuple[AnySpec, ...]:
    return (
        values.Push(
            key=f"push {outline.branch} and {outline.tag} to {outline.remote}",
            needs=needs,
            remote=outline.remote,
            branch=outline.branch,
            tag=outline.tag,
            expected=outline.remote_tip,
        ),
    )


def _published(outline: Outline, needs: tuple[str, ...]) -> tuple[AnySpec, ...]:
    return _uploads(outline, needs, outline.publish, staging=False)


def _shown(outline: Outline, published: tuple[AnySpec, ...]) -> tuple[AnySpec, ...]:
    return (
        values.PublishRelease(
            key=f"publish release {outline.tag}",
            needs=_keys(published),
            tag=outline.tag,
            latest=not outline.prerelease,
        ),
    )
