"""Console scripts that need more than what a plain installation brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.releases import Scene, scene
from tests.support.wheels import make_wheel

NEEDY = "import sys\n\n\ndef main():\n    import six\n    sys.exit(0 if six else 1)\n"


@pytest.fixture
def needy(tmp_path: Path) -> Path:
    """Give a wheel whose script needs what only the extra ``cli`` requires."""
    return make_wheel(
        tmp_path,
        version="2.0",
        modules={"demo.py": NEEDY},
        scripts={"demo": "demo:main"},
        headers="Provides-Extra: web\nProvides-Extra: cli\nRequires-Dist: six; extra == 'cli'\n",
    )


def verified(stage: Scene, wheel: Path) -> tuple[int, str, str]:
    """Publish a wheel, and check it from the index; give exit code and outputs."""
    done = stage.seatrial("publish", str(wheel), "--to", "main", "--yes")
    assert done.returncode == 0, done.stderr
    done = stage.seatrial("verify", "demo==2.0", "--from", "main")
    return done.returncode, done.stdout, done.stderr


def test_a_script_is_tried_again_with_the_extra_it_may_need(tmp_path: Path, needy: Path) -> None:
    """A command line that is an extra is sound; the report says with which extra it ran."""
    with scene(tmp_path) as stage:
        code, out, err = verified(stage, needy)
        assert code == 0, err
        assert "demo --help, with the extra cli" in out


def test_a_script_that_fails_without_any_extra_is_refused(tmp_path: Path) -> None:
    """The error says how such a script is left out of the checks."""
    broken = make_wheel(
        tmp_path,
        version="2.0",
        modules={"demo.py": "def main():\n    raise SystemExit(3)\n"},
        scripts={"demo": "demo:main"},
        headers="Provides-Extra: web\n",
    )
    with scene(tmp_path) as stage:
        code, _, err = verified(stage, broken)
        assert code == 1
        assert "exit code 3" in err
        assert "scripts = false" in err


def test_a_version_that_the_index_does_not_show_is_not_called_broken(tmp_path: Path) -> None:
    """Not there, or not there yet, is another answer than an installation that fails."""
    with scene(tmp_path) as stage:
        done = stage.seatrial("verify", "demo==9.0", "--from", "main")
        assert done.returncode == 3, done.stderr
        assert "waiting for demo 9.0 on main: its page shows no file of it" in done.stderr


def test_a_module_that_does_not_import_is_told_before_its_script(tmp_path: Path) -> None:
    """Where the import fails, the script can only fail too: the cause is what is told."""
    broken = make_wheel(
        tmp_path,
        version="2.0",
        modules={"demo.py": "raise RuntimeError('no such luck')\n"},
        scripts={"demo": "demo:main"},
        headers="Provides-Extra: cli\n",
    )
    with scene(tmp_path) as stage:
        code, _, err = verified(stage, broken)
        assert code == 1
        assert "import demo" in err
        assert "demo --help" not in err
