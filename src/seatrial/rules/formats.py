"""What a check found, as text, as annotations of a forge, and as SARIF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from seatrial import __version__
from seatrial.rules.values import Finding, Rule, Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def text_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Give one line a finding: ``path:line: code severity message (name)``."""
    for one in findings:
        where = f"{one.where}: " if one.where else ""
        yield f"{where}{one.code} {one.severity}: {one.message} ({one.name})"


def summary(findings: Sequence[Finding]) -> str:
    """Count the findings in words."""
    if not findings:
        return "Nothing found."
    counted = [
        (sum(one.severity is severity for one in findings), severity) for severity in Severity
    ]
    said = [f"{count} {_plural(severity, count)}" for count, severity in counted if count]
    return f"Found {', '.join(said)}."


def _plural(severity: Severity, count: int) -> str:
    word = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}[severity]
    return word if count == 1 else f"{word}s"


def github_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Give the workflow commands that show each finding in a pull request.

    Source: "Workflow commands for GitHub Actions": ``%``, line ends, and in properties ``:`` and
    ``,`` are written by their numbers.
    """
    for one in findings:
        properties = [("file", one.path)] if one.path and not one.path.startswith("~") else []
        if properties and one.line:
            properties.append(("line", str(one.line)))
        properties.append(("title", f"{one.code} {one.name}"))
        said = ",".join(f"{name}={_property(value)}" for name, value in properties)
        yield f"::{_COMMANDS[one.severity]} {said}::{_data(one.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def sarif(findings: Iterable[Finding], rules: Sequence[Rule]) -> dict[str, Any]:
    """Give a log in SARIF 2.1.0 (OASIS), as code scanning takes it.

    Args:
        findings: what was found.
        rules: the rules that were asked.
    """
    places = {rule.code: at for at, rule in enumerate(rules)}
    return {
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "seatrial",
                        "version": __version__,
                        "rules": [_described(rule) for rule in rules],
                    }
                },
                "results": [_result(one, places[one.code]) for one in findings],
            }
        ],
    }


def _described(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.prevents or rule.summary},
        "help": {"text": rule.mend, "markdown": rule.mend},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(one: Finding, place: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": one.code,
        "ruleIndex": place,
        "level": _LEVELS[one.severity],
        "message": {"text": one.message},
    }
    # Code scanning shows only what has a place; what has none stands at the repository's top.
    path = one.path or "."
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(path)}}
    if one.line:
        location["region"] = {"startLine": one.line}
    result["locations"] = [{"physicalLocation": location}]
    return result


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/~")
