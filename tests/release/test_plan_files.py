"""Plan files: what is stale, damaged or forged is refused, and nothing is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.release.test_bad_input import untouched
from tests.release.test_broken import told
from tests.release.test_release import complete
from tests.support.releases import Scene, scene
from tests.support.repositories import git

Forged = Callable[[dict[str, Any]], object]


@pytest.fixture(name="stage", scope="module")
def _stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Set a scene up once for all that is refused before anything is touched."""
    with scene(tmp_path_factory.mktemp("plans")) as stage:
        planned(stage)
        yield stage


def planned(stage: Scene) -> Path:
    """Plan the release into a file."""
    file = stage.folder / "plan.json"
    done = stage.seatrial("plan", "--out", str(file))
    assert done.returncode == 0, done.stderr
    return file


def edited(plan: dict[str, Any]) -> dict[str, Any]:
    """Give the first edit of the release commit."""
    edit: dict[str, Any] = next(a for a in plan["actions"] if a["kind"] == "commit")["edits"][0]
    return edit


def tagged(plan: dict[str, Any]) -> dict[str, Any]:
    """Give the action that makes the tag."""
    action: dict[str, Any] = next(a for a in plan["actions"] if a["kind"] == "tag")
    return action


STRAY = {
    "kind": "gate", "key": "gate x", "needs": [], "name": "x", "command": ["false"], "timeout": 1,
}  # fmt: skip


def test_a_plan_file_is_carried_out_as_it_was_shown(tmp_path: Path) -> None:
    """A plan that nothing has overtaken is the release."""
    with scene(tmp_path) as stage:
        done = stage.seatrial("release", "--yes", "--plan", str(planned(stage)))
        assert done.returncode == 0, done.stderr
        complete(stage)


@pytest.mark.parametrize(
    ("forge", "code", "words"),
    [
        (lambda p: p.update(schema=99), 4, "its layout is number 99"),
        (lambda p: p.update(tool="0.0.1"), 4, "the version of Seatrial: 0.0.1 in the plan"),
        (lambda p: p.update(configuration="0" * 64), 4, "the configuration: 000000000000"),
        (lambda p: p.update(remote_tip="0" * 40), 4, "the branch's place on the remote"),
        (lambda p: p.update(commit="--help"), 4, "the commit: --help in the plan"),
        (lambda p: p.update(version="../../x"), 4, "the version to release: ../../x"),
        (lambda p: p.update(date="yesterday"), 2, "it is not a plan"),
        (lambda p: p["asked"].update(version="../x"), 2, "no version of PEP 440"),
        (lambda p: p["asked"].update(index="nowhere"), 2, "the index nowhere"),
        (lambda p: p.update(actions=[]), 4, "it differs in: "),
        (lambda p: p.update(notes="Buy this"), 4, "it differs in: its texts"),
        (lambda p: p["actions"].append(STRAY), 4, "it differs in: gate x"),
        (lambda p: edited(p).update(path="../../../../evil"), 4, "it differs in: commit 1.1.0"),
        (lambda p: tagged(p).update(name="--delete"), 4, "it differs in: tag v1.1.0"),
        (lambda p: tagged(p).update(name="v1\u2028\x1b[2Jx"), 4, "it differs in: tag v1.1.0"),
    ],
)  # fmt: skip
def test_a_plan_that_would_not_be_made_now_is_refused(
    tmp_path: Path, stage: Scene, forge: Forged, code: int, words: str
) -> None:
    """The sentence says what moved, or what is forged, and nothing is touched."""
    plan = json.loads((stage.folder / "plan.json").read_bytes())
    forge(plan)
    file = tmp_path / "forged.json"
    file.write_text(json.dumps(plan), "utf-8")
    told(stage.seatrial("release", "--yes", "--plan", str(file)), code, words)
    untouched(stage)
    assert not (stage.project.folder / ".git" / "seatrial" / "runs").exists()
    assert not [*stage.folder.rglob("evil"), *stage.folder.parent.glob("evil")]


@pytest.mark.parametrize("data", [b"", b'{"schema": 1', b"\x00\xff", b"[]", b"{}"])
def test_what_is_no_plan_is_refused(tmp_path: Path, stage: Scene, data: bytes) -> None:
    """Any other bytes are told from a plan, and the way to a good one is named."""
    file = tmp_path / "plan.json"
    file.write_bytes(data)
    done = stage.seatrial("release", "--yes", "--plan", str(file))
    told(done, 2, str(file), "seatrial plan --out")


