"""Repositories downstream: brought up to date after the release, once, and by a pull request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from seatrial.dock.hosting import Hosted
from seatrial.exitcodes import ExitCode
from tests.support.downstreams import (
    EDITS,
    RUN,
    SERVER,
    TOKEN,
    pulls,
    server,
    settings,
)
from tests.support.releases import Scene, scene
from tests.support.repositories import git, make_repository

BRANCH = "seatrial/demo-1.1.0"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Scene]:
    """Set up a project with one repository downstream."""
    more = settings(f'repository = "octo/server"\n{EDITS}{RUN}')
    with scene(tmp_path, more=more) as made:
        yield made


def test_a_release_asks_the_server_to_take_it(world: Scene) -> None:
    """One commit on a branch of its own: edits, what the command made, and one pull request."""
    made = server(world)
    done = world.seatrial("release", "--yes")
    assert done.returncode == 0, done.stderr
    assert made.shown("version.py", BRANCH) == 'NAME = "server"\nPROVISION_VERSION = (305, 2)'
    lines = made.shown("requirements/common.in", BRANCH).splitlines()
    assert lines[1:] == [
        "git+https://github.com/octo/demo.git@v1.1.0#egg=demo==1.1.0_git&subdirectory=demo",
        "git+https://github.com/octo/demo@v1.1.0#egg=demo-more",
        "git+https://github.com/octo/demonstration@v1.0.0#egg=other",
    ]
    assert "demo.git@v1.1.0" in made.shown("requirements/dev.txt", BRANCH)
    assert git(made.remote, "log", "--format=%s", BRANCH).splitlines()[0] == "Upgrade demo to 1.1.0"
    assert git(made.remote, "rev-list", "--count", f"main..{BRANCH}") == "1"
    [pull] = pulls(world)
    assert (pull["title"], pull["head"]["label"], pull["base"]["ref"]) == (
        "Upgrade demo to 1.1.0",
        f"octo:{BRANCH}",
        "main",
    )
    assert "tag v1.1.0" in pull["body"]


def test_a_rehearsal_shows_what_it_would_ask_for(world: Scene) -> None:
    """It goes to a copy and to the dock's forge: nothing comes to the server or to the forge."""
    made = server(world)
    done = world.seatrial("rehearse", "--json")
    assert done.returncode == 0, done.stderr
    [shown] = json.loads(done.stdout)["downstream"]
    assert shown["repository"] == "octo/server"
    assert shown["title"] == "Upgrade demo to 1.1.0"
    assert "+PROVISION_VERSION = (305, 2)" in shown["diff"]
    assert shown["url"] == ""
    assert made.branches() == ["main"]
    assert pulls(world) == []


def test_the_page_and_the_terminal_show_the_pull_request(world: Scene) -> None:
    """A person reads its title, its text, and each file that it changes."""
    server(world)
    kept = world.folder / "kept"
    done = world.seatrial("rehearse", "--keep", str(kept))
    assert done.returncode == 0, done.stderr
    page = (kept / "report.html").read_text("utf-8")
    for shown in ("octo/server: pull request 1", "Upgrade demo to 1.1.0", "requirements/dev.txt"):
        assert shown in done.stdout
        assert shown in page


def test_the_plan_says_what_is_changed_there(world: Scene) -> None:
    """Repository, edits and commands are lines of the plan, without anybody being asked."""
    done = world.seatrial("plan")
    assert done.returncode == 0, done.stderr
    for said in (
        "octo/server: Upgrade demo to 1.1.0 (seatrial/demo-1.1.0)",
        "version.py:PROVISION_VERSION: bump minor",
        "requirements/common.in: git-url-tags",
        "run python tools/lock.py",
    ):
        assert said in done.stdout


