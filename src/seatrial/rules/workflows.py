"""ST701 to ST709: how workflows build and publish."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seatrial.addresses import INDEXES
from seatrial.rules.inputs import RuleInput
from seatrial.rules.publishing import (
    PYPI_ACTION,
    building_jobs,
    builds,
    publishes,
    publishing_jobs,
    tests,
)
from seatrial.rules.values import Flaw, Severity, rule
from seatrial.rules.workflow import Job, Step, Workflow, names

_SWALLOWED = re.compile(r"\|\|\s*(?:true|:|exit 0|echo\b[^|&;]*)\s*(?:;|$)")
_RENAMED = re.compile(r"\bmv\b(?:\s+-\S+)*\s+\S*\.whl[\"']?\s+\S*\.whl[\"']?\s*(?:;|&|$)")
_EACH_WHEEL = re.compile(r"\bfor\s+(\w+)\s+in\s[^;\n]*\.whl")
_PINNED = re.compile(r"[0-9a-f]{40}")
_TRUSTED = ("actions/", "github/", "pypa/", "./", "docker://")
_SED = re.compile(r"\bsed\b(?=[^|]*\s-i)(?=[^|]*\bversion\b)[^|]*\bpyproject\.toml\b")


@rule("ST701", "skip-existing", Severity.WARNING)
def skip_existing(about: RuleInput) -> Iterator[Flaw]:
    """A publishing step passes over files that the index holds already, by their names.

    A build of today is not the build of yesterday: a run that goes on after half an upload then
    leaves one version made of two builds, and is green.  twine compares names only.

    Mend:
        Take it out.  PyPI answers a file with the very same bytes as it answers a new one, so that
        sending it again does no harm; keep the built files, and send those.
    """
    for workflow, step in _steps(about):
        if not publishes(step) or _is_staging(step):
            continue
        for name in ("skip-existing", "skip_existing"):
            given = step.given(name)
            if given.text.strip().lower() == "true":
                yield Flaw("files are passed over by name", workflow.path, given.line)
        for line in step.script:
            if "--skip-existing" in line.text:
                yield Flaw("files are passed over by name", workflow.path, line.number)


def _is_staging(step: Step) -> bool:
    """Whether a step publishes to the index that is there for trying out."""
    named = [step.given("repository-url").text, step.given("repository_url").text]
    named += [line.text for line in step.script]
    return any(INDEXES["testpypi"].upload in text or "testpypi" in text for text in named)


@rule("ST702", "failure-swallowed", Severity.ERROR)
def failure_swallowed(about: RuleInput) -> Iterator[Flaw]:
    """A test whose failure is swallowed stands before a publishing step.

    ``pytest || true`` is always green, and what it found is published.

    Mend:
        Let it fail.  What may fail belongs in a job that nothing waits for.
    """
    for workflow, step in _before_publishing(about):
        for line in step.script:
            if tests(line.text) and _SWALLOWED.search(line.text):
                yield Flaw("a failure of this goes unnoticed", workflow.path, line.number)


@rule("ST703", "failure-allowed", Severity.WARNING)
def failure_allowed(about: RuleInput) -> Iterator[Flaw]:
    """A test or a build before a publishing step may fail (``continue-on-error``).

    The release goes on without it: with a test that found something, or with a wheel too few.

    Mend:
        Take ``continue-on-error`` out.
    """
    for workflow, step in _before_publishing(about):
        allowed = step.value.get("continue-on-error")
        checks = any(tests(line.text) for line in step.script) or builds(step) or publishes(step)
        if checks and allowed.text.strip() == "true" and not _is_staging(step):
            yield Flaw("the release goes on when this fails", workflow.path, allowed.line)


@rule("ST704", "wheel-renamed", Severity.ERROR)
def wheel_renamed(about: RuleInput) -> Iterator[Flaw]:
    """A wheel is renamed.

    The tags stand in the wheel, too (``WHEEL``, PEP 427): tools that compare them with the name
    refuse it, and nobody has proven that what is in it runs there.  The release workflow of
    sochdb's Python SDK (sochdb/sochdb-python-sdk) makes its platform wheels so.

    Mend:
        ``wheel tags --platform-tag …`` writes both; better, have the backend build it so.
    """
    for workflow, step in _steps(about):
        each = {name for line in step.script for name in _EACH_WHEEL.findall(line.text)}
        for line in step.script:
            moved = re.search(r"\bmv\b(?:\s+-\S+)*\s+[\"']?\$\{?(\w+)\}?[\"']?\s+(\S+)", line.text)
            looped = moved is not None and moved[1] in each and _is_name(moved[2])
            if looped or _RENAMED.search(line.text):
                yield Flaw("the tags in the wheel stay what they were", workflow.path, line.number)


def _is_name(target: str) -> bool:
    """Whether a target is a file's name, and no folder."""
    bare = target.strip("\"';")
    return not bare.endswith("/") and (bare.endswith(".whl") or bare.startswith("$"))


@rule("ST705", "publish-too-early", Severity.ERROR)
def publish_too_early(about: RuleInput) -> Iterator[Flaw]:
    """A publishing job does not wait for every job that builds.

    It publishes what is there when it begins; a wheel that comes later is left out, and the version
    is complete for nobody on that platform.

    Mend:
        Name every building job in its ``needs``.
    """
    for workflow in about.workflows:
        makers = [job for job in building_jobs(workflow) if _uploads(job)]
        for job in publishing_jobs(workflow):
            wanted = [step for step in job.steps if step.action == "actions/download-artifact"]
            waits = workflow.waits_for(job) | {job.id}
            used = [maker for maker in makers if any(_hands(maker, step) for step in wanted)]
            missed = [maker for maker in used if maker.id not in waits]
            if missed and len(missed) < len(used):
                yield Flaw(
                    f"the job {job.id} does not wait for {names(missed)}", workflow.path, job.line
                )


