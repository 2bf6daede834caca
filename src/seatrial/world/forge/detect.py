"""Which forge a remote lies on, as its address and the configuration say."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

import msgspec

from seatrial.addresses import GITHUB_API, GITHUB_HOST, GITHUB_RESIDENT
from seatrial.config.schema import ForgeSettings
from seatrial.errors import InvalidConfiguration

GITHUB = "github"
ALIASES = {f"www.{GITHUB_HOST}": GITHUB_HOST, f"ssh.{GITHUB_HOST}": GITHUB_HOST}
"""Other names of a host: the one for SSH through port 443 among them."""

SCHEMES = frozenset({"https", "http", "ssh", "git", "git+ssh", "git+https"})
SCP_LIKE = re.compile(r"(?:[^@/\s]+@)?(?P<host>\[[^\]]+\]|[^:/@\s\[\]]+):(?P<path>(?!//).+)")
"""``user@host:path``, as git reads it (gitglossary, "GIT URLs"): no slash before the colon."""

OWNED = re.compile(r"(?P<owner>[A-Za-z0-9][A-Za-z0-9_-]*)/(?P<name>[A-Za-z0-9._-]+)")


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """A repository on a forge.

    Attributes:
        kind: which forge ("github").
        host: where it lies; empty when only the configuration names it.
        owner: the account.
        name: the repository's name there.
    """

    kind: str
    host: str
    owner: str
    name: str

    @property
    def full_name(self) -> str:
        """``owner/name``."""
        return f"{self.owner}/{self.name}"


def detect(remote_url: str, settings: ForgeSettings) -> Repository | None:
    """Say on which forge a remote lies.

    Args:
        remote_url: the remote's address: https, ssh, git, scp-like, or a path; a login in it is
            not looked at.
        settings: what the configuration says; ``kind`` or ``api`` make any host a forge, and
            ``repository`` names the repository where the address does not.

    Returns:
        Nothing for a path, and for a host that is no known forge.

    Raises:
        InvalidConfiguration: ``repository`` is not ``owner/name``; or a forge is named, and neither
            the address nor the configuration tells the repository there, or its API.
    """
    host, path = host_and_path(remote_url)
    if settings.repository:
        named = OWNED.fullmatch(settings.repository)
        if named is None:
            raise InvalidConfiguration("forge.repository", "it has the form owner/name")
    else:
        named = OWNED.fullmatch(path.strip("/").removesuffix(".git"))
    told = settings.kind or settings.api
    known = host == GITHUB_HOST or host.endswith(GITHUB_RESIDENT) or told
    if named is not None and named["name"] in {".", ".."}:
        named = None
    if told and (named is None or not (host or settings.repository)):
        raise InvalidConfiguration(
            "forge.repository",
            "the forge is named, and the remote's address does not tell owner and name there",
            next_step="Say it: [tool.seatrial.forge] repository.",
        )
    if settings.kind and not (host or settings.api):
        raise InvalidConfiguration(
            "forge.api",
            "the remote is a path, so nothing tells where the API of its forge is",
            next_step="Say it, or take [tool.seatrial.forge] kind out.",
        )
    if named is None or not known or not (host or settings.repository):
        return None
    return Repository(kind=GITHUB, host=host, owner=named["owner"], name=named["name"])


def api_address(repository: Repository, settings: ForgeSettings) -> str:
    """Give the address of the forge's REST API, without a final slash.

    GitHub's own is known; a GitHub Enterprise server has it at ``/api/v3``.

    Raises:
        InvalidConfiguration: nothing tells it.
    """
    if settings.api:
        return settings.api.rstrip("/")
    if repository.host == GITHUB_HOST:
        return GITHUB_API
    if not repository.host:
        raise InvalidConfiguration("forge.api", "the remote's address does not tell it")
    if repository.host.endswith(GITHUB_RESIDENT):
        return f"https://api.{repository.host}"
    return f"https://{repository.host}/api/v3"


def host_and_path(remote_url: str) -> tuple[str, str]:
    """Split an address into the host, in lower case, and the path; both empty for a local path."""
    if "://" in remote_url:
        try:
            parts = urlsplit(remote_url)
            host = parts.hostname or ""
        except ValueError:
            return "", ""
        path = unquote(parts.path) if parts.scheme.lower() in SCHEMES else ""
        return ALIASES.get(host, host) if path else "", path
    found = SCP_LIKE.fullmatch(remote_url)
    if found is None or re.match(r"[A-Za-z]:[\\/]", remote_url):
        return "", ""
    host = found["host"].lower().strip("[]")
    return ALIASES.get(host, host), found["path"]
