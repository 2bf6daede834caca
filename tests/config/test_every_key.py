"""Every key that another release tool reads is taken over, or named as having no counterpart.

The keys are those of the tools' own schemas; each has a value here that is not what Seatrial does
by itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import tomlkit

from seatrial.config.others.reading import Given, Reading
from seatrial.config.others.registry import TOOLS, readings
from seatrial.config.schema import SiteSettings

TEXT = "odd"
"""A text that nobody would take for a usual value."""

# semantic_release.cli.config.RawConfig and the models in it, 10.5.
SEMANTIC_RELEASE: Mapping[str, Any] = {
    "assets": ["a.txt"],
    "branches": {"next": {"match": "next", "prerelease": True, "prerelease_token": "beta"}},
    "branches.main.match": "trunk",
    "branches.odd": {"match": "odd", "prerelease": True, "prerelease_token": TEXT},
    "build_command": "make",
    "build_command_env": ["A"],
    "changelog.changelog_file": "HISTORY.md",
    "changelog.default_templates.changelog_file": "HISTORY.md",
    "changelog.default_templates.mask_initial_release": True,
    "changelog.default_templates.output_format": "rst",
    "changelog.environment": {"trim_blocks": True},
    "changelog.exclude_commit_patterns": ["chore"],
    "changelog.insertion_flag": "here",
    "changelog.mode": "init",
    "changelog.template_dir": "templates",
    "commit_author": "somebody",
    "commit_message": "ship {version}",
    "commit_parser": "emoji",
    "commit_parser_options": {"minor_tags": ["x"]},
    "major_on_zero": False,
    "allow_zero_version": False,
    "repo_dir": "elsewhere",
    "remote.api_domain": "api.example.org",
    "remote.domain": "example.org",
    "remote.ignore_token_for_push": False,
    "remote.insecure": True,
    "remote.name": "upstream",
    "remote.token": {"env": "SECRET"},
    "remote.type": "gitea",
    "remote.url": "git.example.org",
    "no_git_verify": False,
    "tag_format": "r{version}",
    "add_partial_tags": True,
    "publish.dist_glob_patterns": ["*.whl"],
    "publish.upload_to_vcs_release": False,
    "version_toml": ["pyproject.toml:tool.x.version:tf"],
    "version_variables": ["a.py:V"],
    # Before its version 8.
    "branch": "trunk",
    "changelog_file": "HISTORY.md",
    "upload_to_pypi": False,
    "upload_to_repository": False,
    "upload_to_release": False,
    "upload_to_vcs_release": False,
    "version_pattern": ["a.md:{version}"],
    "version_source": "tag",
    "version_variable": "a.py:V",
}

# bumpversion.config.models.Config and FileChange, 1.2; VersionComponentSpec stands in "parts".
BUMP_MY_VERSION: Mapping[str, Any] = {
    "commit": False,
    "commit_args": "--no-verify",
    "excluded_paths": ["a"],
    "files": [{"filename": "README.md"}],
    "files.exclude_bumps": ["patch"],
    "files.glob": "*.md",
    "files.glob_exclude": ["a.md"],
    "files.ignore_missing_file": True,
    "files.ignore_missing_version": True,
    "files.include_bumps": ["patch"],
    "files.key_path": "a.version",
    "files.parse": r"(?P<year>\d+)",
    "files.regex": True,
    "files.replace": TEXT,
    "files.search": "x {current_version}",
    "files.serialize": ["{year}"],
    "ignore_missing_files": True,
    "ignore_missing_version": True,
    "included_paths": ["a"],
    "message": "ship {new_version}",
    "moveable_tags": ["v1"],
    "parse": r"(?P<year>\d+)",
    "parts": {"year": {"calver_format": "{YYYY}"}},
    "post_commit_hooks": ["make"],
    "pre_commit_hooks": ["make"],
    "regex": True,
    "replace": TEXT,
    "serialize": ["{year}"],
    "setup_hooks": ["make"],
    "sign_tags": True,
    "tag": False,
    "tag_message": "ship {new_version}",
    "tag_name": "r{new_version}",
}

# bumpver.config.Config, 2026.1132.
BUMPVER: Mapping[str, Any] = {
    "allowed_branches": "trunk",
    "commit": False,
    "commit_message": "ship {new_version}",
    "file_patterns": {"README.md": ["demo=={version}"]},
    "post_commit_hook": "make",
    "pre_commit_hook": "make",
    "push": False,
    "tag": False,
    "tag_message": "ship {new_version}",
    "tag_scope": "global",
    "version_pattern": "vYYYY.BUILD",
}

# commitizen.defaults.Settings, 4.11.
COMMITIZEN: Mapping[str, Any] = {
    "allow_abort": True,
    "allowed_prefixes": ["x"],
    "always_signoff": True,
    "annotated_tag": False,
    "annotated_tag_message": "ship $new_version",
    "breaking_change_exclamation_in_title": True,
    "bump_message": "ship $new_version",
    "change_type_map": {"feat": "New"},
    "changelog_file": "HISTORY.md",
    "changelog_format": "textile",
    "changelog_incremental": False,
    "changelog_merge_prerelease": True,
    "changelog_start_rev": "v1",
    "customize": {"bump_pattern": "x"},
    "encoding": "latin-1",
    "extras": {"a": "b"},
    "gpg_sign": True,
    "ignored_tag_formats": ["x"],
    "legacy_tag_formats": ["x"],
    "major_version_zero": True,
    "message_length_limit": 72,
    "name": "cz_jira",
    "post_bump_hooks": ["make"],
    "pre_bump_hooks": ["make"],
    "prerelease_offset": 1,
    "retry_after_failure": True,
    "style": [["a", "b"]],
    "tag_format": "r$version",
    "template": "a.j2",
    "update_changelog_on_bump": False,
    "use_shortcuts": True,
    "version_files": ["README.md:demo"],
    "version_provider": "npm",
    "version_scheme": "semver",
    "version_type": "semver",
}

# tbump.config.validate_basic_schema, 6.11.
TBUMP: Mapping[str, Any] = {
    "after_push": [{"name": "a", "cmd": "make"}],
    "before_commit": [{"name": "a", "cmd": "make"}],
    "before_push": [{"name": "a", "cmd": "make"}],
    "field": [{"name": "a", "default": "x"}],
    "file": [{"src": "README.md", "search": "x {current_version}", "version_template": "{major}"}],
    "git.atomic_push": False,
    "git.message_template": "ship {new_version}",
    "git.sign": True,
    "git.tag_template": "r{new_version}",
    "hook": [{"name": "a", "cmd": "make"}],
    "version.regex": r"(?P<year>\d+)",
}

# zest.releaser.pypi.ZestReleaserConfig, 9.6.
ZEST: Mapping[str, Any] = {
    "create-wheel": False,
    "date-format": "%d",
    "development-marker": ".dev1",
    "extra-message": "[ci skip]",
    "history-file": "HISTORY.rst",
    "history_file": "HISTORY.rst",
    "history_format": "md",
    "less-zeroes": True,
    "prefix-message": "[TAG]",
    "prereleaser.before": ["a.b"],
    "push-changes": False,
    "python-file-with-version": "a.py",
    "register": True,
    "release": False,
    "releaser.after": ["a.b"],
    "run-pre-commit": True,
    "tag-format": "r{version}",
    "tag-message": "ship {version}",
    "tag-signing": True,
    "upload-pypi": False,
    "version-levels": 3,
}

# hatchling's version sources (regex, code, env, vcs) and schemes, 1.27; hatch-vcs, 0.5.
HATCH: Mapping[str, Any] = {"expression": "a()", "scheme": "calver", "validate-bump": False}

# release-please's schemas/config.json, 17: those of all packages, and those of the whole.
OF_PACKAGES: Mapping[str, Any] = {
    "always-update": True,
    "bump-minor-pre-major": True,
    "bump-patch-for-minor-pre-major": True,
    "changelog-host": "example.org",
    "changelog-path": "HISTORY.md",
    "changelog-sections": [{"type": "feat", "section": "New"}],
    "changelog-type": "github",
    "component-no-space": True,
    "date-format": "%d",
    "draft": True,
    "draft-pull-request": True,
    "exclude-paths": ["a"],
    "extra-files": [{"type": "json", "path": "a.json", "jsonpath": "$.version"}],
    "extra-label": "a",
    "force-tag-creation": False,
    "include-component-in-tag": False,
    "include-v-in-release-name": False,
    "include-v-in-tag": False,
    "initial-version": "3.0.0",
    "prerelease": True,
    "prerelease-type": "beta",
    "pull-request-footer": TEXT,
    "pull-request-header": TEXT,
    "pull-request-title-pattern": TEXT,
    "release-as": "3.0.0",
    "release-type": "simple",
    "separate-pull-requests": True,
    "skip-changelog": True,
    "skip-github-release": True,
    "skip-snapshot": True,
    "snapshot-label": "a",
    "tag-separator": "/",
    "version-file": "VERSION",
    "versioning": "prerelease",
}
RELEASE_PLEASE: Mapping[str, Any] = {
    "always-link-local": True,
    "group-pull-request-title-pattern": TEXT,
    "label": "a",
    "plugins": ["sentence-case"],
    "release-label": "a",
    "signoff": "somebody",
    **OF_PACKAGES,
    "packages.component": "kit",
    **{f"packages.{key}": value for key, value in OF_PACKAGES.items()},
}

# jupyter_releaser/cli.py and schema.json, 1.9.
JUPYTER_RELEASER: Mapping[str, Any] = {
    "hooks.before-build-python": ["make"],
    "skip": ["check-links"],
    **{
        f"options.{key}": value
        for key, value in {
            "auth": TEXT,
            "branch": TEXT,
            "changelog_path": "HISTORY.md",
            "check_imports": ["a"],
            "dry_run": "true",
            "expected_sha": TEXT,
            "git_url": TEXT,
            "no_git_tag_workspace": "true",
            "npm_cmd": TEXT,
            "npm_install_options": TEXT,
            "npm_registry": TEXT,
            "npm_tag": TEXT,
            "npm_token": TEXT,
            "post_version_message": TEXT,
            "post_version_spec": TEXT,
            "pydist_check_cmd": TEXT,
            "pydist_extra_check_cmds": [TEXT],
            "pydist_resource_paths": [TEXT],
            "python_packages": ["a:b"],
            "ref": TEXT,
            "release_message": "ship {version}",
            "repo": TEXT,
            "resolve_backports": "false",
            "silent": "true",
            "since": TEXT,
            "since_last_stable": "true",
            "tag_format": "r{version}",
            "tag_message": "ship {tag_name}",
            "twine_cmd": TEXT,
            "twine_repository_url": TEXT,
            "username": TEXT,
            "version_cmd": TEXT,
            "version_spec": "patch",
        }.items()
    },
}

NEEDLESS: Mapping[str, Mapping[str, Any]] = {
    "python-semantic-release": {"logging_use_named_masks": True},
    "bump-my-version": {
        "allow_dirty": True,
        "allow_shell_hooks": False,
        "current_version": "0.3.0",
        "no_configured_files": True,
    },
    "bumpver": {"current_version": "0.3.0"},
    "commitizen": {"version": "0.3.0"},
    "tbump": {"github_url": "example", "version.current": "0.3.0"},
    "zest.releaser": {"no-input": True},
    "hatch": {
        "fallback-version": "1",
        "path": "a.py",
        "pattern": "x",
        "raw-options": {"version_scheme": "x"},
        "search-paths": ["src"],
        "source": "vcs",
        "tag-pattern": "x",
    },
    "release-please": {
        "$schema": "x",
        "bootstrap-sha": "a",
        "commit-batch-size": 1,
        "commit-search-depth": 1,
        "last-release-sha": "a",
        "release-search-depth": 1,
        "sequential-calls": True,
        "packages.package-name": "demo",
    },
    "jupyter-releaser": {"options.dist_dir": "out", "options.release_url": TEXT},
}
"""Keys that say where the tool itself finds or keeps something, or that go on to be read."""

EVERY: Mapping[str, Mapping[str, Any]] = {
    "python-semantic-release": SEMANTIC_RELEASE,
    "bump-my-version": BUMP_MY_VERSION,
    "bumpver": BUMPVER,
    "commitizen": COMMITIZEN,
    "tbump": TBUMP,
    "zest.releaser": ZEST,
    "hatch": HATCH,
    "release-please": RELEASE_PLEASE,
    "jupyter-releaser": JUPYTER_RELEASER,
}

TABLES: Mapping[str, tuple[str, ...]] = {
    "python-semantic-release": ("tool", "semantic_release"),
    "bump-my-version": ("tool", "bumpversion"),
    "bumpver": ("tool", "bumpver"),
    "commitizen": ("tool", "commitizen"),
    "tbump": ("tool", "tbump"),
    "zest.releaser": ("tool", "zest-releaser"),
    "hatch": ("tool", "hatch", "version"),
    "release-please": (),
    "jupyter-releaser": ("tool", "jupyter-releaser"),
}

FULL_NAMES = frozenset({"prereleaser.before", "releaser.after"})
"""Keys with a dot in them."""


def said(tool: str, key: str, value: object) -> dict[str, Any]:
    """Give a tool's table with one key in it, and with nothing else that matters."""
    if tool == "release-please":
        inner = key.removeprefix("packages.")
        own = {inner: value} if inner != key else {}
        top = {key: value} if key and inner == key else {}
        return {"packages": {"lib": own}} | top
    if key.startswith("files."):
        return {"files": [{"filename": "README.md"} | {key.removeprefix("files."): value}]}
    parts = [key] if key in FULL_NAMES else key.split(".")
    made: Any = value
    for part in reversed(parts):
        made = {part: made} if part else {}
    return made or {"unknown-to-it": True}


