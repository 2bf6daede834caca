"""What CI built: the adapter against the dock, and the collector over it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest

from seatrial.config.schema import CollectSettings
from seatrial.dock.runs import Runs, StoredRun
from seatrial.dock.server import Dock
from seatrial.errors import (
    Conflict,
    CredentialRefused,
    DifferentBytes,
    InvalidConfiguration,
    NotBuilt,
)
from seatrial.operations.collecting import BuiltElsewhere, Wanted, found_for
from seatrial.secret import Secret
from seatrial.world.collecting import Collector
from seatrial.world.credentials import Credential
from seatrial.world.forge.detect import Repository
from seatrial.world.forge.githubruns import GitHubRuns
from seatrial.world.forge.gitlabjobs import GitLabJobs
from seatrial.world.http import Http
from seatrial.world.ports_ci import Ci
from tests.support import openapi
from tests.support.talker import Heard, Say, Talker

COMMIT = "c" * 40
PLACE = "octo/hello"
RUNS = "/repos/{owner}/{repo}/actions/runs"


@pytest.fixture
def dock(tmp_path: Path) -> Iterator[Dock]:
    """Run a dock whose forge wants a token."""
    with Dock(tmp_path / "dock", forge_token=Secret("gh-token")) as running:
        yield running


def github(dock: Dock, known: str = "gh-token") -> GitHubRuns:
    """Give the real adapter with the dock's address."""

    def login() -> Credential:
        return Credential(username="x", password=Secret(known), origin="the test")

    owner, _, name = PLACE.partition("/")
    place = Repository(kind="github", host="", owner=owner, name=name)
    return GitHubRuns(place, dock.forge_api, login, Http())


def collector(dock: Dock, tmp_path: Path) -> Collector:
    """Give a collector over it."""
    ci: Ci = github(dock)
    return Collector(http=Http(), cache=tmp_path / "cache", root=tmp_path, ci=lambda: ci)


