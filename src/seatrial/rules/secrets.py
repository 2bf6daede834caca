"""ST6xx: what must not be read by others.  No message shows a secret."""

from __future__ import annotations

import configparser
import posixpath
import re
from collections.abc import Iterator

from seatrial.rules.inputs import RuleInput, line_at, line_with
from seatrial.rules.tokens import is_github_token, read_pypi_token
from seatrial.rules.values import Flaw, Severity, rule

_PYPI = re.compile(r"\bpypi-[A-Za-z0-9_-]{50,600}")
_GITHUB = re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b")
_FINE = re.compile(r"\b(?:github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}|glpat-[A-Za-z0-9_-]{20})\b")
_CLOUD = re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b")
_CLOUD_SECRET = re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_KEY = re.compile(
    r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s(?:[\w-]+: [^\n]*\n)*[A-Za-z0-9+/=\s]{200,}-----END"
)
_LOGIN = re.compile(r"\bhttps?://[^\s/:@\"'<>${}]+:(?P<password>[^\s/:@\"'<>${}%]{6,})@")
_SAMPLE = re.compile(r"(?i)(?:^|/)(?:t|tests?|testing|testdata|fixtures|docs?|examples?|samples?)/")
_PLACEHOLDER = re.compile(
    r"(?i)^(?:x+|\*+|<.*>|\$.*|%.*|.*(?:your|example|password|token|secret).*)$"
)
_VARIED = 12
"""Different characters that a random text of twenty and more has at least."""


@rule("ST601", "pypi-token-tracked", Severity.ERROR)
def pypi_token_tracked(about: RuleInput) -> Iterator[Flaw]:
    """A PyPI token is in a tracked file.

    Whoever reads the repository can publish as you.  PyPI revokes the tokens that it is told of,
    which is after somebody else has seen them.

    Mend:
        Revoke it on PyPI now; taking it out of the file is not enough, because history keeps it.
        Publish with a trusted publisher, or keep the token in the keyring.
    """
    for path, text in about.search(["pypi-AgE"]).items():
        for found in _PYPI.finditer(text):
            token = read_pypi_token(found[0])
            if token is not None:
                yield Flaw(f"this is a token for {token.host}", path, line_at(text, found.start()))


@rule("ST602", "forge-token-tracked", Severity.ERROR)
def forge_token_tracked(about: RuleInput) -> Iterator[Flaw]:
    """A token of GitHub or GitLab is in a tracked file.

    Whoever reads the repository can push to it, and releases are made from what is pushed.

    Mend:
        Revoke it now: history keeps it.  Workflows have a token of their own.
    """
    words = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"]
    for path, text in about.search(words).items():
        checked = [found for found in _GITHUB.finditer(text) if is_github_token(found[0])]
        others = [found for found in _FINE.finditer(text) if _is_random(found[0])]
        for found in [*checked, *others]:
            yield Flaw("this is a token of a forge", path, line_at(text, found.start()))


@rule("ST603", "cloud-key-tracked", Severity.ERROR)
def cloud_key_tracked(about: RuleInput) -> Iterator[Flaw]:
    """An access key of AWS and its secret are in a tracked file.

    Robots find such pairs within minutes.

    Mend:
        Deactivate the key now, and give the job a role by OIDC.
    """
    for path, text in about.search(["AKIA", "ASIA"]).items():
        for found in _CLOUD.finditer(text):
            near = text[max(found.start() - 200, 0) : found.end() + 200].replace(found[0], "")
            secret = any(_is_random(one[0]) for one in _CLOUD_SECRET.finditer(near))
            if secret and "EXAMPLE" not in near + found[0]:
                yield Flaw("this is an access key of AWS", path, line_at(text, found.start()))


