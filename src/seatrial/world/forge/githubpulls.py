"""GitHub's pull requests, forks and branch rules over its REST API (version 2022-11-28)."""

from __future__ import annotations

import http as codes
from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlencode

import msgspec

from seatrial.world.credentials import Credential
from seatrial.world.exchange import Answer, Request
from seatrial.world.forge.github import GitHub, writing
from seatrial.world.ports_forge import Asking, PullRequest, Standing

REFUSING = {
    "pull_request": "changes come by pull request",
    "update": "nobody may update it",
    "required_status_checks": "status checks must pass first",
    "creation": "nobody may create it",
    "merge_queue": "changes come through the merge queue",
    "required_deployments": "deployments must succeed first",
}
"""Rules (their ``type``) by which a push of a new commit is refused."""

PASSING_BY = {"always", "exempt"}
"""What ``current_user_can_bypass`` says where a rule does not hold for whoever asks."""


class HeldEnd(msgspec.Struct, frozen=True):
    """One end of a pull request."""

    label: str | None
    ref: str
    sha: str


class HeldPull(msgspec.Struct, frozen=True, kw_only=True):
    """A pull request; ``merged_at`` tells a merge in lists as well."""

    number: int
    state: str
    title: str
    head: HeldEnd
    base: HeldEnd
    body: str | None = None
    merged_at: str | None = None
    merge_commit_sha: str | None = None
    html_url: str = ""


class HeldRights(msgspec.Struct, frozen=True):
    """What whoever asks may do."""

    push: bool = False
    admin: bool = False


class HeldPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A repository, as far as a pull request needs to know it."""

    full_name: str
    default_branch: str
    permissions: HeldRights | None = None


class HeldRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that holds for a branch."""

    type: str
    ruleset_id: int | None = None


class HeldRuleset(msgspec.Struct, frozen=True, kw_only=True):
    """A set of rules; whether it holds for whoever asks."""

    current_user_can_bypass: str | None = None


class HeldSwitch(msgspec.Struct, frozen=True):
    """Something that is on or off."""

    enabled: bool = False


class HeldProtection(msgspec.Struct, frozen=True, kw_only=True):
    """The protection of a branch of the older kind; only administrators may read it."""

    required_pull_request_reviews: dict[str, object] | None = None
    required_status_checks: dict[str, object] | None = None
    restrictions: dict[str, object] | None = None
    enforce_admins: HeldSwitch = HeldSwitch()
    lock_branch: HeldSwitch = HeldSwitch()