def archive(name: str, data: bytes) -> bytes:
    """Give a ZIP archive of one file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        # A time of its own for each second would make other bytes.
        opened.writestr(zipfile.ZipInfo(name), data)
    return made.getvalue()


def ran(dock: Dock, number: int, **values: object) -> StoredRun:
    """Lay down a run of the commit, with two artifacts."""
    run = StoredRun(id=number, workflow="build.yml", commit=COMMIT)
    archives = {"wheels-linux": archive("a.whl", b"a"), "coverage": archive("c", b"c")}
    return Runs(dock.folder).add(PLACE, msgspec.structs.replace(run, **values), archives)


def test_the_artifacts_of_the_commit_are_found_and_fetched(dock: Dock, tmp_path: Path) -> None:
    """Names choose; the bytes are those of the digest that the forge states, and are kept."""
    ran(dock, 1)
    ran(dock, 2, commit="d" * 40)
    found = collector(dock, tmp_path).of_runs(COMMIT, "", ["wheels-*"])
    assert (found.commit, [one.name for one in found.bundles]) == (COMMIT, ["wheels-linux.zip"])
    assert found.origin == "run 1 of build.yml on GitHub octo/hello"
    path = collector(dock, tmp_path).fetch(found, found.bundles[0])
    assert path.read_bytes() == archive("a.whl", b"a")
    before = len(dock.requests)
    assert collector(dock, tmp_path).fetch(found, found.bundles[0]) == path
    assert len(dock.requests) == before


def test_the_token_stays_with_the_forge(dock: Dock, tmp_path: Path) -> None:
    """Where the bytes lie needs no token, and who has none is refused before that."""
    ran(dock, 1)
    with pytest.raises(CredentialRefused):
        github(dock, "wrong").fetch("101", 1000, tmp_path / "x")
    assert not (tmp_path / "x").exists()


ENDED = [
    ({"conclusion": "failure"}, "ended with failure"),
    ({"conclusion": "cancelled"}, "ended with cancelled"),
    ({"conclusion": ""}, "still going on"),
    ({"commit": "d" * 40}, "no run for this commit"),
    ({"workflow": "other.yml"}, "no run of build.yml"),
]


@pytest.mark.parametrize(("values", "said"), ENDED)
def test_only_a_run_of_the_commit_that_ended_well_counts(
    dock: Dock, tmp_path: Path, values: dict[str, object], said: str
) -> None:
    """What failed, was cancelled, goes on, or built something else is refused, and it is said."""
    ran(dock, 1, **values)
    workflow = "build.yml" if "workflow" in values else ""
    with pytest.raises(NotBuilt, match=said):
        collector(dock, tmp_path).of_runs(COMMIT, workflow, ["*"])


def test_the_newest_run_of_a_workflow_counts(dock: Dock, tmp_path: Path) -> None:
    """A run that failed after one that ended well is what the workflow says now."""
    ran(dock, 1)
    ran(dock, 2, conclusion="failure")
    with pytest.raises(NotBuilt, match=r"run 2 of build\.yml ended with failure"):
        collector(dock, tmp_path).of_runs(COMMIT, "", ["*"])
    ran(dock, 3)
    assert "run 3" in collector(dock, tmp_path).of_runs(COMMIT, "", ["*"]).origin


def test_of_several_workflows_one_is_to_be_named(dock: Dock, tmp_path: Path) -> None:
    """Two that left files behind are not mixed; one that left none does not disturb."""
    ran(dock, 1)
    ran(dock, 2, workflow="other.yml")
    with pytest.raises(InvalidConfiguration, match=r"other\.yml, build\.yml"):
        collector(dock, tmp_path).of_runs(COMMIT, "", ["*"])
    assert "build.yml" in collector(dock, tmp_path).of_runs(COMMIT, "build.yml", ["*"]).origin
    with pytest.raises(NotBuilt, match=r"left no artifact nothing-\* behind"):
        collector(dock, tmp_path).of_runs(COMMIT, "", ["nothing-*"])


def test_what_expired_is_refused_and_named(dock: Dock, tmp_path: Path) -> None:
    """An artifact that the forge threw away is no artifact, when it is found and when it is had."""
    run = ran(dock, 1)
    found = collector(dock, tmp_path).of_runs(COMMIT, "", ["wheels-*"])
    expired = tuple(msgspec.structs.replace(one, expired=True) for one in run.artifacts)
    Runs(dock.folder).keep(PLACE, msgspec.structs.replace(run, artifacts=expired))
    with pytest.raises(NotBuilt, match="wheels-linux of run 1 expired"):
        collector(dock, tmp_path).of_runs(COMMIT, "", ["wheels-*"])
    with pytest.raises(Conflict, match="for a time only"):
        collector(dock, tmp_path).fetch(found, found.bundles[0])


def test_other_bytes_than_planned_are_refused_and_not_kept(dock: Dock, tmp_path: Path) -> None:
    """A digest that does not match stops it, and the next try fetches anew."""
    ran(dock, 1)
    found = collector(dock, tmp_path).of_runs(COMMIT, "", ["wheels-*"])
    wrong = msgspec.structs.replace(found.bundles[0], sha256="0" * 64)
    with pytest.raises(DifferentBytes, match="was planned"):
        collector(dock, tmp_path).fetch(found, wrong)
    assert not list((tmp_path / "cache").rglob("*.zip"))


def test_a_folder_is_taken_with_its_digests(dock: Dock, tmp_path: Path) -> None:
    """A file that changes after the plan is refused; an empty folder is none."""
    (tmp_path / "dist").mkdir()
    with pytest.raises(NotBuilt, match="no wheel"):
        collector(dock, tmp_path).of_folder("dist")
    with pytest.raises(NotBuilt, match="no such folder"):
        collector(dock, tmp_path).of_folder("nowhere")
    (tmp_path / "dist" / "a.whl").write_bytes(b"a")
    found = collector(dock, tmp_path).of_folder("dist")
    assert collector(dock, tmp_path).fetch(found, found.bundles[0]).read_bytes() == b"a"
    (tmp_path / "dist" / "a.whl").write_bytes(b"b")
    with pytest.raises(DifferentBytes):
        collector(dock, tmp_path).fetch(found, found.bundles[0])


def test_the_shapes_are_those_that_github_describes(dock: Dock) -> None:
    """What the dock answers fits GitHub's own description of it."""
    ran(dock, 1)
    login = {"Authorization": "Bearer gh-token"}
    with httpx.Client(base_url=f"{dock.forge_api}/repos/{PLACE}", headers=login) as client:
        runs = client.get("/actions/runs").json()
        left = client.get("/actions/runs/1/artifacts").json()
    jsonschema.validate(runs, openapi.response(RUNS, "get", "200"))
    jsonschema.validate(left, openapi.response(f"{RUNS}/{{run_id}}/artifacts", "get", "200"))


