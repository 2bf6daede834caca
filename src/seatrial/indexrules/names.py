"""Names of new projects (N1 to N12)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from importlib import resources
from typing import Final

from packaging.utils import canonicalize_name

from seatrial import addresses
from seatrial.indexrules.messages import FORBIDDEN, refuse, refuse_ourselves, see_help
from seatrial.indexrules.values import Form, Held, Refusal, UploadedFile

_VIEW: Final = "forklift/legacy.py::file_upload"
_SERVICE: Final = "packaging/services.py::ProjectService.check_project_name"
_HELP: Final = see_help("project-name")
_LOOKALIKES: Final = str.maketrans("lLiIoO", "111100", "._-")


@functools.cache
def standard_library() -> frozenset[str]:
    """Give the normalised names that belong to modules of any Python's standard library.

    The list: for every version in ``stdlib-list`` 0.12.0, each module and its parents, without
    ``-``, ``_`` and ``.`` at both ends, normalised by PEP 503.

    Source: ``packaging/services.py::_namespace_stdlib_list``.
    """
    text = resources.files(__package__).joinpath("stdlib_names.txt").read_text("ascii")
    return frozenset(text.split())


def ultranormal(name: str) -> str:
    """Give the form in which two names that look alike are the same.

    Source: the SQL function ``ultranormalize_name`` of PyPI's database.
    """
    return name.translate(_LOOKALIKES).lower()


def n1_file(form: Form, file: UploadedFile | None) -> Iterator[Refusal]:
    """N1 (and X500.1): the form has a file, as a file part with a name.

    Source: ``forklift/legacy.py::file_upload``.
    """
    if file is not None and file.name:
        return
    if file is None and "content" not in form.files and not form.all("content"):
        yield refuse("N1", "Upload payload does not have a file.", _VIEW)
        return
    said = "The field content has to be a file part with a file name; PyPI answers 500 to this."
    yield refuse_ourselves("X500.1", said, _VIEW)


def n3_publisher(held: Held) -> Iterator[Refusal]:
    """N3: a trusted publisher's token makes no project.

    Source: ``forklift/legacy.py::file_upload``.
    """
    if held.uploader is not None and held.uploader.publisher:
        said = (
            "Non-user identities cannot create new projects. This was probably caused by "
            "successfully using a pending publisher but specifying the project name incorrectly "
            "(either in the publisher or in your project's metadata). Please ensure that both "
            f"match. See: {addresses.PYPI_DOCS}/trusted-publishers/troubleshooting/"
        )
        yield refuse("N3", said, _VIEW)


def n7_registration(held: Held) -> Iterator[Refusal]:
    """N7: the index may take no new projects for a while.

    Source: ``packaging/services.py::ProjectService.create_project``.
    """
    if not held.registration_open:
        said = f"New project registration temporarily disabled. {see_help('admin-intervention')}"
        source = "packaging/services.py::ProjectService.create_project"
        yield refuse("N7", said, source, status=FORBIDDEN)


def n9_standard_library(name: str) -> Iterator[Refusal]:
    """N9: the name is none of the standard library's.

    Source: ``packaging/services.py::STDLIB_PROHIBITED``.
    """
    if canonicalize_name(name) in standard_library():
        said = (
            f"The name {name!r} isn't allowed (conflict with Python Standard Library "
            f"module name). {_HELP}"
        )
        yield refuse("N9", said, _SERVICE)


def n11_prohibited(name: str, held: Held) -> Iterator[Refusal]:
    """N11: the name is none that the index gives to nobody.

    Source: ``packaging/models.py::ProhibitedProjectName``.
    """
    if canonicalize_name(name) in held.prohibited:
        yield refuse("N11", f"The name {name!r} isn't allowed. {_HELP}", _SERVICE)


def n12_similar(name: str, held: Held) -> Iterator[Refusal]:
    """N12: no other project's name looks the same.

    Source: ``packaging/services.py::ProjectService.check_project_name``.
    """
    wanted = ultranormal(name)
    if any(ultranormal(other) == wanted for other in held.similar):
        said = f"The name {name!r} is too similar to an existing project. {_HELP}"
        yield refuse("N12", said, _SERVICE)


def name_rules(name: str, held: Held) -> Iterator[Refusal]:
    """Judge the name of a project the index does not have yet, in PyPI's order."""
    if held.exists:
        return
    yield from n3_publisher(held)
    yield from n7_registration(held)
    yield from n9_standard_library(name)
    yield from n11_prohibited(name, held)
    yield from n12_similar(name, held)


def p1_token(held: Held) -> Iterator[Refusal]:
    """P1: the token is good for this project, and now.

    Source: ``macaroons/security_policy.py::MacaroonSecurityPolicy.permits``.
    """
    if held.uploader is not None and held.uploader.token_faults:
        said = f"Invalid API Token: {', '.join(held.uploader.token_faults)}"
        source = "macaroons/security_policy.py::MacaroonSecurityPolicy.permits"
        yield refuse("P1", said, source, status=FORBIDDEN)


def p2_p3_permission(name: str, held: Held) -> Iterator[Refusal]:
    """P2, P3: who uploads may upload to this project.

    Source: ``forklift/legacy.py::file_upload``, ``packaging/models.py::Project.__acl__``.
    """
    who = held.uploader
    if who is None or who.allowed:
        return
    subject = "The given token" if who.publisher else f"The user '{who.name}'"
    said = f"{subject} isn't allowed to upload to project '{name}'. {_HELP}"
    yield refuse("P3" if who.publisher else "P2", said, _VIEW, status=FORBIDDEN)
