"""What a user may say in ``[tool.seatrial]`` or ``seatrial.toml``; every key has a default.

The field docstrings below are what the reference page of the documentation is made from.
"""

from __future__ import annotations

from typing import Literal

# The form "as the same name" hands the name on (PEP 484, "Stub files").
from seatrial.config.schema_sources import CollectSettings as CollectSettings  # noqa: PLC0414
from seatrial.config.schema_sources import TargetSettings as TargetSettings  # noqa: PLC0414
from seatrial.config.schema_sources import WrapSettings as WrapSettings  # noqa: PLC0414
from seatrial.config.table import Table


class IndexSettings(Table, frozen=True, kw_only=True):
    """An index that is neither ``pypi`` nor ``testpypi``.

    Attributes:
        upload_url: the address of its legacy upload API.
        simple_url: the address of its Simple API.
    """

    upload_url: str
    simple_url: str


class SiteSettings(Table, frozen=True, kw_only=True):
    """One more place that states the version, said in full.

    Attributes:
        file: the file, from the package's folder.
        key: what in it: a dotted key of TOML, JSON, YAML or INI, or a name.
        search: the text around the version, with ``{version}`` in it, instead of a key; each place
            that it fits is one.
        spelling: how the version is spelt there, with ``{version}``, ``{semver}``, ``{tag}``,
            ``{major}``, ``{minor}``, ``{patch}``; ``{date}`` alone states the release's day.
        follows: another place, ``file:name``, whose version is stated there instead of the
            package's.
    """

    file: str
    key: str = ""
    search: str = ""
    spelling: str = ""
    follows: str = ""


class ContentsSettings(Table, frozen=True, kw_only=True):
    """What the built files must and must not hold, and which files there must be.

    Attributes:
        require: globs of paths that each file must hold one of; ``wheel:`` or ``sdist:`` before a
            glob says which kind alone is meant.  ``*`` stays in its folder, ``**`` does not; the
            folder that holds all of an sdist is left out.
        forbid: globs, in the same form, of paths that no file may hold.
        expect: the files that the release must consist of: ``sdist``; tags of wheels as
            ``cp39-abi3 × manylinux_2_28 × {x86_64, aarch64}``, which are two; or globs of file
            names.  One that is not there refuses the release, before anything is uploaded; a file
            that it does not name is a finding (``surplus-file``).
        ask: codes of findings about which a person is asked before the point of no return, and
            which ``--yes`` does not answer.  With a code that is about the release before
            (``grew``, ``package-gone``), the files are compared with it.
        refuse: codes of findings that refuse the release, however grave they are as a rule.
        libraries: globs of libraries that compiled files need and that neither the wheel nor every
            such system has, because another package or a driver brings them ("libcuda.so.*").
    """

    require: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    expect: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    refuse: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()


class PackageSettings(Table, frozen=True, kw_only=True):
    """One package of the repository.

    Attributes:
        path: its folder, from the repository's root; a glob ("libs/*") means every package there,
            and an entry for one folder counts before one for many.
        group: the packages of one group are released together, under one version and one tag.
        tag: the format of its tags, or of its group's, where it is another than the others'.
        private: whether it is never released.
        versions: more version sites, each ``file:name``, a file alone, or a table.
        contents: what its files must and must not hold, beside what holds for all packages.
        sdist: where its sdist goes, when not where all go.
        wrap: the binaries that its wheels are made with.
        build_edits: place (``file:name``, as in ``versions``) → the value that it has while the
            package is built; the change is never committed.
    """

    path: str = ""
    group: str = ""
    tag: str = ""
    private: bool = False
    versions: tuple[str | SiteSettings, ...] = ()
    contents: ContentsSettings = ContentsSettings()
    sdist: Literal["", "index", "forge-only", "none"] = ""
    wrap: WrapSettings = WrapSettings()
    build_edits: dict[str, bool | int | float | str] = {}


class VerifySettings(Table, frozen=True, kw_only=True):
    """How an installation is checked.

    Attributes:
        python: the Pythons to install on ("3.9", "3.13t", "pypy3.11"); when empty, the one Seatrial
            runs on, or the nearest to it that the package admits.
        run: commands that must succeed in the clean environment.
        scripts: whether each console script is run with ``--help``.
        imports: whether each top-level module is imported.
        timeout: seconds for each command.
    """

    python: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    scripts: bool = True
    imports: bool = True
    timeout: float = 300.0