def test_every_artifact_of_a_run_is_found(dock: Dock) -> None:
    """A list of more than a page is read to its end, and so is that of a commit's runs."""
    run = StoredRun(id=7, workflow="build.yml", commit=COMMIT)
    many = {f"wheels-{number}": b"" for number in range(101)}
    kept = Runs(dock.folder).add(PLACE, run, many)
    for number in range(8, 110):
        Runs(dock.folder).keep(PLACE, msgspec.structs.replace(kept, id=number, artifacts=()))
    assert {one.name for one in github(dock).artifacts("7")} == set(many)
    assert [one.id for one in github(dock).runs(COMMIT)] == [str(n) for n in range(109, 6, -1)]


class GitLabish:
    """A small GitLab: one project, its pipelines and their jobs, each on a page of its own."""

    def __init__(self) -> None:
        self.pipelines: list[dict[str, object]] = []
        self.jobs: dict[int, list[dict[str, object]]] = {}
        self.archives: dict[int, bytes] = {}

    def __call__(self, heard: Heard) -> Say:
        """Answer one request."""
        path, _, asked = heard.path.partition("?")
        if heard.headers.get("authorization") != "Bearer glpat-tests":
            return told({"message": "404 Project Not Found"}, 404)
        match path.removeprefix("/api/v4/projects/group%2Fsub%2Fhello").strip("/").split("/"):
            case ["pipelines"]:
                return told([p for p in self.pipelines if f"sha={p['sha']}" in asked])
            case ["pipelines", number, "jobs"]:
                jobs = self.jobs[int(number)]
                page = int(parse_qs(asked).get("page", ["1"])[0])
                url = f"http://{heard.headers['host']}{path}?page={page + 1}"
                more = {"Link": f'<{url}>; rel="next"'} if page < len(jobs) else {}
                return told(jobs[page - 1 : page], more=more)
            case ["jobs", number, "artifacts"] if int(number) in self.archives:
                return Say(status=200, body=self.archives[int(number)])
        return told({"message": "404 Not Found"}, 404)


def told(body: object, status: int = 200, more: Mapping[str, str] | None = None) -> Say:
    """Answer with JSON."""
    data = msgspec.json.encode(body)
    headers = {"Content-Type": "application/json", **(more or {})}
    return Say(status=status, headers=headers, body=data)


@pytest.fixture
def gitlab() -> Iterator[tuple[GitLabish, GitLabJobs]]:
    """Run a small GitLab, and give the adapter to it."""
    server = GitLabish()
    with Talker(server) as talker:
        token = Secret("glpat-tests")
        yield server, GitLabJobs("host", "group/sub/hello", f"{talker.url}/api/v4", token, Http())