def test_a_command_gets_no_secret_and_its_output_is_kept(tmp_path: Path) -> None:
    """Its environment holds none of the person's tokens; what it prints is in the run's logs."""
    table = f'repository = "octo/server"\n{EDITS}run = ["python tools/tell.py"]\n'
    telling = "import os\nprint('names:', *sorted(os.environ))\nopen('new.txt', 'w').close()\n"
    with scene(tmp_path, more=settings(table)) as world:
        made = server(world, files={**SERVER, "tools/tell.py": telling})
        done = world.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        [run] = (world.project.folder / ".git" / "seatrial" / "runs").iterdir()
        said = (run / "logs" / "downstream-octo-server.log").read_text("utf-8")
        assert "names: " in said
        assert "PATH" in said
        assert "TOKEN" not in said
        assert made.shown("new.txt", BRANCH) == ""


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The error says which one, and where it was to run."""
    table = f'repository = "octo/server"\n{EDITS}run = ["tools/never-was"]\n'
    with scene(tmp_path, more=settings(table)) as world:
        server(world)
        done = world.seatrial("release", "--yes")
        assert done.returncode == ExitCode.INCOMPLETE
        assert "tools/never-was in octo/server" in done.stderr


def test_a_repository_on_no_known_forge_gets_the_branch(tmp_path: Path) -> None:
    """Any git address will do; there, nobody can be asked to merge."""
    remote = tmp_path / "elsewhere.git"
    make_repository(tmp_path / "elsewhere", SERVER, remote=remote)
    with scene(tmp_path, more=settings(f'repository = "{remote.as_uri()}"\n{EDITS}')) as world:
        for command in (("rehearse",), ("release", "--yes")):
            done = world.seatrial(*command)
            assert done.returncode == 0, done.stderr
        assert "(305, 2)" in git(remote, "show", f"{BRANCH}:version.py")


def test_a_rehearsal_survives_there_too(world: Scene) -> None:
    """Killed when it is about to change the server, it goes on and changes it once."""
    server(world)
    done = world.seatrial("rehearse", "--fault", "kill@update", "--json")
    assert done.returncode == 0, done.stderr
    [shown] = json.loads(done.stdout)["downstream"]
    assert shown["detail"] == "pull request 1"


def test_a_server_that_cannot_be_reached_is_not_rehearsed(world: Scene) -> None:
    """The rest is rehearsed, and the report says what was not, and why."""
    world.project.git(
        "config", f"url.{world.folder}/nowhere/.insteadOf", "https://github.com/octo/"
    )
    done = world.seatrial("rehearse", "--json")
    assert done.returncode == 0, done.stderr
    [remark] = [r for r in json.loads(done.stdout)["remarks"] if r["topic"] == "not-rehearsed"]
    assert "octo/server" in remark["text"]


def test_an_edit_that_fits_nothing_refuses_the_release(world: Scene) -> None:
    """It is named before anything is done, in the rehearsal as in the release."""
    made = server(world, files={"version.py": "OTHER = 1\n", "requirements/common.in": "x\n"})
    for command in (("rehearse",), ("release", "--yes")):
        done = world.seatrial(*command)
        assert done.returncode == ExitCode.CONFLICT
        assert "version.py:PROVISION_VERSION" in done.stderr
    assert made.branches() == ["main"]
    assert world.held("main") == {}


def test_everything_that_does_not_fit_is_told_at_once(tmp_path: Path) -> None:
    """Who has two places to mend hears of both."""
    tables = [f'repository = "octo/{name}"\n{EDITS}' for name in ("one", "two")]
    with scene(tmp_path, more=settings(*tables)) as world:
        for name in ("one", "two"):
            server(world, name, files={f"{name}.txt": "x\n"})
        done = world.seatrial("rehearse", "--json")
        assert done.returncode == ExitCode.CONFLICT
        failure = json.loads(done.stdout)["failure"]
        assert failure["error"] == "downstream-differs"
        assert [other["error"] for other in failure["others"]] == ["downstream-differs"]


def test_a_command_that_fails_is_tried_again_alone(world: Scene) -> None:
    """The release is out; resuming tries the server again, and nothing else, and asks nobody."""
    made = server(world, files={**SERVER, "tools/lock.py": "raise SystemExit('no lock today')\n"})
    done = world.seatrial("release", "--yes")
    assert done.returncode == ExitCode.INCOMPLETE
    assert "no lock today" in done.stderr
    assert world.shown().releases[0][0] is False
    assert "then run seatrial resume" in world.seatrial("status").stdout
    made.work.commit("fix: lock again", {"tools/lock.py": "print('locked')\n"})
    made.work.push()
    uploads = [line for line in world.requests() if line.startswith("POST /main/")]
    done = world.seatrial("resume")
    assert done.returncode == 0, done.stderr
    assert uploads == [line for line in world.requests() if line.startswith("POST /main/")]
    assert len(pulls(world)) == 1


def test_the_failure_of_one_keeps_no_other(tmp_path: Path) -> None:
    """Each repository is tried; those that went well are told beside the one that did not."""
    bad = f'repository = "octo/bad"\n{EDITS}run = ["python tools/nothing.py"]\n'
    good = f'repository = "octo/server"\n{EDITS}{RUN}'
    with scene(tmp_path, more=settings(bad, good)) as world:
        worse = server(world, "bad")
        made = server(world)
        done = world.seatrial("release", "--yes")
        assert done.returncode == ExitCode.INCOMPLETE
        assert "octo/server for v1.1.0: done" in done.stderr
        assert BRANCH in made.branches()
        assert [len(pulls(world, name)) for name in ("octo/bad", "octo/server")] == [0, 1]
        worse.work.commit("fix: bring the tool", {"tools/nothing.py": ""})
        worse.work.push()
        report = json.loads(world.seatrial("resume", "--yes", "--json").stdout)
        assert [one["branch"] for one in report["downstream"]] == [BRANCH, BRANCH]


def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    """Its time is bounded, and the error names the command."""
    table = f'repository = "octo/server"\n{EDITS}run = ["python tools/wait.py"]\ntimeout = 1\n'
    with scene(tmp_path, more=settings(table)) as world:
        waiting = "import threading\nthreading.Event().wait()\n"
        server(world, files={**SERVER, "tools/wait.py": waiting})
        done = world.seatrial("release", "--yes")
        assert done.returncode == ExitCode.INCOMPLETE
        assert "python tools/wait.py in octo/server" in done.stderr


def test_without_the_right_to_push_a_fork_is_made(tmp_path: Path) -> None:
    """The branch goes to the fork, and the pull request asks the repository itself."""
    more = settings(f'repository = "octo/server"\n{EDITS}{RUN}')
    hosted = {"octo/server": Hosted(path=str(tmp_path / "octo" / "server.git"), push=False)}
    with scene(tmp_path, more=more, repositories=hosted) as world:
        made = server(world)
        forks = tmp_path / "forks"
        git(tmp_path, "clone", "--quiet", "--bare", str(made.remote), str(forks / "server.git"))
        world.project.git("config", f"url.{forks}/.insteadOf", "https://github.com/rehearsal/")
        done = world.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        assert made.branches() == ["main"]
        assert "demo.git@v1.1.0" in git(
            forks / "server.git", "show", f"{BRANCH}:requirements/common.in"
        )
        assert [pull["head"]["label"] for pull in pulls(world)] == [f"rehearsal:{BRANCH}"]


@pytest.mark.parametrize("state", ["closed", "open"])
def test_what_people_did_with_the_pull_request_stays(world: Scene, state: str) -> None:
    """Gone on with by another machine, the release neither opens it again nor a second one."""
    server(world)
    assert world.seatrial("release", "--yes").returncode == 0
    change = {"state": state, "title": "Ours now"} if state == "open" else {"state": state}
    httpx.patch(
        f"{world.dock.forge_api}/repos/octo/server/pulls/1", json=change, headers=TOKEN
    ).raise_for_status()
    _forget(world)
    done = world.seatrial("resume", "--yes")
    assert done.returncode == 0, done.stderr
    assert [pull["state"] for pull in pulls(world)] == [state]


def _forget(world: Scene) -> None:
    """Let the journal end before the repository downstream was come to, as a crash does."""
    [run] = (world.project.folder / ".git" / "seatrial" / "runs").iterdir()
    journal = run / "journal.jsonl"
    lines = journal.read_text("utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if "update other repositories" in line)
    journal.write_text("".join(lines[:at]), "utf-8")


def test_recipes_are_told_of_the_sdist_that_is_out(tmp_path: Path) -> None:
    """A feedstock and a formula state the address and the digest that the index serves."""
    old = "a" * 64
    meta = f'{{% set version = "1.0.0" %}}\nsource:\n  sha256: {old}\nbuild:\n  number: 4\n'
    formula = f'class Demo < Formula\n  url "https://x/demo-1.0.0.tar.gz"\n  sha256 "{old}"\nend\n'
    tables = (
        'repository = "octo/demo-feedstock"\nrecipe = "conda-forge"\n',
        'repository = "octo/homebrew-tap"\nrecipe = "homebrew"\n',
    )
    with scene(tmp_path, more=settings(*tables)) as world:
        feedstock = server(world, "demo-feedstock", {"recipe/meta.yaml": meta})
        tap = server(world, "homebrew-tap", {"Formula/demo.rb": formula})
        done = world.seatrial("rehearse", "--json")
        assert done.returncode == 0, done.stderr
        assert len(json.loads(done.stdout)["downstream"]) == 2
        done = world.seatrial("release", "--yes")
        assert done.returncode == 0, done.stderr
        digest = world.held("main")["demo-1.1.0.tar.gz"]
        text = feedstock.shown("recipe/meta.yaml", BRANCH)
        wanted = meta.replace("1.0.0", "1.1.0").replace(old, digest)
        assert text == wanted.replace("number: 4", "number: 0").rstrip("\n")
        text = tap.shown("Formula/demo.rb", BRANCH)
        assert digest in text
        assert 'demo-1.1.0.tar.gz"' in text