class CommitSettings(Table, frozen=True, kw_only=True):
    """The texts of the release commit and of the tag; ``{version}`` and ``{tag}`` are replaced.

    Attributes:
        message: the commit's message.
        tag_message: the annotated tag's message.
    """

    message: str = "Release {version}"
    tag_message: str = "Release {version}"


class ForgeSettings(Table, frozen=True, kw_only=True):
    """The forge release.

    Attributes:
        release: whether one is made.
        api: the address of the forge's REST API, when it is not the public one.
        repository: ``owner/name``, when the remote's address does not tell.
        kind: which forge ("github"), when the remote's address does not tell.
    """

    release: bool = True
    api: str = ""
    repository: str = ""
    kind: str = ""


class ChangelogSettings(Table, frozen=True, kw_only=True):
    """The changelog.

    Attributes:
        file: its path; the usual names are found by themselves.
        write: whether a section is written into it.
        require: whether a release is refused that has no section of its own, written by hand.
    """

    file: str = ""
    write: bool = True
    require: bool = False


class NotesSettings(Table, frozen=True, kw_only=True):
    """The release notes.

    Attributes:
        template: the path of a template (Jinja, in a sandbox), from the repository's root.  It can
            use ``package``, ``version``, ``tag``, ``previous``, ``date``, ``notes``, ``python``
            (``requires-python``), ``pythons``, ``compare``, ``contributors`` and ``changes``
            (``kind``, ``scope``, ``text``, ``commit``, ``author`` each).  If it uses ``artifacts``
            (``name``, ``sha256``, ``size``, ``kind``, ``python``, ``platforms`` each), ``digests``
            (name → SHA-256) or ``platforms``, the notes are written after the build.
    """

    template: str = ""


class VersionSettings(Table, frozen=True, kw_only=True):
    """How the next version is chosen where none is asked for.

    Attributes:
        scheme: of versions by date, with ``YYYY``, ``YY``, ``MM``, ``WW``, ``DD`` and, at the end,
            ``MICRO``; versions have the meaning of SemVer when empty.
        zero: what a breaking change raises below 1.0.
        channels: branch → phase ("a", "b", "rc", "dev") of the pre-releases made from it; the
            other branches then make final releases.
        source: what decides: the commits, files in ``.changes``, the fragments of towncrier, the
            labels of pull requests on the forge, or ("auto") the files or fragments that are
            there, else the commits.
        labels: label → what a pull request that has it changes; the usual names when empty.
        api: what a plan does when the API breaks under a version that does not say so (with the
            extra ``api``): "remark" on it, "refuse", or "ignore" it.
    """

    scheme: str = ""
    zero: Literal["minor", "major"] = "minor"
    channels: dict[str, Literal["a", "b", "rc", "dev"]] = {}
    source: Literal["auto", "commits", "files", "towncrier", "labels"] = "auto"
    labels: dict[str, Literal["breaking", "feature", "fix", "other"]] = {}
    api: Literal["remark", "refuse", "ignore"] = "remark"


class BuildSettings(Table, frozen=True, kw_only=True):
    """The build.

    Attributes:
        timeout: seconds for sdist and wheel together.
    """

    timeout: float = 3600.0


class DownstreamSettings(Table, frozen=True, kw_only=True):
    """Another repository that names this one's versions; it is changed when all files are served.

    In the texts ``{package}``, ``{version}``, ``{tag}`` and ``{date}`` are replaced.

    Attributes:
        repository: ``owner/name`` on the same forge, or the address of a git repository.
        branch: the branch that shall change; the default one when empty.
        edits: place → what it becomes.  A place is ``file:key``, as for version sites, or a file.
            It becomes a text such as ``{version}`` or ``v{version}``; in a file alone, a text with
            more around it (``demo=={version}``) is found by what is around.  ``bump major``,
            ``bump minor`` and ``bump patch`` raise a number that is that repository's own;
            ``git-url-tags`` sets the tag in every address of this repository.
        recipe: edits that are known by name: ``conda-forge`` (version, digest, build number) or
            ``homebrew`` (address, digest, resources).
        run: commands that are run there after the edits.
        push_to: the branch that is pushed; in a fork, where there is no right to push.
        commit: the commit's message.
        title: the pull request's title; the commit's first line when empty.
        body: the pull request's text, Markdown.
        timeout: seconds for each command.
    """

    repository: str
    branch: str = ""
    edits: dict[str, str] = {}
    recipe: Literal["", "conda-forge", "homebrew"] = ""
    run: tuple[str, ...] = ()
    push_to: str = "seatrial/{package}-{version}"
    commit: str = "Upgrade {package} to {version}"
    title: str = ""
    body: str = "{package} {version} is released (tag {tag}, {date})."
    timeout: float = 1800.0


