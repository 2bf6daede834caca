"""The documentation pages of the rules, made from their own words."""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.rules.registry import all_rules
from seatrial.rules.values import FAMILIES, Rule, Severity

_SEVERITIES = {
    Severity.ERROR: "an error: it refuses a check",
    Severity.WARNING: "a warning: it refuses a check with `--strict`",
    Severity.INFO: "a remark",
}

INDEX = """\
# Rules

`seatrial check` judges a repository by numbered rules. It reads the files of the commit, runs
nothing of the project's, and asks nobody. An error ends it with exit code 1; with `--strict` a
warning does, too.

    seatrial check
    seatrial check --select ST1,ST402
    seatrial check --ignore docs-pin-behind --format github

Rules are chosen by code, by the beginning of a code (`ST1` is a family), or by name. What is always
the same for a project stands in its configuration:

    [tool.seatrial.rules]
    ignore = ["ST110"]

Where a rule can be mended without anybody's decision, `--fix` does so in the working tree. A file
with changes that are not committed is left alone, and named.

"""


def pages() -> Mapping[str, str]:
    """Give every page: its path below ``docs/rules`` → its Markdown."""
    return {"index.md": _index()} | {f"{rule.code}.md": page(rule) for rule in all_rules()}


def page(rule: Rule) -> str:
    """Give the page of one rule."""
    fixed = " `--fix` mends it where that is safe." if rule.fixable else ""
    why = f"## What it prevents\n\n{rule.prevents}\n\n" if rule.prevents else ""
    return (
        f"# {rule.code} {rule.name}\n\n{rule.summary}\n\n"
        f"Family: {rule.family}. This is {_SEVERITIES[rule.severity]}.{fixed}\n\n"
        f"{why}## How to mend it\n\n{rule.mend}\n"
    )


def _index() -> str:
    text = INDEX
    for number, family in FAMILIES.items():
        rules = [rule for rule in all_rules() if rule.code[2] == number]
        if rules:
            text += f"## {family} (ST{number}xx)\n\n| rule | | finds | mended by `--fix` |\n"
            text += "|---|---|---|---|\n"
            for rule in rules:
                mark = "yes" if rule.fixable else ""
                text += (
                    f"| [{rule.code}]({rule.code}.md) `{rule.name}` | {rule.severity} "
                    f"| {rule.summary} | {mark} |\n"
                )
            text += "\n"
    return text.rstrip() + "\n"
