from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from seatrial.dock.identity import Job
from seatrial.dock.publishers import parse_publisher
from seatrial.dock.server import Dock
from tests.dock.test_trusted import minted
from tests.dock.uploads import fields, upload
from tests.support.wheels import make_wheel

BEFORE = "Invalid attestations supplied during upload: "
PUBLISH = "https://docs.pypi.org/attestations/publish/v1"
SLSA = "https://slsa.dev/provenance/v1"
JOB = Job(repository="me/demo", environment="pypi")


@pytest.fixture
def trusted(tmp_path: Path) -> Iterator[Dock]:
    """Give a dock that waits for the publisher of ``demo``."""
    pending = parse_publisher("demo=github:me/demo:release.yml:pypi", pending=True)
    with Dock(tmp_path / "dock", publishers=[pending]) as dock:
        yield dock


def attested(file: Path, kind: str | None = PUBLISH, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Make an attestation of a file, whose signature is none."""
    subject = {
        "name": file.name,
        "digest": {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()},
    }
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [subject],
        "predicateType": kind,
        "predicate": None,
    } | changes
    packed = base64.b64encode(json.dumps(statement).encode()).decode()
    return {
        "version": 1,
        "verification_material": {"certificate": "MIIC", "transparency_entries": [{}]},
        "envelope": {"statement": packed, "signature": "MEUC"},
    }


def send(dock: Dock, file: Path, *attestations: dict[str, Any]) -> httpx.Response:
    """Upload a file with attestations, as a trusted publisher."""
    form = fields(file, attestations=json.dumps(attestations))
    return upload(dock.upload_url("pypi"), file, form, auth=minted(dock, JOB))


def test_attestations_are_served_as_provenance(trusted: Dock, tmp_path: Path) -> None:
    """What came is served under the address that both pages give, with who published it."""
    wheel = make_wheel(tmp_path)
    given = [attested(wheel), attested(wheel, SLSA)]
    assert send(trusted, wheel, *given).status_code == 200
    url = f"{trusted.simple_url('pypi')}demo/"
    shown = httpx.get(url, headers={"Accept": "application/vnd.pypi.simple.v1+json"}).json()
    where = shown["files"][0]["provenance"]
    assert where.endswith(f"/pypi/integrity/demo/1.0/{wheel.name}/provenance")
    assert f'data-provenance="{where}"' in httpx.get(url).text
    answer = httpx.get(where)
    assert answer.headers["content-type"] == "application/vnd.pypi.integrity.v1+json"
    publisher = {
        "kind": "GitHub",
        "repository": "me/demo",
        "workflow": "release.yml",
        "environment": "pypi",
    }
    assert answer.json() == {
        "version": 1,
        "attestation_bundles": [{"publisher": publisher, "attestations": given}],
    }
    text = httpx.get(f"{trusted.url}/pypi/project/demo/").text
    assert "published by GitHub me/demo, with attestations whose signatures were not" in text
    plain = httpx.get(where, headers={"Accept": "application/json"})
    assert plain.headers["content-type"] == "application/json"
    other = httpx.get(where, headers={"Accept": "text/html"})
    assert (other.status_code, other.json()) == (406, {"message": "Request not acceptable"})


def test_a_file_without_attestations_has_no_provenance(trusted: Dock, tmp_path: Path) -> None:
    """The address of a file that came alone answers in PyPI's words; that of none is not there."""
    wheel = make_wheel(tmp_path)
    assert upload(trusted.upload_url("pypi"), wheel).status_code == 200
    at = f"{trusted.url}/pypi/integrity/demo"
    answer = httpx.get(f"{at}/1.0/{wheel.name}/provenance")
    assert answer.status_code == 404
    assert answer.json() == {"message": f"No provenance available for {wheel.name}"}
    for path in ("1.0/other-1.0.tar.gz", f"2.0/{wheel.name}"):
        assert httpx.get(f"{at}/{path}/provenance").status_code == 404
    page = httpx.get(f"{trusted.simple_url('pypi')}demo/").text
    assert "data-provenance" not in page


def test_only_a_trusted_publisher_attests(trusted: Dock, tmp_path: Path) -> None:
    """With an API token attestations are refused, whatever they say."""
    wheel = make_wheel(tmp_path)
    form = fields(wheel, attestations=json.dumps([attested(wheel)]))
    answer = upload(trusted.upload_url("pypi"), wheel, form)
    assert answer.status_code == 400
    said = "Attestations are only supported when using Trusted Publishing"
    assert answer.reason_phrase == BEFORE + said


def test_what_is_attested_has_to_be_the_file(trusted: Dock, tmp_path: Path) -> None:
    """Statements about other files, of unknown types, or twice, are refused in PyPI's words."""
    wheel, other = make_wheel(tmp_path), make_wheel(tmp_path, version="2.0", size=3)
    digest = {"sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}
    unverified = "Could not verify the uploaded artifact using the included attestation: "
    cases: list[tuple[list[dict[str, Any]], str]] = [
        ([attested(wheel), attested(other, SLSA)], f"{unverified}subject does not match distri"),
        (
            [attested(wheel, subject=[{"name": wheel.name, "digest": {"sha256": "0" * 64}}])],
            f"{unverified}subject does not match distribution digest",
        ),
        ([attested(wheel, subject=[])], f"{unverified}too many subjects in statement (must be"),
        ([attested(wheel, subject=[{"digest": digest}])], f"{unverified}invalid subject: missing"),
        ([attested(wheel, subject=[{"name": "a", "digest": digest}])], f"{unverified}invalid subj"),
        ([attested(wheel, _type="other")], f"{unverified}invalid statement"),
        ([attested(wheel, "https://x/v1")], "Attestation with unsupported predicate type: https:"),
        ([attested(wheel), attested(wheel)], "Multiple attestations for the same file with the"),
        ([attested(wheel)] * 3, "A maximum of 2 attestations per file are supported"),
        ([], "Malformed attestations: an empty attestation set is not permitted"),
    ]
    for given, said in cases:
        answer = send(trusted, wheel, *given)
        assert answer.status_code == 400
        assert answer.reason_phrase.startswith(BEFORE + said)
    assert send(trusted, wheel, attested(wheel)).status_code == 200


@pytest.mark.parametrize(
    "envelope", [None, 1, [], {}, {"statement": 1}, {"statement": "!"}, {"statement": "W10="}]
)
def test_an_envelope_without_a_statement_is_refused(
    trusted: Dock, tmp_path: Path, envelope: object
) -> None:
    """Whatever lies where the statement should be, it is answered with a sentence."""
    wheel = make_wheel(tmp_path)
    answer = send(trusted, wheel, attested(wheel) | {"envelope": envelope})
    assert answer.status_code == 400
    assert answer.reason_phrase.startswith(BEFORE)


def test_a_name_may_be_spelt_otherwise(trusted: Dock, tmp_path: Path) -> None:
    """Two spellings of one file name are the same subject."""
    wheel = make_wheel(tmp_path)
    digest = {"sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}
    subject = [{"name": "Demo-1.0-py3-none-any.whl", "digest": digest}]
    assert send(trusted, wheel, attested(wheel, subject=subject)).status_code == 200


def test_a_release_keeps_the_pythons_of_its_first_file(dock: Dock, tmp_path: Path) -> None:
    """What a later file of the release states is not shown: PyPI keeps the first one's."""
    for tag, pythons in (("py3-none-win32", ">=3.8"), ("py3-none-win_amd64", ">=3.12")):
        wheel = make_wheel(tmp_path, tag=tag)
        form = fields(wheel, requires_python=pythons)
        assert upload(dock.upload_url("pypi"), wheel, form).status_code == 200
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    shown = httpx.get(f"{dock.simple_url('pypi')}demo/", headers=accept).json()
    assert [file["requires-python"] for file in shown["files"]] == [">=3.8", ">=3.8"]