def _uploads(job: Job) -> bool:
    return any(step.action == "actions/upload-artifact" for step in job.steps)


def _hands(maker: Job, wanted: Step) -> bool:
    """Whether a job uploads an artifact that a downloading step takes."""
    asked = wanted.given("name").text or wanted.given("pattern").text or "*"
    return any(
        _overlap(step.given("name").text or "artifact", asked)
        for step in maker.steps
        if step.action == "actions/upload-artifact"
    )


def _overlap(name: str, pattern: str) -> bool:
    """Whether a name and a pattern can mean the same; an expression can be anything."""
    one, other = (re.split(r"\$\{\{.*?\}\}|[*?{\[]", text)[0] for text in (name, pattern))
    if one == name and other == pattern:
        return name == pattern
    return one.startswith(other) or other.startswith(one)


@rule("ST706", "identity-while-building", Severity.WARNING)
def identity_while_building(about: RuleInput) -> Iterator[Flaw]:
    """A job that builds may ask for the identity that publishes (``id-token: write``).

    Building runs code of the project and of everything that its build requires; each of them could
    publish in your name.  PyPI's own guide has two jobs for this reason.

    Mend:
        Build in a job without the permission, hand the files over as an artifact, and give the
        permission to the publishing job alone.
    """
    for workflow in about.workflows:
        if not publishing_jobs(workflow):
            continue
        for job in building_jobs(workflow):
            if _attests(job) and not any(map(publishes, job.steps)):
                continue
            own = job.value.get("permissions")
            said = own or workflow.root.get("permissions")
            grant = said.get("id-token")
            if grant.text == "write" or said.text == "write-all":
                yield Flaw(
                    f"the job {job.id} builds, and may publish",
                    workflow.path,
                    grant.line or said.line,
                )


def _attests(job: Job) -> bool:
    """Whether a job needs an identity to state where its files come from."""
    return any(
        step.action.startswith(("actions/attest", "sigstore/"))
        or step.given("attest-build-provenance-github")
        for step in job.steps
    )


@rule("ST707", "edit-without-effect", Severity.ERROR)
def edit_without_effect(about: RuleInput) -> Iterator[Flaw]:
    """A workflow writes the version into ``pyproject.toml``, and the build does not read it there.

    The version that was asked for is silently ignored.  The release workflow of sochdb's Python SDK
    (sochdb/sochdb-python-sdk) runs ``sed`` on ``pyproject.toml`` while the version is dynamic and
    read from ``__init__.py``.

    Mend:
        Edit the file that the build reads, which the message names.
    """
    if len(about.packages) != 1:
        return
    package = about.packages[0]
    source = next((site for site in package.sites if site.source), None)
    read = source.where if source else package.from_tag
    if not read or (source and source.path == about.place(package, "pyproject.toml")):
        return
    for workflow, step in _steps(about):
        for line in step.script:
            if _SED.search(line.text):
                said = f"this edit does nothing: the build of {package.name} takes the version"
                yield Flaw(f"{said} from {read}", workflow.path, line.number)


@rule("ST708", "action-unpinned", Severity.WARNING)
def action_unpinned(about: RuleInput) -> Iterator[Flaw]:
    """A publishing job calls an action of somebody else's by a name that can move.

    Whoever can move the tag can publish in your name: in March 2025 the tags of tj-actions/
    changed-files were moved to a commit that printed secrets (CVE-2025-30066).

    Mend:
        Pin it to the full commit, with the version in a comment; Dependabot and Renovate raise such
        pins.  Actions of GitHub's own and of PyPA's are not asked for here.
    """
    for workflow in about.workflows:
        for job in publishing_jobs(workflow):
            for step in job.steps:
                uses = step.uses.text
                known = not uses or uses.lower().startswith(_TRUSTED) or "${{" in uses
                if not known and not _PINNED.fullmatch(step.ref):
                    yield Flaw(f"{uses} can be moved", workflow.path, step.uses.line)


@rule("ST709", "token-long-lived", Severity.INFO)
def token_long_lived(about: RuleInput) -> Iterator[Flaw]:
    """A workflow publishes to PyPI with a stored token, where a trusted publisher would do.

    A token lives until somebody revokes it; the identity of a job is gone with the job, and
    attestations come with it.

    Mend:
        Name the workflow as a trusted publisher of the project on PyPI, give the job
        ``id-token: write``, and take the password out.
    """
    for workflow, step in _steps(about):
        if step.action != PYPI_ACTION:
            continue
        elsewhere = any(step.given(name) for name in ("repository-url", "repository_url"))
        password = step.given("password")
        if "secrets." in password.text and not elsewhere:
            yield Flaw("a stored token publishes here", workflow.path, password.line)


def _steps(about: RuleInput) -> Iterator[tuple[Workflow, Step]]:
    for workflow in about.workflows:
        for job in workflow.jobs.values():
            for step in job.steps:
                yield workflow, step


def _before_publishing(about: RuleInput) -> Iterator[tuple[Workflow, Step]]:
    """Give the steps of each workflow that a publishing step waits for, and those steps."""
    for workflow in about.workflows:
        wanted: set[str] = set()
        for job in publishing_jobs(workflow):
            wanted |= {job.id, *workflow.waits_for(job)}
        for name, job in workflow.jobs.items():
            for step in job.steps if name in wanted else ():
                yield workflow, step
