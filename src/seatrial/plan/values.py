"""The values a plan is made of: frozen, tagged, and the same bytes for the same input."""

from __future__ import annotations

import hashlib
from typing import Literal, TypeAlias

import msgspec

from seatrial.plan.after_build import Text
from seatrial.plan.asked import Asked
from seatrial.plan.collects import Collection

# This form of an import hands the name on (PEP 484, "Stub files").
from seatrial.plan.downstream_values import Propose as Propose  # noqa: PLC0414
from seatrial.plan.downstream_values import UpdateDownstreams as UpdateDownstreams  # noqa: PLC0414
from seatrial.plan.edits import FileEdit
from seatrial.plan.filesets import FileSet
from seatrial.plan.firsts import FirstUpload
from seatrial.plan.released import PlannedPackage, ReleasedCommit
from seatrial.plan.spec import Spec as Spec  # noqa: PLC0414
from seatrial.plan.wraps import Wrap

PLAN_SCHEMA = 1

LISTED = 3
"""How many packages are named one by one where few words are wanted."""


class Gate(Spec, frozen=True, kw_only=True, tag="gate"):
    """Run a command of the project's own in a checkout of the release commit; it must pass.

    Attributes:
        name: what the project calls it.
        command: the program and its arguments.
        roots: folders of the checkout that are put first on ``PYTHONPATH``, so that an editable
            installation of the user's checkout is not what is tested.
        env: variables that it is given.
        timeout: seconds.
    """

    name: str
    command: tuple[str, ...]
    roots: tuple[str, ...] = ()
    env: dict[str, str] = msgspec.field(default_factory=dict)
    timeout: float


class Commit(Spec, frozen=True, kw_only=True, tag="commit"):
    """Make the release commit in the run's own clone; with no edits, the planned commit itself.

    Attributes:
        parent: the planned commit's id.
        when: author and committer time, seconds since the epoch, UTC.
    """

    parent: str
    edits: tuple[FileEdit, ...]
    message: str
    when: int


class Tag(Spec, frozen=True, kw_only=True, tag="tag"):
    """Make the annotated tag in the run's own clone."""

    name: str
    message: str
    when: int


class TagText(msgspec.Struct, frozen=True, kw_only=True):
    """The name and the message of an annotated tag."""

    name: str
    message: str


class Tags(Spec, frozen=True, kw_only=True, tag="tags"):
    """Make several annotated tags in the run's own clone, where packages have their own."""

    tags: tuple[TagText, ...]
    when: int


class Build(Spec, frozen=True, kw_only=True, tag="build"):
    """Build sdist and wheel by PEP 517, the wheel from the sdist, into the run's store.

    Attributes:
        edits: what is changed on top of the release commit for the build, and never committed.
        requires_python: which Pythons the package allows, or empty: it is built with one of them.
        collect: where the files come from when they were built elsewhere.
        wrap: the binaries that platform wheels are made with; then the wheel that was built is
            not part of the release.
        sdist: where the sdist goes: to the index and the forge, to the forge alone, or nowhere.
        siblings: packages of this release whose files the build is made with.
    """

    package: str
    version: str
    path: str
    epoch: int
    timeout: float
    edits: tuple[FileEdit, ...] = ()
    requires_python: str = ""
    collect: Collection | None = None
    wrap: Wrap | None = None
    sdist: Literal["index", "forge-only", "none"] = "index"
    siblings: tuple[str, ...] = ()