def test_what_gitlab_built_of_the_commit_is_found_and_fetched(
    gitlab: tuple[GitLabish, GitLabJobs], tmp_path: Path
) -> None:
    """The newest pipeline counts; each job's archive is one artifact, chosen by the job's name."""
    server, ci = gitlab
    server.pipelines = [
        {"id": 4, "sha": COMMIT, "status": "success", "web_url": "https://host/4"},
        {"id": 3, "sha": COMMIT, "status": "failed"},
    ]
    server.jobs[4] = [
        {"id": 42, "name": "lint", "status": "success", "artifacts_file": None},
        {"id": 41, "name": "wheel: [linux]", "status": "success", "artifacts_file": {"size": 500}},
    ]
    server.archives[41] = archive("a.whl", b"a")
    found = collected(ci, tmp_path).of_runs(COMMIT, "", ["wheel*"])
    assert (found.via, found.page) == ("gitlab", "https://host/4")
    [bundle] = found.bundles
    assert collected(ci, tmp_path).fetch(found, bundle).read_bytes() == server.archives[41]
    del server.archives[41]
    (tmp_path / "cache").rename(tmp_path / "away")
    with pytest.raises(Conflict, match="for a time only"):
        collected(ci, tmp_path).fetch(found, bundle)


def test_a_pipeline_that_goes_on_or_failed_is_no_release(
    gitlab: tuple[GitLabish, GitLabJobs], tmp_path: Path
) -> None:
    """What GitLab says of a pipeline is what is said."""
    server, ci = gitlab
    server.pipelines = [{"id": 4, "sha": COMMIT, "status": "running"}]
    with pytest.raises(NotBuilt, match="still going on"):
        collected(ci, tmp_path).of_runs(COMMIT, "", ["*"])
    server.pipelines = [{"id": 5, "sha": COMMIT, "status": "canceled"}]
    with pytest.raises(NotBuilt, match="ended with canceled"):
        collected(ci, tmp_path).of_runs(COMMIT, "", ["*"])
    with pytest.raises(NotBuilt, match="no run for this commit"):
        collected(ci, tmp_path).of_runs("d" * 40, "", ["*"])


def test_what_gitlab_has_thrown_away_is_named(
    gitlab: tuple[GitLabish, GitLabJobs], tmp_path: Path
) -> None:
    """A job whose archive is past its time is not taken for one that left nothing."""
    server, ci = gitlab
    server.pipelines = [{"id": 4, "sha": COMMIT, "status": "success"}]
    past = "2021-02-19T16:00:00.000Z"
    server.jobs[4] = [
        {"id": 41, "name": "wheel: [linux]", "status": "success", "artifacts_file": {"size": 500}},
        {"id": 42, "name": "wheel: [mac]", "status": "success", "artifacts_expire_at": past},
        {"id": 43, "name": "lint", "status": "success", "artifacts_expire_at": None},
    ]
    with pytest.raises(NotBuilt, match=r"wheel: \[mac\] of run 4 expired"):
        collected(ci, tmp_path).of_runs(COMMIT, "", ["*"])


def test_a_token_that_gitlab_does_not_know_is_refused(
    gitlab: tuple[GitLabish, GitLabJobs], tmp_path: Path
) -> None:
    """GitLab does not admit that a project exists; the way to a token is said."""
    _, ci = gitlab
    ci._token = Secret("wrong")
    with pytest.raises(CredentialRefused, match="Not Found"):
        collected(ci, tmp_path).of_runs(COMMIT, "", ["*"])


def collected(ci: Ci, folder: Path) -> Collector:
    """Give a collector over GitLab."""
    return Collector(http=Http(), cache=folder / "cache", root=folder, ci=lambda: ci, via="gitlab")


def test_what_ci_built_is_asked_about_once_for_all_packages(tmp_path: Path) -> None:
    """The second package of a plan gets the answer of the first, though nobody listens any more."""
    settings = CollectSettings(source="github", artifacts=("wheels-*",))
    wanted = Wanted(version="1.0", tag="one-v1.0", commit=COMMIT)
    with Dock(tmp_path / "dock", forge_token=Secret("gh-token")) as running:
        ran(running, 7)
        built = BuiltElsewhere(collector(running, tmp_path), settings)
        found = found_for(built, settings, wanted)
        names = built.names(found)
    other = msgspec.structs.replace(wanted, version="2.0", tag="two-v2.0")
    assert found_for(built, settings, other) == found
    assert built.names(found_for(built, settings, other)) == names == ("a.whl",)
