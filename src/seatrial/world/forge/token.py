"""Where the token for the forge comes from.

``GH_TOKEN``, then ``GITHUB_TOKEN``; for a host that is not GitHub's own ``GH_ENTERPRISE_TOKEN`` and
``GITHUB_ENTERPRISE_TOKEN``, as GitHub's command line has it; then that command line itself, if it
is installed and logged in.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from seatrial.addresses import GITHUB_HOST, GITHUB_RESIDENT
from seatrial.errors import CredentialMissing, TimedOut, ToolMissing
from seatrial.process import Runner
from seatrial.secret import Secret
from seatrial.world.credentials import TOKEN_USER, Credential

ASKING = 20.0
"""Seconds that the other program may take; it may ask a keyring."""


def find_token(host: str, environ: Mapping[str, str], home: Path) -> Credential:
    """Find the token for a forge.

    Args:
        host: the forge's host.
        environ: the environment.
        home: a folder to start GitHub's command line in.

    Raises:
        CredentialMissing: there is none; ``said`` names each place.
    """
    own = host == GITHUB_HOST or host.endswith(GITHUB_RESIDENT)
    names = (
        ("GH_TOKEN", "GITHUB_TOKEN") if own else ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
    )
    for name in names:
        token = environ.get(name, "").strip()
        if token:
            return Credential(username=TOKEN_USER, password=Secret(token), origin=f"${name}")
    token, reason = _asked(host, home)
    if token:
        return Credential(
            username=TOKEN_USER, password=Secret(token), origin=f"gh auth token ({host})"
        )
    looked = [*(f"  ${name}: nothing" for name in names), f"  gh auth token: {reason}"]
    raise CredentialMissing(
        host,
        "looked in\n" + "\n".join(looked),
        next_step=f"Set ${names[0]} to a token that may write contents, or run gh auth login.",
    )


def _asked(host: str, home: Path) -> tuple[str, str]:
    try:
        # A runner of its own: one that knows the token would mask it.
        done = Runner().run(("gh", "auth", "token", "--hostname", host), cwd=home, timeout=ASKING)
    except ToolMissing:
        return "", "gh is not installed"
    except TimedOut:
        return "", f"no answer within {ASKING:g} s"
    if done.code != 0:
        return "", f"it ended with exit code {done.code}"
    return done.text.strip(), "nothing"