def read(tool: str, table: Mapping[str, Any]) -> Reading:
    """Read a tool's table; the package is demo 0.3.0."""
    outer: Any = table
    for part in reversed(TABLES[tool]):
        outer = {part: outer}
    name = "pyproject.toml" if TABLES[tool] else "release-please-config.json"
    text = tomlkit.dumps(outer) if TABLES[tool] else json.dumps(outer)
    files = {name: text, "README.md": "demo==0.3.0\n"}
    given = Given(text=files.get, name="demo", version="0.3.0", tagged=False)
    ((_, reading),) = readings(given, tool)
    return reading


def heard(reading: Reading) -> tuple[dict[str, Any], list[SiteSettings], set[str]]:
    """Give what came of a reading: settings, places, and the keys that were named as lost."""
    settings = {one.key: one.value for one in reading.settings}
    return settings, reading.sites, {one.key for one in reading.lost} - {"unknown-to-it"}


def cases(table: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Give each tool with each of its keys."""
    return [(tool, key) for tool, keys in table.items() for key in keys]


@pytest.mark.parametrize(("tool", "key"), cases(EVERY))
def test_a_key_is_taken_over_or_named(tool: str, key: str) -> None:
    """What another tool was told changes what is written here, or is named with a reason."""
    base = "files" if key.startswith("files.") else ""
    before = heard(read(tool, said(tool, base, [{"filename": "README.md"}])))
    reading = read(tool, said(tool, key, EVERY[tool][key]))
    settings, sites, lost = heard(reading)
    if new := lost - before[2]:
        last = key.rpartition(".")[2]
        assert any(last in one or one.startswith(f"{last}:") for one in new), new
    else:
        assert (settings, sites) != before[:2]
    assert all(one.why.endswith(".") for one in reading.lost)


@pytest.mark.parametrize(("tool", "key"), cases(NEEDLESS))
def test_a_key_that_needs_nothing_is_passed_over(tool: str, key: str) -> None:
    """What concerns the other tool alone is neither written nor called lost."""
    before = heard(read(tool, said(tool, "", None)))
    assert heard(read(tool, said(tool, key, NEEDLESS[tool][key]))) == before


@pytest.mark.parametrize("tool", TOOLS)
def test_a_key_that_nobody_knows_is_named(tool: str) -> None:
    """What a later version of a tool reads is named, wherever it stands."""
    assert set(EVERY) == set(TABLES) == set(NEEDLESS) == set(TOOLS)
    reading = read(tool, said(tool, "from-the-future", value=3))
    assert "from-the-future" in {one.key for one in reading.lost}


INNER = [
    ("python-semantic-release", "remote"),
    ("python-semantic-release", "publish"),
    ("python-semantic-release", "changelog"),
    ("python-semantic-release", "changelog.default_templates"),
    ("python-semantic-release", "branches.main"),
    ("bump-my-version", "files"),
    ("tbump", "git"),
    ("tbump", "version"),
    ("release-please", "packages"),
    ("jupyter-releaser", "options"),
    ("jupyter-releaser", "hooks"),
]


@pytest.mark.parametrize(("tool", "table"), INNER)
def test_a_key_of_an_inner_table_is_named(tool: str, table: str) -> None:
    """No table is taken for understood because a part of it is."""
    reading = read(tool, said(tool, f"{table}.future", value=3))
    assert any(one.key.endswith("future") for one in reading.lost)


USUAL = [
    ("python-semantic-release", "branches.main.match", "(main|master)"),
    ("python-semantic-release", "publish.dist_glob_patterns", ["dist/*"]),
    ("python-semantic-release", "remote.token", {"env": "GH_TOKEN"}),
    ("python-semantic-release", "allow_zero_version", True),
    ("bump-my-version", "serialize", ["{major}.{minor}.{patch}"]),
    ("bump-my-version", "parse", r"(?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)"),
    ("bump-my-version", "commit", True),
    ("bumpver", "version_pattern", "MAJOR.MINOR.PATCH"),
    ("commitizen", "version_provider", "uv"),
    ("commitizen", "version_scheme", "pep440"),
    ("tbump", "git.atomic_push", True),
    ("tbump", "version.regex", r"(?P<major>\d+) \. (?P<minor>\d+) \. (?P<patch>\d+)"),
    ("zest.releaser", "create-wheel", True),
    ("zest.releaser", "version-levels", 0),
    ("hatch", "scheme", "standard"),
    ("release-please", "release-type", "python"),
    ("jupyter-releaser", "options.version_spec", "next"),
]


@pytest.mark.parametrize(("tool", "key", "value"), USUAL)
def test_what_seatrial_does_anyway_is_not_called_lost(tool: str, key: str, value: object) -> None:
    """A value that says what is done by itself needs no line, and makes none."""
    assert not heard(read(tool, said(tool, key, value)))[2]