@rule("ST604", "private-key-tracked", Severity.WARNING)
def private_key_tracked(about: RuleInput) -> Iterator[Flaw]:
    """A private key is in a tracked file that is neither of the tests nor of the documentation.

    What is signed or opened with it is open to everybody who reads the repository.

    Mend:
        Make a new key, keep it out of git, and have the old one withdrawn.
    """
    for path, text in about.search(["PRIVATE KEY-----"]).items():
        found = _KEY.search(text)
        if found and not _SAMPLE.search(path) and not re.search(r"(?i)test|example", path):
            yield Flaw("this is a private key", path, line_at(text, found.start()))


@rule("ST605", "pypirc-tracked", Severity.ERROR)
def pypirc_tracked(about: RuleInput) -> Iterator[Flaw]:
    """A ``.pypirc`` with a password is tracked.

    It is there for one reason: to log in to the index.

    Mend:
        Revoke what stands in it, ``git rm`` it, and keep it in your home folder.
    """
    for path in sorted(about.files):
        if posixpath.basename(path) != ".pypirc":
            continue
        text = about.text(path)
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read_string(text)
        except configparser.Error:
            continue
        for section in parser.sections():
            password = parser[section].get("password", "").strip()
            if password and not _PLACEHOLDER.match(password):
                yield Flaw(f"[{section}] holds a password", path, line_with(text, f"[{section}]"))


@rule("ST606", "pypirc-open", Severity.WARNING)
def pypirc_open(about: RuleInput) -> Iterator[Flaw]:
    """Others on this machine can read the ``.pypirc`` of your home folder.

    Every account and every program of another user can take the tokens in it.

    Mend:
        ``chmod 600 ~/.pypirc``.
    """
    for file in about.logins:
        if file.open_to_others and file.logins:
            yield Flaw("others on this machine can read it", file.path)


@rule("ST607", "token-account-wide", Severity.WARNING)
def token_account_wide(about: RuleInput) -> Iterator[Flaw]:
    """A token in ``.pypirc`` may publish every project of the account.

    Who gets it gets all of them.  PyPI's tokens say themselves what they allow, so nobody has to be
    asked to know.

    Mend:
        Make a token for this project on PyPI, put it in the place of this one, and revoke this one;
        or publish with a trusted publisher, without any token.
    """
    for file in about.logins:
        for login in file.logins:
            token = read_pypi_token(login.password.reveal())
            if token is not None and not token.projects:
                yield Flaw(
                    f"the token of [{login.section}] is for every project of the account",
                    file.path,
                    login.line,
                )


@rule("ST608", "login-in-address", Severity.ERROR)
def login_in_address(about: RuleInput) -> Iterator[Flaw]:
    """An address in a configuration file has a user and a password in it.

    Lock files, logs and the metadata of what is built carry the address on.

    Mend:
        Change the password; name the index without it, and keep the login in the keyring, in
        ``.netrc`` or in the environment.
    """
    names = re.compile(
        r"(?:^|/)(?:pyproject\.toml|uv\.toml|poetry\.toml|pip\.conf|\.?condarc|tox\.ini|setup\.cfg"
        r"|Pipfile|requirements[^/]*\.(?:txt|in)|requirements/[^/]+\.(?:txt|in)"
        r"|(?:uv|poetry|pdm|Pipfile)\.lock)$"
    )
    paths = [path for path in sorted(about.files) if names.search(path)]
    for path in (path for path in paths if not _SAMPLE.search(path)):
        text = about.text(path)
        for found in _LOGIN.finditer(text):
            if not _PLACEHOLDER.match(found["password"]):
                yield Flaw("this address holds a login", path, line_at(text, found.start()))


@rule("ST609", "login-file-lying", Severity.WARNING)
def login_file_lying(about: RuleInput) -> Iterator[Flaw]:
    """A ``.pypirc`` lies in the working tree, and git does not ignore it.

    The next ``git add --all`` commits it, and some backends put untracked files into the sdist.

    Mend:
        Move it to your home folder.
    """
    for path in about.facts.dirty:
        if posixpath.basename(path) == ".pypirc" and path not in about.files:
            yield Flaw("it is neither tracked nor ignored", path)


def _is_random(text: str) -> bool:
    return len(set(text)) >= _VARIED