class Contents(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the project itself wants of its files.

    Attributes:
        require: globs that each file must hold a path of; "wheel:" or "sdist:" in front of one
            means that kind alone.
        forbid: globs of paths that no file may hold.
        expect: the files that there must be (:mod:`seatrial.artifacts.expected`); one that it does
            not name is a finding, where it names any.
        wrapped: globs of the wheels that are wrapped, which there must be as well.
        ask: codes of findings about which a person is asked.
        refuse: codes of findings that refuse the release.
        libraries: globs of libraries that compiled files need and another package brings.
        siblings: what each file must require of the repository's other packages (PEP 508); what an
            extra requires, or a build computes, may be missing.
    """

    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()
    wrapped: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()


class Inspect(Spec, frozen=True, kw_only=True, tag="inspect"):
    """Refuse built files that are not what they should be.

    Attributes:
        contents: what the project itself wants of them.
    """

    package: str
    version: str
    contents: Contents = Contents()


class InstallCheck(Spec, frozen=True, kw_only=True, tag="install-check"):
    """Install in a clean environment, import, run the scripts and the project's own commands.

    Attributes:
        python: the interpreter asked for ("3.12"); empty is the one Seatrial runs on, or the
            nearest that the built files admit.
        index: where from: the name of an index, or empty for the built files themselves.
        artifact: which of the built files: "wheel" or "sdist".
        imports: whether every top-level module is imported.
        scripts: whether every console script is run with ``--help``.
        commands: the project's own commands.
        timeout: seconds for the installation, and for each command.
    """

    package: str
    version: str
    python: str
    index: str = ""
    artifact: Literal["wheel", "sdist"] = "wheel"
    imports: bool = True
    scripts: bool = True
    commands: tuple[tuple[str, ...], ...] = ()
    timeout: float


class DraftRelease(Spec, frozen=True, kw_only=True, tag="draft-release"):
    """Open the forge release as a draft.

    Attributes:
        notes: its text, Markdown, or what that is made from after the build.
    """

    tag: str
    title: str
    notes: Text
    prerelease: bool


class UploadAssets(Spec, frozen=True, kw_only=True, tag="upload-assets"):
    """Attach every built file to the draft; becomes one action a file after the build."""

    tag: str


class Upload(Spec, frozen=True, kw_only=True, tag="upload"):
    """Upload every built file to an index; becomes one action a file after the build.

    Attributes:
        sdist: whether the sdist is among them.
    """

    package: str
    version: str
    index: str
    staging: bool
    sdist: bool = True


class Visible(Spec, frozen=True, kw_only=True, tag="visible"):
    """Wait until the page that installers read shows every digest.

    Attributes:
        sdist: whether the sdist is among the files.
    """

    package: str
    version: str
    index: str
    timeout: float
    sdist: bool = True


class Push(Spec, frozen=True, kw_only=True, tag="push"):
    """Push branch and tag in one atomic push, with a lease on the planned tip.

    Attributes:
        remote: the remote's name in the user's repository.
        branch: the branch's short name.
        more_tags: the names of further tags, where packages have their own.
        expected: the commit that the remote branch is at; empty when it does not exist there.
        alone: whether the tags are pushed without the branch, which holds the commit already.
    """

    remote: str
    branch: str
    tag: str
    more_tags: tuple[str, ...] = ()
    expected: str
    alone: bool = False


class PublishRelease(Spec, frozen=True, kw_only=True, tag="publish-release"):
    """Make the forge release public.

    Attributes:
        latest: whether it becomes the one that the forge calls the latest.
    """

    tag: str
    latest: bool = True


AnySpec: TypeAlias = (
    Gate
    | Commit
    | Tag
    | Tags
    | Build
    | Inspect
    | InstallCheck
    | DraftRelease
    | UploadAssets
    | Upload
    | Visible
    | Push
    | PublishRelease
    | Propose
    | UpdateDownstreams
)


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Something a person should know of the plan; it changes nothing.

    Attributes:
        topic: a stable word ("dirty-tree", "number-passed-over", "no-forge", "index-not-asked",
            "index-not-known", "fault", "stays").
        text: one sentence.
    """

    topic: str
    text: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that would make the release.

    Of a release of several packages, ``package``, ``version``, ``previous``, ``reason`` and ``tag``
    are those of the first of ``packages``.

    Attributes:
        schema: the version of this layout.
        tool: the version of Seatrial that made it.
        asked: what the user asked for.
        commit: the planned commit's id.
        branch: the branch that the release belongs to.
        remote: the remote's name; empty when there is none.
        remote_tip: the commit that the remote branch is at; empty when it is not there.
        configuration: SHA-256 of the configuration the plan was made with.
        package: the package's name, normalised.
        version: the version to release, normalised (PEP 440).
        previous: the last released version, or empty.
        reason: why this version, in one sentence.
        tag: the release tag's name.
        date: the release's date, ISO 8601, UTC.
        commits: what is new since the last release, the newest first.
        notes: the release notes, Markdown.
        remarks: what a person should know.
        actions: what will be done, in an order that satisfies every need.
        point_of_no_return: the key of the first action that cannot be taken back; empty if none.
        packages: everything that is released, each after those of them that it requires.
        sets: where the files come from that are expected.
        firsts: the projects that do not exist yet on the indexes.
    """

    schema: int = PLAN_SCHEMA
    tool: str
    asked: Asked = Asked()
    commit: str
    branch: str
    remote: str
    remote_tip: str
    configuration: str
    package: str
    version: str
    previous: str
    reason: str
    tag: str
    date: str
    commits: tuple[ReleasedCommit, ...]
    notes: str
    remarks: tuple[Note, ...]
    actions: tuple[AnySpec, ...]
    point_of_no_return: str
    packages: tuple[PlannedPackage, ...] = ()
    sets: tuple[FileSet, ...] = ()
    firsts: tuple[FirstUpload, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all packages."""
        return tuple(package.name for package in self.packages) or (self.package,)

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of all tags."""
        return tuple(dict.fromkeys(package.tag for package in self.packages)) or (self.tag,)

    @property
    def title(self) -> str:
        """What is released, in a few words ("demo 1.2.0", "37 packages")."""
        versions = {package.version for package in self.packages} or {self.version}
        if len(self.names) > LISTED or (len(self.names) > 1 and len(versions) > 1):
            what = f"{len(self.names)} packages"
        else:
            what = ", ".join(self.names)
        return f"{what} {self.version}" if len(versions) == 1 else what

    def tag_of(self, package: str) -> str:
        """Give the name of the tag that a package is released under."""
        return next((one.tag for one in self.packages if one.name == package), self.tag)

    def under(self, tag: str) -> tuple[str, ...]:
        """Give the names of the packages that are released under a tag."""
        return tuple(one.name for one in self.packages if one.tag == tag) or (self.package,)

    def encode(self) -> bytes:
        """Give the plan as JSON, the same bytes for the same plan, with a final newline."""
        return msgspec.json.format(msgspec.json.encode(self, order="deterministic")) + b"\n"

    @property
    def digest(self) -> str:
        """The SHA-256 of :meth:`encode`, hexadecimal."""
        return hashlib.sha256(self.encode()).hexdigest()


def decode_plan(data: bytes) -> Plan:
    """Read a plan that :meth:`Plan.encode` wrote.

    Raises:
        msgspec.ValidationError: it is not a plan of this schema.
    """
    return msgspec.json.decode(data, type=Plan)
