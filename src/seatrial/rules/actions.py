"""ST710 to ST716: workflows that fail, or that strangers can turn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seatrial.rules.inputs import RuleInput
from seatrial.rules.publishing import building_jobs, publishing_jobs
from seatrial.rules.values import Flaw, Severity, rule
from seatrial.rules.workflow import Job, Workflow

_STRANGE = re.compile(
    r"\$\{\{[^}]*\b(?:github\.head_ref|github\.event\.(?:(?:issue|pull_request|discussion)\.(?:title|body)"
    r"|pull_request\.head\.(?:ref|label)|comment\.body|review\.body|review_comment\.body"
    r"|head_commit\.message|workflow_run\.(?:head_branch|head_commit\.message)))\b"
)
_THEIRS = re.compile(
    r"github\.event\.pull_request\.head\.(?:sha|ref|repo)|github\.head_ref|refs/pull/"
)
# "Deprecation notice: v3 of the artifact actions" and "Upcoming deprecation of v1 and v2 of the
# artifact actions", GitHub's changelog: jobs that call them fail since 2025-01-30 and 2024-06-30.
_RETIRED = {
    "actions/upload-artifact": 3,
    "actions/download-artifact": 3,
}
_WHO = re.compile(r"head\.repo\.(?:full_name|fork)|author_association|github\.actor\b")
_BY_TAG = frozenset({"release", "create"})


@rule("ST710", "strangers-code", Severity.ERROR)
def strangers_code(about: RuleInput) -> Iterator[Flaw]:
    """A workflow with the repository's secrets checks out what a stranger proposed.

    ``pull_request_target`` runs with write permission and secrets; code of the pull request that
    runs there takes both.

    Mend:
        Use ``pull_request``; what needs secrets belongs in a second workflow that runs no code of
        the pull request.
    """
    for workflow in about.workflows:
        if "pull_request_target" not in workflow.triggers:
            continue
        for job in _open_to_strangers(workflow):
            for step in job.steps:
                ref = step.given("ref")
                # A sparse checkout takes folders that somebody has thought about.
                whole = not step.given("sparse-checkout")
                if step.action == "actions/checkout" and whole and _THEIRS.search(ref.text):
                    yield Flaw("a stranger's code is checked out", workflow.path, ref.line)


def _open_to_strangers(workflow: Workflow) -> Iterator[Job]:
    """Give the jobs whose condition does not ask who it is that asks."""
    for job in workflow.jobs.values():
        if not _WHO.search(job.value.get("if").text):
            yield job


@rule("ST711", "strangers-words", Severity.ERROR)
def strangers_words(about: RuleInput) -> Iterator[Flaw]:
    """A script has words in it that a stranger chooses: a title, a branch, a message.

    They are put into the script before the shell reads it, and a title with ``$(…)`` in it runs.

    Mend:
        Hand them over in ``env``, and read the variable in the script.
    """
    for workflow in about.workflows:
        for job in _open_to_strangers(workflow):
            for step in job.steps:
                for line in step.script:
                    if _STRANGE.search(line.text):
                        yield Flaw("a stranger's words become code", workflow.path, line.number)


@rule("ST712", "tag-not-fetched", Severity.WARNING)
def tag_not_fetched(about: RuleInput) -> Iterator[Flaw]:
    """A workflow builds without the tags that the version comes from.

    ``actions/checkout`` fetches one commit; where the workflow does not start on the tag itself,
    the version is 0.1.dev1 or the build fails.

    Mend:
        ``fetch-depth: 0`` for the checkout of the building job.
    """
    if not any(package.from_tag for package in about.packages):
        return
    for workflow in about.workflows:
        if not publishing_jobs(workflow) or not _starts_without_tag(workflow):
            continue
        for job in building_jobs(workflow):
            for step in job.steps:
                whole = step.given("fetch-depth").text.strip() == "0" or step.given("fetch-tags")
                if step.action == "actions/checkout" and not whole and not _fetches(job):
                    yield Flaw(
                        f"the job {job.id} builds without the tags", workflow.path, step.line
                    )


def _starts_without_tag(workflow: Workflow) -> bool:
    push = workflow.root.get("on", "push")
    tags_alone = bool(push.get("tags")) and not push.get("branches")
    others = workflow.triggers - _BY_TAG - ({"push"} if tags_alone else set())
    return bool(others & {"push", "schedule"}) or workflow.triggers == {"workflow_dispatch"}


def _fetches(job: Job) -> bool:
    return any(
        re.search(r"\bgit fetch\b.*(?:--tags|--unshallow)", line.text)
        for step in job.steps
        for line in step.script
    )


@rule("ST713", "action-retired", Severity.ERROR)
def action_retired(about: RuleInput) -> Iterator[Flaw]:
    """A workflow calls a version of an action that GitHub has switched off.

    The job fails, and a release workflow is mostly not run before the release.  Versions 1 to 3 of
    ``actions/upload-artifact`` and ``actions/download-artifact`` are off since 30 January 2025.

    Mend:
        Raise it to version 4 or newer; artifacts of one name can then no longer be added to.
    """
    for workflow in about.workflows:
        for job in workflow.jobs.values():
            for step in job.steps:
                major = re.match(r"v(\d+)\b", step.ref)
                last = _RETIRED.get(step.action)
                if major and last is not None and int(major[1]) <= last:
                    yield Flaw(f"{step.uses.text} fails", workflow.path, step.uses.line)


@rule("ST714", "artifact-name-clash", Severity.ERROR)
def artifact_name_clash(about: RuleInput) -> Iterator[Flaw]:
    """Jobs of one matrix upload artifacts of the same name.

    Since version 4 the second upload fails: an artifact is never added to.

    Mend:
        Put what tells the jobs apart into the name: ``wheels-${{ matrix.os }}``; the publishing job
        downloads them by a pattern.
    """
    for workflow in about.workflows:
        for job in workflow.jobs.values():
            if _size(job) < 2:  # noqa: PLR2004 - a matrix of one job clashes with nobody
                continue
            for step in job.steps:
                major = re.match(r"v(\d+)\b", step.ref)
                newer = major is not None and int(major[1]) > _RETIRED["actions/upload-artifact"]
                name = step.given("name").text
                told_apart = "${{" in name or step.value.get("if") or step.given("overwrite")
                if step.action == "actions/upload-artifact" and newer and not told_apart:
                    yield Flaw(
                        f"each job of the matrix {job.id} uploads {name or 'artifact'!r}",
                        workflow.path,
                        step.line,
                    )


def _size(job: Job) -> int:
    """Give how many jobs a plain matrix makes; 0 when an expression or an exclusion decides."""
    matrix = job.value.get("strategy", "matrix")
    if not matrix.is_mapping or matrix.get("exclude"):
        return 0
    size = 1
    for name, values in matrix.items():
        if "${{" in values.text:
            return 0
        if name.text != "include":
            size *= max(len(list(values.elements())), 1)
    alone = [name.text for name, _ in matrix.items()] == ["include"]
    return len(list(matrix.get("include").elements())) if alone else size


@rule("ST715", "job-unknown", Severity.ERROR)
def job_unknown(about: RuleInput) -> Iterator[Flaw]:
    """A job waits for one that is not there.

    GitHub refuses the whole workflow, and does so when the release is to run.

    Mend:
        Correct the name in ``needs``.
    """
    for workflow in about.workflows:
        for job in workflow.jobs.values():
            for name in job.needs:
                if name not in workflow.jobs and "${{" not in name:
                    line = job.value.get("needs").line
                    yield Flaw(f"{job.id} needs {name}, and there is none", workflow.path, line)


@rule("ST716", "workflow-unreadable", Severity.ERROR)
def workflow_unreadable(about: RuleInput) -> Iterator[Flaw]:
    """A workflow is no YAML.

    GitHub does not run it, and says so only on its own page.

    Mend:
        Correct the line that the message names.
    """
    for workflow in about.workflows:
        if workflow.problem:
            yield Flaw(workflow.problem, workflow.path, workflow.line)