def commit_more(stage: Scene) -> None:
    """Commit and push another change."""
    stage.project.commit("fix: more", {"more.py": ""})
    stage.project.push()


def move_tip(stage: Scene) -> None:
    """Move the branch on the remote back."""
    git(stage.remote, "update-ref", "refs/heads/main", "main~1")


@pytest.mark.parametrize(
    ("move", "words"),
    [(commit_more, "the commit: "), (move_tip, "the branch's place on the remote: ")],
)
def test_a_plan_that_the_world_has_overtaken_is_refused(
    tmp_path: Path, move: Callable[[Scene], None], words: str
) -> None:
    """What moved since is named, with what the plan has and what there is."""
    with scene(tmp_path) as stage:
        file = planned(stage)
        move(stage)
        told(stage.seatrial("release", "--yes", "--plan", str(file)), 4, words, "seatrial plan")
        untouched(stage)


@pytest.mark.parametrize("damage", ["garbage", "forged", "gone"])
def test_the_plan_of_a_run_that_was_changed_is_not_carried_out(tmp_path: Path, damage: str) -> None:
    """A run goes on with the plan it began with, or not at all."""
    failing = 'staging = "stage"\n[tool.seatrial.verify]\nrun = ["false"]\n'
    with scene(tmp_path, more=failing) as stage:
        assert stage.seatrial("release", "--yes").returncode == 1
        (run,) = (stage.project.folder / ".git" / "seatrial" / "runs").iterdir()
        file = run / "plan.json"
        plan = json.loads(file.read_bytes())
        edited(plan).update(path="../../evil")
        changed = {"garbage": "{", "forged": json.dumps(plan)}
        if damage in changed:
            file.write_text(changed[damage])
        else:
            file.unlink()
        for command in (("resume", "--yes"), ("undo",), ("status",), ("log",)):
            done = stage.seatrial(*command)
            assert "Traceback" not in done.stderr, command
            if command[0] in {"resume", "undo"}:
                assert done.returncode in {2, 4}, (command, done.stderr)
        resumed = stage.seatrial("resume", "--yes")
        assert resumed.returncode in {2, 4}
        untouched(stage)


def test_a_run_goes_on_though_its_plan_says_less_than_plans_say_now(tmp_path: Path) -> None:
    """What a run began with are bytes: a field that plans were given since does not stop it."""
    failing = 'staging = "stage"\n[tool.seatrial.gate]\ntests = "' + f'test -e {tmp_path}/mended"\n'
    with scene(tmp_path, more=failing) as stage:
        assert stage.seatrial("release", "--yes").returncode == 1
        (run,) = (stage.project.folder / ".git" / "seatrial" / "runs").iterdir()
        plan = json.loads((run / "plan.json").read_bytes())
        # The fields that have a value of their own are those that an older layout can lack.
        del plan["schema"], plan["asked"]
        older = json.dumps(plan).encode()
        journal = run / "journal.jsonl"
        entries = [json.loads(line) for line in journal.read_bytes().splitlines()]
        for entry in entries:
            if "plan" in entry:
                entry["plan"] = hashlib.sha256(older).hexdigest()
        (run / "plan.json").write_bytes(older)
        journal.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
        (tmp_path / "mended").touch()
        resumed = stage.seatrial("resume", "--yes")
        assert resumed.returncode == 0, resumed.stderr
        complete(stage)


def test_a_run_whose_plan_cannot_be_read_says_how_to_get_past_it(tmp_path: Path) -> None:
    """A run of another version of Seatrial is finished by that one, or given up by hand."""
    with scene(tmp_path) as stage:
        run = stage.project.folder / ".git/seatrial/runs/20260101T000000Z-1.1.0-abcdef"
        run.mkdir(parents=True)
        (run / "plan.json").write_text('{"schema": 99}')
        for command in (["release", "--yes"], ["resume", "--yes"], ["undo"]):
            done = stage.seatrial(*command)
            assert done.returncode == 2, done.stderr
            assert f"remove {run}" in done.stderr
        status = stage.seatrial("status")
        assert status.returncode == 0, status.stderr
        assert "that cannot be read" in status.stdout
        assert f"remove {run}" in status.stdout
        assert not stage.shown().tagged