class GitHubPulls(GitHub):
    """A repository on GitHub, pull requests and all.

    It is a :class:`~seatrial.world.ports_forge.PullRequests`; the arguments are those of
    :class:`~seatrial.world.forge.github.GitHub`.
    """

    @property
    def owner(self) -> str:
        """The account that the repository belongs to."""
        return self.repository.owner

    def standing(self) -> Standing:
        """Say what the token may do here.

        Raises:
            CredentialMissing: there is none.
            CredentialRefused: it may not look at the repository, or GitHub does not know it.
            Unreachable: no answer.
        """
        place = self._place(self._credential())
        push = place.permissions is not None and place.permissions.push
        return Standing(push=push, branch=place.default_branch)

    def fork(self) -> str:
        """Make a fork under the token's account, or find the one that is there.

        GitHub answers with the fork that exists where there is one.

        Raises:
            Unreachable: no answer; it may be made all the same.
            CredentialRefused: the token may not do this.
        """
        login = self._credential()
        answer = self._send(
            writing("POST", f"{self._base}/forks", {"default_branch_only": True}), login
        )
        return self._read(answer, HeldPlace, "forking", login).full_name

    def pull_requests(self, head: str) -> Sequence[PullRequest]:
        """Give the pull requests from a branch, ended ones too, the newest first.

        Args:
            head: ``owner:branch``.

        Raises:
            Unreachable: no answer.
            CredentialRefused: the token may not look.
        """
        login = self._credential()
        asked = urlencode({"head": head, "state": "all", "per_page": 100})
        answer = self._send(Request(url=f"{self._base}/pulls?{asked}"), login)
        held = self._read(answer, tuple[HeldPull, ...], "listing the pull requests of", login)
        # An unknown head is not always a filter: GitHub lists all where it cannot read the value.
        own = (_pull(one) for one in held)
        wanted = [one for one in own if one.head.lower() == head.lower()]
        return sorted(wanted, key=lambda one: -one.number)

    def open_pull_request(self, asking: Asking) -> PullRequest:
        """Open one.

        Raises:
            Unreachable: no answer; it may be open all the same.
            CredentialRefused: the token may not do this.
            Conflict: GitHub refused it.
        """
        login = self._credential()
        values = msgspec.structs.asdict(asking)
        answer = self._send(writing("POST", f"{self._base}/pulls", values), login)
        return _pull(self._read(answer, HeldPull, "opening a pull request on", login))

    def update_pull_request(self, number: int, asking: Asking) -> PullRequest:
        """Give one another title, text or base.

        Raises:
            Unreachable: no answer; it may be changed all the same.
            CredentialRefused: the token may not do this.
            Conflict: GitHub refused it.
        """
        login = self._credential()
        values = {"title": asking.title, "body": asking.body, "base": asking.base}
        answer = self._send(writing("PATCH", f"{self._base}/pulls/{number}", values), login)
        return _pull(self._read(answer, HeldPull, f"changing pull request {number} of", login))

    def refusals(self, branch: str, *, new: bool = False) -> tuple[str, ...]:
        """Say which rules would refuse a push to a branch.

        Rulesets are read, and the older branch protection where the token may read it; a rule that
        the token's account may pass by is none.

        Args:
            branch: its name.
            new: whether it is to be made.

        Raises:
            Unreachable: no answer.
        """
        login = self._credential()
        found = [*self._rules(branch, login), *self._protection(branch, login)]
        wanted = (rule for rule in found if new or rule != REFUSING["creation"])
        return tuple(dict.fromkeys(wanted))

    def _place(self, login: Credential) -> HeldPlace:
        answer = self._send(Request(url=self._base), login)
        return self._read(answer, HeldPlace, "looking at", login)

    def _rules(self, branch: str, login: Credential) -> Iterator[str]:
        answer = self._send(
            Request(url=f"{self._base}/rules/branches/{quote(branch, safe='')}"), login
        )
        if _hidden(answer):
            return
        rules = self._read(answer, tuple[HeldRule, ...], "reading the rules of", login)
        passes: dict[int, bool] = {}
        for rule in rules:
            if rule.type not in REFUSING:
                continue
            number = rule.ruleset_id
            if number is not None and number not in passes:
                passes[number] = self._passes(number, login)
            if number is None or not passes[number]:
                yield REFUSING[rule.type]

    def _passes(self, ruleset: int, login: Credential) -> bool:
        answer = self._send(Request(url=f"{self._base}/rulesets/{ruleset}"), login)
        if _hidden(answer):
            return False
        held = self._read(answer, HeldRuleset, "reading the rules of", login)
        return held.current_user_can_bypass in PASSING_BY

    def _protection(self, branch: str, login: Credential) -> Iterator[str]:
        path = f"branches/{quote(branch, safe='')}/protection"
        answer = self._send(Request(url=f"{self._base}/{path}"), login)
        if _hidden(answer):
            return
        held = self._read(answer, HeldProtection, "reading the protection of", login)
        rights = self._place(login).permissions
        if rights is not None and rights.admin and not held.enforce_admins.enabled:
            return
        if held.required_pull_request_reviews is not None:
            yield REFUSING["pull_request"]
        if held.required_status_checks is not None:
            yield REFUSING["required_status_checks"]
        if held.lock_branch.enabled:
            yield REFUSING["update"]
        if held.restrictions is not None and not self._listed(held.restrictions, login):
            yield "only those that it names may push to it"

    def _listed(self, restrictions: dict[str, object], login: Credential) -> bool:
        """Say whether the token's account is named; teams and apps cannot be looked into."""
        users, others = (
            restrictions.get("users"),
            (restrictions.get("teams"), restrictions.get("apps")),
        )
        if any(others):
            return True
        answer = self._send(Request(url=f"{self._api}/user"), login)
        if _hidden(answer):
            return True
        me = self._read(answer, dict[str, object], "asking for the account of", login).get("login")
        named = users if isinstance(users, list) else []
        return any(isinstance(user, dict) and user.get("login") == me for user in named)


def _hidden(answer: Answer) -> bool:
    """Say whether whoever asks may not see it, or it is not there; a rate limit is neither."""
    hidden = {codes.HTTPStatus.NOT_FOUND, codes.HTTPStatus.FORBIDDEN}
    limited = answer.passing or answer.headers.get("x-ratelimit-remaining") == "0"
    return answer.status in hidden and not limited


def _pull(held: HeldPull) -> PullRequest:
    merged = held.merged_at is not None
    return PullRequest(
        number=held.number,
        title=held.title,
        body=(held.body or "").replace("\r\n", "\n"),
        base=held.base.ref,
        head=held.head.label or "",
        commit=held.head.sha,
        state="merged" if merged else "open" if held.state == "open" else "closed",
        merged_as=(held.merge_commit_sha or "") if merged else "",
        url=held.html_url,
    )