class ProposalSettings(Table, frozen=True, kw_only=True):
    """The pull request that proposes a release.

    Attributes:
        branch: the branch that it comes from; ``{branch}`` is the one that it shall be merged into.
        title: its title, with ``{package}``, ``{version}`` and ``{tag}``.
        body: what stands above the notes in its text, Markdown.
    """

    branch: str = "release/{branch}"
    title: str = "Release {version}"
    body: str = ""


class GateSettings(Table, frozen=True, kw_only=True):
    """A command that must pass, once for each choice of its environment.

    Attributes:
        command: the program and its arguments.
        env: variable → its value, or several: the command must pass with each of them, and where
            several variables have several, with each combination.
    """

    command: str
    env: dict[str, str | tuple[str, ...]] = {}


class RulesSettings(Table, frozen=True, kw_only=True):
    """Which rules ``seatrial check`` asks.

    Attributes:
        select: codes, beginnings of codes ("ST1") or names of rules; all when empty.
        ignore: the same, taken away.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Settings(Table, frozen=True, kw_only=True):
    """Everything that can be said.

    Attributes:
        tag: the tag's format; ``{version}`` stands for the version, and ``{package}`` for the name
            of the package, or of its group.  Found from the tags when empty.
        versions: whether the packages of the repository share one version ("lockstep"), or each
            has its own ("independent"); found from their versions and tags when "auto".
        siblings: how packages of the repository that are released require each other: a version
            that is pinned (``==``) follows, and all else stays ("auto"); the requirement is set to
            the new version with an operator; or it is left alone ("keep").  A package whose
            requirement changes is released, too.
        siblings_in_git: whether these requirements are committed; else they are made for the build
            alone.
        mode: whether a release is made at once, or proposed by a pull request first
            (``seatrial propose``) and made when that was merged (``seatrial release --merged``).
        proposal: the pull request that proposes a release.
        publish: the index to publish to, by name.
        staging: the index to stage on; none when empty.
        trusted_publisher: the publisher that the index to publish to knows, as
            ``github:OWNER/NAME:WORKFLOW.yml`` or with ``:ENVIRONMENT`` after it; a rehearsal makes
            its exchange.
        branch: the branch that releases are made from; the current one when empty.
        remote: the remote to push to; the branch's own, or ``origin``, when empty.
        package: the packages; found by themselves when empty.
        gate: name → command that must pass, or a table that says more of it.
        gate_timeout: seconds for each gate.
        contents: what the built files must and must not hold, and which there must be.
        sdist: where the sdist goes: to the index and the forge, to the forge alone, or nowhere.
        wrap: the binaries that the wheels are made with, in a repository of one package.
        verify: how an installation is checked.
        commit: the texts of commit and tag.
        forge: the forge release.
        changelog: the changelog.
        notes: the release notes.
        build: the build.
        collect: files that CI has built.
        rules: which rules ``seatrial check`` asks.
        version: how the next version is chosen.
        downstream: other repositories that name this one's versions.
        index: indexes beside ``pypi`` and ``testpypi``, by name (``[tool.seatrial.index.NAME]``).
    """

    tag: str = ""
    mode: Literal["direct", "pull-request"] = "direct"
    proposal: ProposalSettings = ProposalSettings()
    versions: Literal["auto", "lockstep", "independent"] = "auto"
    siblings: Literal["auto", "==", "~=", ">=", "keep"] = "auto"
    siblings_in_git: bool = True
    publish: str = "pypi"
    staging: str = ""
    trusted_publisher: str = ""
    branch: str = ""
    remote: str = ""
    package: tuple[PackageSettings, ...] = ()
    gate: dict[str, str | GateSettings] = {}
    gate_timeout: float = 1800.0
    contents: ContentsSettings = ContentsSettings()
    sdist: Literal["index", "forge-only", "none"] = "index"
    wrap: WrapSettings = WrapSettings()
    verify: VerifySettings = VerifySettings()
    commit: CommitSettings = CommitSettings()
    forge: ForgeSettings = ForgeSettings()
    changelog: ChangelogSettings = ChangelogSettings()
    notes: NotesSettings = NotesSettings()
    build: BuildSettings = BuildSettings()
    collect: CollectSettings = CollectSettings()
    version: VersionSettings = VersionSettings()
    rules: RulesSettings = RulesSettings()
    downstream: tuple[DownstreamSettings, ...] = ()
    index: dict[str, IndexSettings] = {}
