"""A release as Markdown, to be pasted into a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from seatrial.plan.planning import Complete, Nothing
from seatrial.report.failure import Failure
from seatrial.report.firsts import firsts_markdown
from seatrial.report.outcomes import MARKS, head_of
from seatrial.report.places import places_of
from seatrial.report.release import Edit, ReleaseReport
from seatrial.report.requests import requests_markdown
from seatrial.report.sets import sets_markdown
from seatrial.report.words import FOR_THE_BUILD, duration, many, size, visible

_MARKED = re.compile(r"([\\`*_\[\]<>|~@])")


def render_markdown(report: ReleaseReport) -> str:
    """Give the report of a release as Markdown, in the dialect of the forges.

    Args:
        report: of the release.
    """
    head = head_of(report)
    lines = [
        f"## {head.mark} {head.word}: {plain(report.name)}",
        "",
        f"{plain(report.reason)} In {duration(report.seconds)}, on {report.date}.",
        "",
        *_failure(report),
        *_needs(report),
        *firsts_markdown(report.firsts),
        *_commits(report),
        *_notes(report),
        *sets_markdown(report.sets),
        *_artifacts(report),
        *_places(report),
        *requests_markdown(report.downstream),
        *_edits(report.edits),
        *_edits(report.build_edits, FOR_THE_BUILD),
        *_steps(report),
    ]
    return "\n".join(lines).rstrip() + "\n"


def failure_markdown(failure: Failure) -> str:
    """Give an error that came before there was anything to report.

    Args:
        failure: the error.
    """
    lines = ["## ✗ Stopped", ""]
    for one in (failure, *failure.others):
        lines += _failed(one)
    return "\n".join(lines).rstrip() + "\n"


def planning_markdown(planning: Nothing | Complete) -> str:
    """Give why there was nothing to be done.

    Args:
        planning: what the planning said.
    """
    if isinstance(planning, Nothing):
        return f"## = Nothing to release\n\n{plain(planning.why)}\n"
    return f"## = Already complete: {plain(planning.package)} {plain(planning.version)}\n"


def plain(text: str) -> str:
    """Let no sign of a text mean anything: neither markup, nor the mention of a person."""
    # A zero-width space after the sign keeps "@name" from calling somebody.
    return _MARKED.sub(r"\\\1", visible(" ".join(text.split()))).replace("\\@", "@\u200b")


def code(text: str) -> str:
    """Give a text as code within a line (CommonMark 0.31, 6.1)."""
    line = visible(" ".join(text.split()))
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}"


def block(text: str, language: str = "") -> list[str]:
    """Give a text as a block of code whose fence is longer than any in it."""
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return [fence + language, *(visible(line) for line in text.splitlines()), fence, ""]


def _failure(report: ReleaseReport) -> Iterator[str]:
    if report.failure is not None:
        yield from _failed(report.failure)


def _failed(failure: Failure) -> Iterator[str]:
    yield f"**{plain(failure.headline)}**"
    yield ""
    if failure.said:
        yield from block(failure.said, "text")
    if failure.next_step:
        yield plain(failure.next_step)
        yield ""


def _needs(report: ReleaseReport) -> Iterator[str]:
    for missing in report.missing:
        yield f"- A real release would need {plain(missing.what)}: {plain(missing.how)}"
    for warning in report.warnings:
        yield f"- Warning: {plain(warning)}"
    for remark in report.remarks:
        yield f"- {plain(remark.text)}"
    if report.missing or report.warnings or report.remarks:
        yield ""


def _commits(report: ReleaseReport) -> Iterator[str]:
    if not report.commits:
        return
    since = f" since {report.previous}" if report.previous else ""
    yield from (f"### {many(len(report.commits), 'commit')}{since}", "")
    for commit in report.commits:
        yield f"- {commit.id[:9]} {plain(commit.subject)}"
    yield ""


def _notes(report: ReleaseReport) -> Iterator[str]:
    if report.notes:
        yield from _folded("Release notes")
        yield from (report.notes, "", "</details>", "")


def _artifacts(report: ReleaseReport) -> Iterator[str]:
    if not report.artifacts:
        return
    yield from ("### Artifacts", "", "| file | size | SHA-256 |", "|---|--:|---|")
    for file in report.artifacts:
        yield f"| {plain(file.name)} | {size(file.size)} | {code(file.sha256)} |"
    yield ""


def _places(report: ReleaseReport) -> Iterator[str]:
    for label, value, more in places_of(report):
        yield f"- {label} {plain(value)}" + (f" ({plain(more)})" if more else "")
    for one in report.installations:
        ran = ", ".join(code(command) for command in one.ran)
        what = f" {plain(one.package)}" if len(report.packages) > 1 else ""
        yield f"- Installed{what} from {plain(one.source)} on Python {one.python}: {ran}"
    yield ""


def _edits(edits: Sequence[Edit], why: str = "") -> Iterator[str]:
    if not edits:
        return
    yield from _folded(f"{many(len(edits), 'file')} edited{why}")
    for edit in edits:
        yield from block(edit.diff, "diff")
    yield from ("</details>", "")


def _steps(report: ReleaseReport) -> Iterator[str]:
    yield from _folded("Steps")
    yield from ("| | step | time |", "|---|---|--:|")
    for step in report.steps:
        indent = "&emsp;" if step.kind.endswith("-file") else ""
        mark = MARKS.get(step.outcome, "·")
        yield f"| {mark} | {indent}{plain(step.key)} | {duration(step.seconds)} |"
    yield from ("", "</details>", "")


def _folded(title: str) -> tuple[str, ...]:
    return ("<details>", f"<summary>{title}</summary>", "")
