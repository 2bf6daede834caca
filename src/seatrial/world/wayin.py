"""The job's identity as one of the places where a login for an index comes from."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.secret import Redactor, Secret
from seatrial.world.credentials import TOKEN_USER, Credential, Target
from seatrial.world.http import Http


def way_in(
    target: Target, *, environ: Mapping[str, str], http: Http, redactor: Redactor
) -> Credential | None:
    """Give the way in by the identity of the job that this runs in; nothing outside of a job.

    Args:
        target: the index.
        environ: the environment.
        http: asks the index.
        redactor: is shown what is minted.

    Raises:
        CredentialMissing: the job may not ask for its identity.
        Unreachable: the index or the job's service did not answer.
    """
    # Outside of CI nothing of this is needed, and it is not loaded.
    from seatrial.world.trusted import find_identity, mint, service_of

    if not service_of(environ):
        return None
    identity = find_identity(target.name, target.upload_url, environ, http)
    if identity is None:
        return None
    origin = f"trusted publishing from {identity.service} ({identity.described})"

    def exchange() -> Credential:
        minted = mint(identity, environ, http)
        redactor.add(minted.token)
        return Credential(
            username=TOKEN_USER, password=minted.token, origin=origin, until=minted.until
        )

    return Credential(username=TOKEN_USER, password=Secret(""), origin=origin, exchange=exchange)
