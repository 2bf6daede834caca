"""The labels of the pull requests that commits came by, over GitHub's REST API (2022-11-28)."""

from __future__ import annotations

import http as codes
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import quote

import msgspec

from seatrial.errors import CredentialMissing
from seatrial.secret import Secret
from seatrial.world.credentials import Credential
from seatrial.world.exchange import Request
from seatrial.world.forge.github import GitHub
from seatrial.world.ports_forge import LabelledPull

AT_ONCE = 8
"""How many commits are asked for at the same time."""


class HeldLabel(msgspec.Struct, frozen=True):
    """A label; GitHub gives a plain name in some old answers."""

    name: str | None = None


class HeldLabelled(msgspec.Struct, frozen=True, kw_only=True):
    """A pull request, as far as its labels need it."""

    number: int
    title: str
    labels: tuple[HeldLabel, ...] = ()
    merged_at: str | None = None


class GitHubLabels(GitHub):
    """A repository on GitHub whose pull requests are read, with a token or without one.

    The arguments are those of :class:`~seatrial.world.forge.github.GitHub`.
    """

    def pulls_of(self, commits: Sequence[str]) -> Mapping[str, tuple[LabelledPull, ...]]:
        """Give commit → the merged pull requests that it came by.

        Several are asked for at the same time, each once.  Without a token GitHub answers sixty
        questions an hour about what is public.

        Args:
            commits: full ids; one that GitHub does not know came by none.

        Raises:
            Unreachable: no answer, or too many requests.
            CredentialRefused: the token is not accepted, or may not see the repository.
            CannotTell: an answer cannot be read.
        """
        login = Credential(username="", password=Secret(""), origin="nobody, for none was found,")
        with suppress(CredentialMissing):
            login = self._credential()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="labels") as pool:
            answers = pool.map(lambda commit: self._pulls_of(commit, login), commits)
            return dict(zip(commits, answers, strict=True))

    def _pulls_of(self, commit: str, login: Credential) -> tuple[LabelledPull, ...]:
        url = f"{self._base}/commits/{quote(commit)}/pulls?per_page=100"
        answer = self._send(Request(url=url), login)
        if answer.status == codes.HTTPStatus.UNPROCESSABLE_ENTITY:
            return ()  # "No commit found for SHA": it is not pushed yet
        held = self._read(answer, tuple[HeldLabelled, ...], "reading the labels on", login)
        return tuple(
            LabelledPull(
                number=one.number,
                title=one.title,
                labels=tuple(label.name for label in one.labels if label.name),
            )
            for one in held
            if one.merged_at
        )
