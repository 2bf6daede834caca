"""jupyter-releaser (https://jupyter-releaser.readthedocs.io, "Write Config").

The options are those of its command line (``jupyter_releaser/cli.py``, 1.9), the tables those of
its ``schema.json``.
"""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.config.others.reading import Given, Reading, Source, json_table, toml_table

_STEPS = "If it checks something, make it a gate; nothing else is run between the steps."
_NODE = "Packages for Node are not published."
_FORGE = "The forge's token is found where it is: $GH_TOKEN, $GITHUB_TOKEN, or gh."
_NOTES = "The notes are the changelog's section, or made from the changes since the last release."
_AFTER = "Between releases the version stays the released one."
_INSPECTED = "What is built is inspected by itself; further checks can be a gate."
_WHY: Mapping[str, str] = {
    "auth": _FORGE,
    "branch": "The branch is said with branch, or is the current one.",
    "check_imports": "Each top-level module is imported; say more in verify.run.",
    "expected_sha": "A release is made from the commit that was planned, and from no other.",
    "git_url": "The remote's own address says it.",
    "npm_cmd": _NODE,
    "npm_install_options": _NODE,
    "npm_registry": _NODE,
    "npm_tag": _NODE,
    "npm_token": _NODE,
    "post_version_message": _AFTER,
    "post_version_spec": _AFTER,
    "pydist_check_cmd": _INSPECTED,
    "pydist_extra_check_cmds": _INSPECTED,
    "pydist_resource_paths": "Say in contents.require what the files must hold.",
    "python_packages": "Packages are found; name them with [[package]] where they are not.",
    "ref": "The commit is the one that is checked out.",
    "repo": "The remote's own address says it; see forge.repository.",
    "since": _NOTES,
    "twine_cmd": "Seatrial uploads by itself.",
    "twine_repository_url": "Describe the index in [tool.seatrial.index], and name it in publish.",
    "username": _FORGE,
    "version_cmd": "The version is edited where it stands; name further places in versions.",
    "version_spec": "The changes decide which version comes next; --bump and --version do, too.",
}


def find(given: Given) -> Source | None:
    """Find its configuration, in the order in which it looks."""
    return (
        toml_table(given, ".jupyter-releaser.toml")
        or toml_table(given, "pyproject.toml", "tool", "jupyter-releaser")
        or json_table(given, "package.json", "jupyter-releaser")
    )


def read(reading: Reading) -> None:
    """Read its configuration."""
    options = reading.take("options")
    if isinstance(options, dict):
        # It takes both spellings.
        options = {str(key).replace("-", "_"): value for key, value in options.items()}
    _options(reading.within("options", options))
    hooks = reading.within("hooks")
    hooks.finish(dict.fromkeys(hooks.left(), _STEPS))
    reading.finish({"skip": "A step that is done already is seen, and is not done again."})


def _options(options: Reading) -> None:
    tag = options.text("tag_format") or options.unless_tagged("v{version}")
    options.want_text("tag", "tag_format", tag, {})
    holes = {"{tag_name}": "{tag}"}
    options.want_text("commit.tag-message", "tag_message", options.text("tag_message"), holes)
    options.want_text("commit.message", "release_message", options.text("release_message"), holes)
    if file := options.text("changelog_path"):
        options.want("changelog.file", file, "changelog_path")
    options.holds("python_packages", _WHY["python_packages"], ["."], ".")
    options.holds("version_spec", _WHY["version_spec"], "", "next")
    options.holds("resolve_backports", _NOTES)
    options.off("since_last_stable", _NOTES)
    options.off("silent", "The changelog's section says what has changed.")
    options.off("no_git_tag_workspace", _NODE)
    options.off("dry_run", "seatrial rehearse releases into a world of its own.")
    # Where its files lie meanwhile, and the draft that one step hands to the next.
    options.ignore("dist_dir", "release_url")
    options.finish(_WHY)
