"""The shapes of GitHub's pull requests, branch rules and rulesets (REST API, 2022-11-28)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from seatrial.dock.forge_shapes import moment, repository_shape, user_shape
from seatrial.dock.forge_state import Repository
from seatrial.dock.hosting import StoredPull

RULESET = 1
"""The number of the one ruleset that a repository of the dock can have."""


def pull_shape(base: str, repository: Repository, pull: StoredPull, onto: str) -> dict[str, Any]:
    """Describe a pull request as a list shows it.

    Args:
        base: the API's address.
        repository: the one that is asked to change.
        pull: the pull request.
        onto: the commit that its base is at.
    """
    api = f"{base}/repos/{repository.full_name}"
    web = f"{base}/web/{repository.full_name}/pull/{pull.number}"
    return {
        "id": pull.number,
        "node_id": f"PR_{pull.number}",
        "number": pull.number,
        "url": f"{api}/pulls/{pull.number}",
        "html_url": web,
        "diff_url": f"{web}.diff",
        "patch_url": f"{web}.patch",
        "issue_url": f"{api}/issues/{pull.number}",
        "commits_url": f"{api}/pulls/{pull.number}/commits",
        "review_comments_url": f"{api}/pulls/{pull.number}/comments",
        "review_comment_url": f"{api}/pulls/comments{{/number}}",
        "comments_url": f"{api}/issues/{pull.number}/comments",
        "statuses_url": f"{api}/statuses/{pull.commit}",
        "state": pull.state,
        "locked": False,
        "title": pull.title,
        "user": user_shape(base),
        "body": pull.body or None,
        "labels": [label_shape(base, repository, name) for name in pull.labels],
        "milestone": None,
        "assignee": None,
        "created_at": moment(pull.created),
        "updated_at": moment(pull.closed or pull.created),
        "closed_at": moment(pull.closed),
        "merged_at": moment(pull.merged),
        "merge_commit_sha": pull.merged_as or None,
        "head": _end(base, repository, f"{pull.owner}:{pull.branch}", pull.commit),
        "base": _end(base, repository, f"{repository.owner}:{pull.base}", onto),
        "author_association": "OWNER",
        "auto_merge": None,
        "draft": False,
    }


def whole_pull_shape(
    base: str, repository: Repository, pull: StoredPull, onto: str
) -> dict[str, Any]:
    """Describe a pull request as it is shown alone."""
    return pull_shape(base, repository, pull, onto) | {
        "merged": pull.merged is not None,
        "mergeable": None,
        "mergeable_state": "unknown",
        "merged_by": user_shape(base) if pull.merged else None,
        "maintainer_can_modify": False,
    }


def label_shape(base: str, repository: Repository, name: str) -> dict[str, Any]:
    """Describe a label of a repository."""
    return {
        "id": 1,
        "node_id": "LA_1",
        "url": f"{base}/repos/{repository.full_name}/labels/{quote(name)}",
        "name": name,
        "color": "ededed",
        "default": False,
        "description": "",
    }


def rule_shape(repository: Repository, kind: str) -> dict[str, Any]:
    """Describe a rule that holds for a branch."""
    return {
        "type": kind,
        "ruleset_source_type": "Repository",
        "ruleset_source": repository.full_name,
        "ruleset_id": RULESET,
    }


def ruleset_shape(repository: Repository, *, bypass: bool) -> dict[str, Any]:
    """Describe the ruleset that the rules stand in."""
    return {
        "id": RULESET,
        "name": "branches",
        "source_type": "Repository",
        "source": repository.full_name,
        "enforcement": "active",
        "target": "branch",
        "current_user_can_bypass": "always" if bypass else "never",
    }


def _end(base: str, repository: Repository, label: str, commit: str) -> dict[str, Any]:
    owner, _, branch = label.partition(":")
    return {
        "label": label,
        "ref": branch,
        "sha": commit,
        "user": user_shape(base) | {"login": owner, "url": f"{base}/users/{quote(owner)}"},
        "repo": repository_shape(base, repository, push=None),
    }
