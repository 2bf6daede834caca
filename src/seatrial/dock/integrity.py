"""Provenance: who published a file, and what was attested of it (PEP 740).

The dock hands on what came.  It has verified no signature: an object of its says what was uploaded
by which publisher of the dock's own, nothing more.
"""

from __future__ import annotations

from typing import Final

import msgspec
from packaging.utils import canonicalize_name, canonicalize_version
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from seatrial.dock.entries import FileRecord
from seatrial.dock.estate import Estate
from seatrial.dock.negotiate import best
from seatrial.dock.simple import not_found

TYPES: Final = ("application/vnd.pypi.integrity.v1+json", "application/json")


class Integrity:
    """The endpoint.

    Args:
        estate: what the dock holds.
    """

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    async def provenance(self, request: Request) -> Response:
        """Give a file's provenance object."""
        kind = best(request.headers.get("accept", "*/*"), TYPES)
        if not kind:
            return JSONResponse({"message": "Request not acceptable"}, 406)
        path = request.path_params
        held = self._estate.index(path["index"])
        record = held.file(path["file"]) if held is not None else None
        if (
            record is None
            or record.normal != canonicalize_name(path["project"])
            or record.release != canonicalize_version(path["version"])
        ):
            return not_found()
        if not record.attestations:
            message = f"No provenance available for {record.name}"
            return JSONResponse({"message": message}, 404)
        return Response(provenance_of(record), media_type=kind)


def provenance_of(record: FileRecord) -> bytes:
    """Give the provenance object of a file that came with attestations, as JSON."""
    bundle = {
        "publisher": record.publisher,
        "attestations": msgspec.Raw(record.attestations.encode()),
    }
    return msgspec.json.encode({"version": 1, "attestation_bundles": [bundle]})
