"""Release by pull request, as a person does it: proposing, editing, merging."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from tests.support.downstreams import TOKEN
from tests.support.releases import Scene
from tests.support.repositories import git

MODE = 'mode = "pull-request"\nstaging = "stage"'
HEAD = "release/main"


def pulls(world: Scene) -> list[dict[str, Any]]:
    """Give all pull requests of the project, the newest first."""
    url = f"{world.dock.forge_api}/repos/octo/demo/pulls?state=all"
    answer = httpx.get(url, headers=TOKEN)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()
    return found


def change(world: Scene, number: int, **said: str) -> None:
    """Change a pull request as a person does on its page."""
    url = f"{world.dock.forge_api}/repos/octo/demo/pulls/{number}"
    httpx.patch(url, json=said, headers=TOKEN).raise_for_status()


def reworded(body: str, notes: str) -> str:
    """Give a text with other notes between the comments."""
    pattern = r"(<!-- seatrial notes begin: demo -->\n).*?(\n<!-- seatrial notes end: demo -->)"
    return re.sub(pattern, rf"\g<1>{notes}\g<2>", body, flags=re.DOTALL)


def merge(world: Scene, *, squash: bool = False) -> str:
    """Merge what is proposed, as a person does on its page, and give the merged commit."""
    work = world.clone(f"merging-{len(list(world.folder.iterdir()))}")
    for key, value in (("user.name", "Bea"), ("user.email", "bea@example.org")):
        git(work, "config", key, value)
    if squash:
        git(work, "merge", "--quiet", "--squash", f"origin/{HEAD}")
        git(work, "commit", "--quiet", "--message=Release (#1)")
    else:
        git(work, "merge", "--quiet", "--no-ff", "--message=Merge it", f"origin/{HEAD}")
    git(work, "push", "--quiet", "origin", "main")
    state = git(work, "rev-parse", "HEAD")
    world.project.git("pull", "--quiet", "--ff-only")
    return state


def proposed(world: Scene, *arguments: str) -> dict[str, Any]:
    """Propose, and give what was printed."""
    done = world.seatrial("propose", "--json", *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
