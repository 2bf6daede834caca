"""Names that an index does not know yet, and what their first upload needs."""

from __future__ import annotations

from typing import Literal

import msgspec


class PendingPublisher(msgspec.Struct, frozen=True, kw_only=True):
    """The job that uploads, as a form for a pending trusted publisher asks for it.

    Attributes:
        kind: the forge that runs it.
        owner: the account or the namespace.
        repository: its name there.
        workflow: the file in ``.github/workflows``, or the path of GitLab's pipeline; empty where
            no file of the repository is seen to publish.
        environment: the environment of the job; empty where it has none.
    """

    kind: Literal["github", "gitlab"]
    owner: str
    repository: str
    workflow: str = ""
    environment: str = ""


class FirstUpload(msgspec.Struct, frozen=True, kw_only=True):
    """One project that its first upload makes.

    Attributes:
        package: the name that it gets.
        index: where.
        form: the address of the form for pending publishers there; empty where none is known.
        publisher: what belongs into that form; nothing where the remote lies on no known forge.
    """

    package: str
    index: str
    form: str = ""
    publisher: PendingPublisher | None = None
