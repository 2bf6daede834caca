"""python-semantic-release (https://python-semantic-release.readthedocs.io, Configuration).

The keys are those of its own model (``semantic_release.cli.config.RawConfig``, 10.5), and those of
before its version 8 that are still met.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from seatrial.config.others.reading import Given, Reading, Source, ini_table, toml_table
from seatrial.config.positions import dotted
from seatrial.config.schema import SiteSettings

_TOKENS = {"a": "a", "alpha": "a", "b": "b", "beta": "b", "rc": "rc", "dev": "dev"}

_USUAL_MATCH = "(main|master)"
_FORMATS: Mapping[str, str] = {"": "", "nf": "", "tf": "{tag}"}
_TOKEN_NAMES = ("GH_TOKEN", "GITHUB_TOKEN")
_PUBLISHES = "Seatrial publishes; use seatrial build for files alone."
_BRANCH_ADDRESS = "The remote's own address says it; see forge.api."
_WHY: Mapping[str, str] = {
    "assets": "A release commits its own edits alone.",
    "build_command": "Seatrial builds by PEP 517; what has to be made before belongs into the "
    "build backend.",
    "build_command_env": "Nothing is added to the environment of a build.",
    "commit_author": "The commit has the author that git is configured with.",
    "commit_parser_options": "Commits are read as Conventional Commits.",
    "version_pattern": "Write such a place as { file = …, search = … } in versions.",
}
_FORM = "The changelog keeps the form that it has."
_WHY_CHANGELOG: Mapping[str, str] = {
    "environment": "The template of the notes is Jinja as it is usually set up.",
    "exclude_commit_patterns": "Commits that users do not notice are left out by themselves.",
    "mask_initial_release": "The notes of a first release list its changes.",
    "template_dir": "The changelog keeps the form that it has; for notes there is notes.template.",
}


def find(given: Given) -> Source | None:
    """Find its table."""
    return toml_table(given, "pyproject.toml", "tool", "semantic_release") or ini_table(
        given, "setup.cfg", "semantic_release"
    )


def read(reading: Reading) -> None:
    """Read its table."""
    tag = reading.text("tag_format") or reading.unless_tagged("v{version}")
    reading.want_text("tag", "tag_format", tag, {})
    _sites(reading)
    # https://python-semantic-release.readthedocs.io: major_on_zero, "Default: true".
    if reading.flag("major_on_zero", default=True):
        reading.want("version.zero", "major", "major_on_zero")
    leaves = "A number below 1.0 is left with --version 1.0.0, when that is wanted."
    reading.holds("allow_zero_version", leaves)
    message = reading.text("commit_message").split("\n\nAutomatically generated")[0]
    reading.want_text("commit.message", "commit_message", message, {})
    branch = reading.text("branch")
    other = "Commits are read as Conventional Commits, and not as another parser has them."
    reading.holds("commit_parser", other, "", "angular", "conventional")
    _branches(reading, branch)
    _remote(reading)
    _changelog(reading)
    for key in ("upload_to_pypi", "upload_to_repository"):
        reading.holds(key, _PUBLISHES)
    _published(reading)
    reading.holds("version_source", "The version is edited where it stands, and tagged.", "commit")
    elsewhere = "The repository is the one that seatrial is run in."
    reading.holds("repo_dir", elsewhere, ".", "./")
    reading.off("add_partial_tags", "A release has one tag.")
    reading.holds("no_git_verify", "git's hooks do not run; what they check can be a gate.")
    # How its own log looks, which has no counterpart because Seatrial's needs none.
    reading.ignore("logging_use_named_masks")
    reading.finish(_WHY)


def _sites(reading: Reading) -> None:
    for key in ("version_toml", "version_variables", "version_variable"):
        for place in reading.texts(key):
            # A third part says how it is written: nf is the number alone, tf is the tag.
            file, name, form = [*place.split(":"), "", ""][:3]
            if form in _FORMATS:
                site = SiteSettings(file=file, key=name, spelling=_FORMATS[form])
                reading.sites.append(site)
            else:
                reading.lose(f"{key}: {place}", "A place spells the number (nf) or the tag (tf).")


def _branches(reading: Reading, older: str) -> None:
    """Read which branches release, and as what; before its version 8 it was one."""
    channels: dict[str, object] = {}
    final = {older: "branch"} if older else {}
    branches = reading.within("branches")
    for name in branches.left():
        branch = branches.within(dotted((name,)))
        match = branch.text("match").removeprefix("^").removesuffix("$") or _USUAL_MATCH
        plain = re.fullmatch(r"[\w./-]+", match) is not None
        prerelease = branch.flag("prerelease", default=False)
        spelt = branch.text("prerelease_token") or "rc"
        token = _TOKENS.get(spelt) if prerelease else ""
        branch.finish({})
        if match == _USUAL_MATCH and not prerelease:
            final |= {"main": "", "master": ""}
        elif not plain:
            branch.lose("match", f"A branch is named in full here, not by {match!r}.")
        elif token is None:
            branch.lose("prerelease_token", "The phases of PEP 440 are a, b, rc and dev.")
        elif prerelease:
            channels[match] = token
        else:
            final[match] = branch.named("match")
    if channels:
        reading.want("version.channels", channels, "branches")
    elif len(final) == 1:
        # Of several branches, each makes releases of its own, and none has to be named.
        ((match, key),) = final.items()
        reading.want("branch", match, key)


def _remote(reading: Reading) -> None:
    remote = reading.within("remote")
    if name := remote.text("name"):
        remote.want("remote", name, "name")
    remote.holds("type", "A release on another forge than GitHub's kind is not made.", "github")
    token = remote.take("token")
    known = isinstance(token, dict) and token.get("env") in _TOKEN_NAMES
    if token is not None and not (known and not token.keys() - {"env"}):
        where = f"The forge's token is found where it is: ${', $'.join(_TOKEN_NAMES)}, or gh."
        remote.lose("token", where)
    push = "git pushes with the login that it has itself."
    remote.holds("ignore_token_for_push", push)
    open_ = "An unencrypted address is refused."
    remote.off("insecure", open_)
    remote.finish(dict.fromkeys(("api_domain", "domain", "url"), _BRANCH_ADDRESS))


def _published(reading: Reading) -> None:
    publish = reading.within("publish")
    publish.holds("dist_glob_patterns", "What was built is published, and all of it.", ["dist/*"])
    for one, key in (
        (publish, "upload_to_vcs_release"),
        (reading, "upload_to_vcs_release"),
        (reading, "upload_to_release"),
    ):
        why = "The forge release holds the files; forge.release = false makes none."
        one.holds(key, why)
    publish.finish({})


def _changelog(reading: Reading) -> None:
    changelog = reading.within("changelog")
    templates = changelog.within("default_templates")
    older = changelog.text("changelog_file") or reading.text("changelog_file")
    file = templates.text("changelog_file") or older
    if file:
        changelog.want("changelog.file", file, "changelog_file")
    templates.holds("output_format", _FORM, "", (file or "CHANGELOG.md").rpartition(".")[2])
    masked = _WHY_CHANGELOG["mask_initial_release"]
    templates.off("mask_initial_release", masked)
    templates.finish({})
    changelog.holds("mode", "A section is added, and what stands there stays.", "update")
    changelog.finish({key: _WHY_CHANGELOG.get(key, _FORM) for key in changelog.left()})
