"""Trusted publishers: which job of which repository may upload to which project.

The reasons of refusals are PyPI's, as ``oidc/models`` of its server gives them; of its four kinds
the two are here whose jobs build packages in public: GitHub and GitLab.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, TypeAlias

import msgspec
from packaging.utils import canonicalize_name

from seatrial.addresses import GITLAB_HOST
from seatrial.errors import InvalidConfiguration

Kind: TypeAlias = Literal["github", "gitlab"]
Claims: TypeAlias = Mapping[str, Any]

REQUIRED: Final[Mapping[Kind, tuple[str, ...]]] = {
    "github": (
        "event_name",
        "job_workflow_ref",
        "jti",
        "ref",
        "repository",
        "repository_owner",
        "repository_owner_id",
        "sha",
        "sub",
    ),
    "gitlab": ("ci_config_ref_uri", "jti", "project_path", "ref_path", "sha", "sub"),
}
"""Claims that a token of this kind has to have."""

NOT_FOUND: Final = "Publisher with matching claims was not found"

_WORKFLOW: Final = re.compile(r"(?:.*/)?(?P<file>[^/@]+\.ya?ml)(?=@)")
_PIPELINE: Final = re.compile(r"(?<=//)(?P<file>.+\.ya?ml)(?=@)")
_WRITTEN: Final = re.compile(
    r"(?P<project>[A-Za-z0-9._-]+)=(?P<kind>github|gitlab):(?P<repository>[^:\s]+/[^:\s]+):"
    r"(?P<workflow>[^:\s]+\.ya?ml)(?::(?P<environment>[^:]+))?"
)


class Unfit(Exception):
    """A token is good, and lets nobody publish; the text says why."""


class Publisher(msgspec.Struct, frozen=True, kw_only=True):
    """One trusted publisher.

    Attributes:
        project: the project's name.
        repository: ``owner/name`` (GitLab: ``namespace/name``).
        workflow: GitHub: the file's name in ``.github/workflows``; GitLab: the pipeline's path.
        environment: the environment that the job has to run in; any when empty.
        kind: the forge.
        index: the index of the dock that it publishes to.
        pending: whether the project does not exist yet, and is made at the first use.
    """

    project: str
    repository: str
    workflow: str
    environment: str = ""
    kind: Kind = "github"
    index: str = "pypi"
    pending: bool = False

    @property
    def normal(self) -> str:
        """The project's normal form (PEP 503)."""
        return canonicalize_name(self.project)

    @property
    def key(self) -> str:
        """What tells it from others, in one text."""
        return f"{self.kind}:{self.repository}:{self.workflow}:{self.environment}"

    @property
    def claims(self) -> dict[str, str | None]:
        """What PEP 740 states of it in a provenance object."""
        if self.kind == "gitlab":
            return {
                "kind": "GitLab",
                "repository": self.repository,
                "workflow_filepath": self.workflow,
                "environment": self.environment or None,
            }
        return {
            "kind": "GitHub",
            "repository": self.repository,
            "workflow": self.workflow,
            "environment": self.environment or None,
        }

    def check(self, claims: Claims) -> None:
        """See that a token's claims are those of this publisher.

        Raises:
            Unfit: they are not; in PyPI's words.
        """
        (_check_github if self.kind == "github" else _check_gitlab)(self, claims)


def parse_publisher(text: str, *, pending: bool = False) -> Publisher:
    """Read a publisher as the user writes it: ``PROJECT=KIND:OWNER/NAME:WORKFLOW[:ENVIRONMENT]``.

    Args:
        text: for example ``demo=github:me/demo:release.yml:pypi``.
        pending: whether the project is made at the first use.

    Raises:
        InvalidConfiguration: it is none.
    """
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise InvalidConfiguration(
            repr(text),
            "it is not of the form PROJECT=github:OWNER/NAME:WORKFLOW.yml or"
            " PROJECT=github:OWNER/NAME:WORKFLOW.yml:ENVIRONMENT",
            doing="reading the trusted publisher",
            next_step="Write it like demo=github:me/demo:release.yml:pypi.",
        )
    return Publisher(
        project=found["project"],
        repository=found["repository"],
        workflow=found["workflow"],
        environment=found["environment"] or "",
        kind="github" if found["kind"] == "github" else "gitlab",
        pending=pending,
    )


