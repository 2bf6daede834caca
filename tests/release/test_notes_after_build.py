"""Release notes that name the built files."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.releases import scene

TEMPLATE = "{{ notes }}\n\n{% for f in artifacts %}{{ f.sha256 }}  {{ f.name }}\n{% endfor %}"


def test_the_draft_names_the_files_that_were_built(tmp_path: Path) -> None:
    """The plan says that they wait, and is held to its template; the release has the digests."""
    more = '[tool.seatrial.notes]\ntemplate = "notes.j2"\n'
    with scene(tmp_path, more=more, files={"notes.j2": TEMPLATE}) as stage:
        plan = json.loads(stage.seatrial("plan", "--json").stdout)["plan"]
        (draft,) = [one for one in plan["actions"] if one["kind"] == "draft-release"]
        assert draft["notes"]["known"] == "after-build"
        assert "(after the build)  demo-1.1.0.tar.gz" in plan["notes"]
        assert "notes-after-build" in [one["topic"] for one in plan["remarks"]]
        draft["notes"]["template"] = "Buy this"
        (tmp_path / "forged.json").write_text(json.dumps(plan), "utf-8")
        forged = stage.seatrial("release", "--yes", "--plan", str(tmp_path / "forged.json"))
        assert forged.returncode == 4
        assert "it differs in: draft release v1.1.0" in forged.stderr
        rehearsed = stage.seatrial("rehearse", "--json")
        assert rehearsed.returncode == 0, rehearsed.stderr
        done = stage.seatrial("release", "--yes", "--json")
        assert done.returncode == 0, done.stderr
        (release,) = stage.releases()
        digests = stage.held("main")
        assert len(digests) == 2
        for name, digest in digests.items():
            assert f"{digest}  {name}" in release["body"]
            assert f"{digest}  {name}" in json.loads(done.stdout)["notes"]
        assert "after the build" not in release["body"]
