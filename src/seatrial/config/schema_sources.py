"""What a user may say of files that are made elsewhere: wheels of CI, binaries to wrap."""

from __future__ import annotations

import msgspec

from seatrial.config.table import Table


class TargetSettings(Table, frozen=True, kw_only=True):
    """One platform that binaries are wrapped for, said in full.

    Attributes:
        platform: the platform tag ("win_amd64"), several with dots between, or "auto": the best
            that is true of the binaries.
        without: keys of ``place`` that this platform does not have.
        asset: the name of its archive, where it is not like the others.
        exe: what ``{exe}`` stands for; ``.exe`` on Windows, else nothing.
        ext: what ``{ext}`` stands for; ``zip`` on Windows, else ``tar.gz``.
    """

    platform: str
    without: tuple[str, ...] = ()
    asset: str = ""
    exe: str | None = None
    ext: str = ""


class WrapSettings(Table, frozen=True, kw_only=True):
    """Another repository's binaries, each platform's in a wheel of its own.

    ``{version}``, ``{engine_version}``, ``{target}``, ``{platform}``, ``{exe}`` and ``{ext}`` can
    stand in ``from``, ``asset``, and both sides of ``place``.

    Attributes:
        source: where they come from: ``github:OWNER/NAME@TAG``, an address (``https://…``), or a
            folder, from the repository's root.
        asset: the name of the archive there; when empty, the address is the archive's own, and the
            folder holds the files themselves.
        engine_version: the version of the binaries, or ``file:name`` that states it, from the
            package's folder; the package's own when empty.
        place: a file of the archive, or a glob → a folder in the wheel (with a slash at its end),
            or a path there.  A glob without a slash is of the name alone.
        targets: name → platform tag.
        digests: name of an archive → its SHA-256, beside what its source states.
        sums: the name of the file beside the archives that lists their SHA-256.
        unverified: names of archives that are taken without any digest.
        api: the address of the forge's REST API, when it is not the public one.
    """

    source: str = msgspec.field(default="", name="from")
    asset: str = ""
    engine_version: str = ""
    place: dict[str, str] = {}
    targets: dict[str, str | TargetSettings] = {}
    digests: dict[str, str] = {}
    sums: str = "SHA256SUMS"
    unverified: tuple[str, ...] = ()
    api: str = ""


class CollectSettings(Table, frozen=True, kw_only=True):
    """Files that CI has built from the release commit, and that are taken instead of built here.

    Attributes:
        source: ``from``: "github" for the artifacts of the repository's own workflows, "gitlab" for
            those of its pipelines' jobs (with ``$GITLAB_TOKEN`` where the project is not public);
            a folder, from the repository's root; or an address, with ``{version}``, ``{tag}`` and
            ``{commit}`` in it.  Nothing is collected when empty.
        workflow: the workflow's file ("build.yml"), where more than one leaves files behind.
        artifacts: globs of the names of the artifacts that are taken.
        build_sdist: whether the sdist is built here, where the source has none.
    """

    source: str = msgspec.field(default="", name="from")
    workflow: str = ""
    artifacts: tuple[str, ...] = ("*",)
    build_sdist: bool = True