def find_publisher(publishers: Iterable[Publisher], kind: Kind, claims: Claims) -> list[Publisher]:
    """Give the publisher that a token belongs to, once for each of its projects.

    Args:
        publishers: those of one index.
        kind: which forge's token it is.
        claims: what the token says; its signature is good.

    Raises:
        Unfit: there is none; in PyPI's words.
    """
    for claim in REQUIRED[kind]:
        if claim not in claims:
            raise Unfit(f"Missing claim '{claim}'")
    repository, workflow = _looked_up(kind, claims)
    alike = [
        one
        for one in publishers
        if one.kind == kind and _same(one.repository, repository) and one.workflow == workflow
    ]
    environment = claims.get("environment") or ""
    bound = [one for one in alike if one.environment and _same(one.environment, environment)]
    found = bound or [one for one in alike if not one.environment]
    if not found:
        raise Unfit(NOT_FOUND)
    found[0].check(claims)
    return found


def _same(one: str, other: object) -> bool:
    return isinstance(other, str) and one.lower() == other.lower()


def _looked_up(kind: Kind, claims: Claims) -> tuple[str, str]:
    if kind == "github":
        found = _WORKFLOW.match(str(claims["job_workflow_ref"]))
        if found is None:
            # PyPI's own order of words.
            raise Unfit("Could not job extract workflow filename from OIDC claims")
        return str(claims["repository"]), found["file"]
    found = _PIPELINE.search(str(claims["ci_config_ref_uri"]))
    if found is None:
        raise Unfit("Could not extract workflow filename from OIDC claims")
    return str(claims["project_path"]), found["file"]


def _require(claim: str, *, holds: bool) -> None:
    if not holds:
        raise Unfit(f"Check failed for required claim '{claim}'")


def _check_github(publisher: Publisher, claims: Claims) -> None:
    owner = publisher.repository.partition("/")[0]
    _require("repository", holds=_same(publisher.repository, claims["repository"]))
    _require("repository_owner", holds=_same(owner, claims["repository_owner"]))
    path = f"{publisher.repository}/.github/workflows/{publisher.workflow}"
    _check_reference(path, claims, ("job_workflow_ref", "ref", "sha"))
    if claims["event_name"] == "pull_request_target":
        raise Unfit(
            "Publishing from a workflow invoked via 'pull_request_target' is not supported."
        )


def _check_gitlab(publisher: Publisher, claims: Claims) -> None:
    subject = f"project_path:{publisher.repository}:"
    _require("sub", holds=str(claims["sub"]).lower().startswith(subject.lower()))
    _require("project_path", holds=_same(publisher.repository, claims["project_path"]))
    path = f"{GITLAB_HOST}/{publisher.repository}//{publisher.workflow}"
    _check_reference(path, claims, ("ci_config_ref_uri", "ref_path", "sha"))


def _check_reference(path: str, claims: Claims, names: tuple[str, str, str]) -> None:
    """See that the job is of the very workflow, at the commit or ref that the token names."""
    stated, ref, sha = (str(claims[name] or "") for name in names)
    if not stated:
        raise Unfit(f"The {names[0]} claim is empty")
    if not (ref or sha):
        raise Unfit(f"The {names[1]} and sha claims are empty")
    expected = [f"{path}@{one}" for one in (ref, sha) if one]
    if not any(_same(one, stated) for one in expected):
        raise Unfit(
            f"The {names[0]} claim does not match, expecting one of {expected!r}, got '{stated}'"
        )
