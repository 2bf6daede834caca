"""What has to be set up for packages whose names an index does not know yet."""

from __future__ import annotations

import contextlib
import posixpath
import re
from collections.abc import Iterator, Sequence

import msgspec

from seatrial.addresses import FORMS, GITLAB_HOST
from seatrial.config.indexes import index_settings
from seatrial.errors import CredentialMissing, CredentialRefused, SeatrialError, Unreachable
from seatrial.operations.outside import Seen
from seatrial.operations.project import Project
from seatrial.plan.firsts import FirstUpload, PendingPublisher
from seatrial.plan.values import Plan
from seatrial.repository.snapshot import Snapshot
from seatrial.rules.publishing import publishes
from seatrial.rules.tokens import read_pypi_token
from seatrial.rules.workflow import Job, read_workflow
from seatrial.world.forge.detect import host_and_path

WORKFLOWS = ".github/workflows"
PIPELINE = ".gitlab-ci.yml"

SHOWN = 3
"""How many names an error tells."""

# As ``trusted-publisher`` of the configuration states one.
_STATED = re.compile(r"(github|gitlab):([^:\s]+)/([^:/\s]+):([^:\s]+\.ya?ml)(?::([^:]+))?")

_OURS = re.compile(r"(?:^|[\s;&|(/])seatrial (?:release|resume|publish)\b")


def with_firsts(plan: Plan, project: Project, seen: Seen) -> Plan:
    """Say in a plan which names are new, and what has to be set up for them.

    Args:
        plan: the release.
        project: the repository.
        seen: what the indexes know.
    """
    if not seen.absent:
        return plan
    publisher = publisher_of(project)
    firsts = tuple(
        FirstUpload(package=name, index=index, form=_form(project, index), publisher=publisher)
        for index in project.names_of_indexes(plan.asked.index)
        for name in plan.names
        if (index, name) in seen.absent
    )
    return msgspec.structs.replace(plan, firsts=firsts)


def unable(project: Project, plan: Plan) -> tuple[CredentialRefused, ...]:
    """Give an error for each index whose login cannot make the projects that are new there.

    It is known without anybody being asked: a token tells what it is for, and an index keeps one
    pending publisher for one job (its workflow and environment).

    Args:
        project: the repository.
        plan: the release.
    """
    found = []
    for index in dict.fromkeys(one.index for one in plan.firsts):
        names = [one.package for one in plan.firsts if one.index == index]
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        shown = f"{', '.join(names[:SHOWN])}{more}"
        said, way = _obstacle(project, index, names)
        if said:
            doing = f"looking whether what is new may be made: {shown}, on"
            found.append(CredentialRefused(index, said, doing=doing, next_step=way))
    return tuple(found)


def _obstacle(project: Project, index: str, names: Sequence[str]) -> tuple[str, str]:
    """Say why the login for an index cannot make projects, and what does; empty where it can."""
    trusted = bool(project.settings.trusted_publisher) and index != project.settings.staging
    with contextlib.suppress(CredentialMissing, CredentialRefused, Unreachable):
        login = project.outside.credential(index)()
        token = read_pypi_token(login.password.reveal())
        if token is not None and token.projects:
            return (
                f"the token from {login.origin} is for projects that are there already",
                "Make a token for the whole account for this release, and run this again.",
            )
        trusted = login.exchange is not None
    if trusted and len(names) > 1:
        return (
            "an index keeps one pending publisher for one workflow and environment",
            "Make the first uploads with a token for the whole account.",
        )
    return "", ""


def publisher_of(project: Project) -> PendingPublisher | None:
    """Give the job that uploads, as far as the repository tells; nothing without a known forge."""
    stated = _STATED.fullmatch(project.settings.trusted_publisher)
    if stated is not None:
        kind, owner, name, workflow, environment = stated.groups("")
        return PendingPublisher(
            kind="gitlab" if kind == "gitlab" else "github",
            owner=owner,
            repository=name,
            workflow=workflow,
            environment=environment,
        )
    host, path = host_and_path(project.remote_url)
    if host == GITLAB_HOST:
        owner, _, name = path.strip("/").removesuffix(".git").rpartition("/")
        pipeline = PIPELINE if PIPELINE in project.snapshot.files else ""
        return PendingPublisher(kind="gitlab", owner=owner, repository=name, workflow=pipeline)
    if project.repository is None:
        return None
    workflow, environment = _job(project.snapshot)
    return PendingPublisher(
        kind="github",
        owner=project.repository.owner,
        repository=project.repository.name,
        workflow=workflow,
        environment=environment,
    )


def _form(project: Project, index: str) -> str:
    """Give the address of an index's form: of those that are known, whatever they are called."""
    upload = index_settings(project.settings, index).upload_url
    return FORMS.get(upload, "")


def _job(snapshot: Snapshot) -> tuple[str, str]:
    """Give the workflow and the environment of the job that uploads.

    One that runs a release of ours comes before one that publishes otherwise.
    """
    found = sorted(_jobs(snapshot), key=lambda one: not one[0])
    return found[0][1:] if found else ("", "")


def _jobs(snapshot: Snapshot) -> Iterator[tuple[bool, str, str]]:
    """Give, for each job that publishes: whether it is ours, its workflow, its environment."""
    for path in snapshot.below(WORKFLOWS):
        text = snapshot.text(path) if path.endswith((".yml", ".yaml")) else None
        if text is None:
            continue
        try:
            workflow = read_workflow(path, text)
        except SeatrialError:
            continue
        for job in workflow.jobs.values():
            ours = any(_OURS.search(line.text) for step in job.steps for line in step.script)
            if ours or any(map(publishes, job.steps)):
                yield ours, posixpath.basename(path), _environment(job)


def _environment(job: Job) -> str:
    """Give the name of a job's environment: a text, or a table with a name."""
    stated = job.value.get("environment")
    return (stated.get("name") if stated.is_mapping else stated).text
