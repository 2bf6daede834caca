"""A release as one HTML file that needs nothing else: no script, no font, no request."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from importlib.resources import files

import msgspec
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import SandboxedEnvironment
from markdown_it import MarkdownIt

from seatrial import __version__
from seatrial.report.diffs import file_diff
from seatrial.report.firsts import COLUMNS, advice, rows, title
from seatrial.report.outcomes import MARKS, head_of, kind_of, telling_first
from seatrial.report.places import Row, places_of
from seatrial.report.release import ReleaseReport, Step
from seatrial.report.requests import differences, readable
from seatrial.report.sets import shown_files, title_of
from seatrial.report.words import FOR_THE_BUILD, duration, many, size, visible

SHOWN = 20
"""Commits that are shown at once; the rest is folded."""

DONE = {"done", "found"}
WORDS = {"found": "was there", "failed": "failed", "skipped": "skipped", "undone": "taken back"}


class ShownStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step as the page shows it.

    Attributes:
        key: the action's key.
        outcome: of the step, which is also its class.
        mark: a sign for it.
        word: the same in a word, where it is not "done".
        detail: what came of it.
        time: how long it took.
        share: the length of its bar, in hundredths of the longest.
        part: whether it is a part of the step before.
        no_return: whether the point of no return is before it.
    """

    key: str
    outcome: str
    mark: str
    word: str
    detail: str
    time: str
    share: float
    part: bool
    no_return: bool


@functools.cache
def _template() -> Template:
    environment = SandboxedEnvironment(
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = files("seatrial.report").joinpath("page.html.jinja")
    return environment.from_string(page.read_text("utf-8"))


def load_page() -> None:
    """Compile the page's template, so that the first page does not wait for it."""
    _template()


def render_html(report: ReleaseReport) -> str:
    """Give the page of a release.

    Whatever comes from outside is escaped; the notes' Markdown may hold neither HTML nor pictures.

    Args:
        report: of the release.
    """
    return _template().render(
        report=report,
        head=head_of(report),
        kind=kind_of(report),
        commits=telling_first(report.commits),
        facts=list(_facts(report)),
        places=list(places_of(report)),
        notes=_prose(report.notes),
        edited=[
            ("edits", "", [file_diff(edit) for edit in report.edits]),
            ("build-edits", FOR_THE_BUILD, [file_diff(edit) for edit in report.build_edits]),
        ],
        requests=[(one, _prose(readable(one.body)), differences(one)) for one in report.downstream],
        steps=_steps(report),
        style=files("seatrial.report").joinpath("page.css").read_text("utf-8"),
        tool=__version__,
        several=len(report.packages) > 1,
        firsts=rows(report.firsts),
        firsts_title=title(report.firsts),
        columns=COLUMNS,
        advice=list(advice(report.firsts)) if report.firsts else [],
        many=many,
        size=size,
        SHOWN=SHOWN,
        title_of=title_of,
        shown_files=shown_files,
    )


def _facts(report: ReleaseReport) -> Iterator[Row]:
    """Give what stands at the top: label, value, and a smaller line."""
    after = f"after {report.previous}" if report.previous else "the first"
    if report.number:
        yield "Version", report.version, after
    else:
        yield "Packages", str(len(report.packages)), "each with a version of its own"
    if report.artifacts:
        total = size(sum(file.size for file in report.artifacts))
        yield "Built", many(len(report.artifacts), "file"), total
    pythons = tuple(dict.fromkeys(one.python for one in report.installations))
    if pythons:
        times = many(len(report.installations), "clean environment")
        yield "Installed on", f"Python {', '.join(pythons)}", times
    yield "Tag", report.tags, f"on {report.commit[:12]}" if report.commit else "not made"
    yield "Took", duration(report.seconds), f"on {report.date}"


def _shown(value: object) -> object:
    """Show control characters of what is not yet HTML as what they are."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _prose(notes: str) -> str:
    """Render Markdown as HTML; HTML in it is shown as text, and no picture is asked for."""
    parser = MarkdownIt("commonmark", {"html": False}).disable("image")
    return str(parser.render(visible(notes)))


def _steps(report: ReleaseReport) -> list[ShownStep]:
    longest = max((step.seconds for step in report.steps), default=0.0) or 1.0
    return [
        ShownStep(
            key=step.key,
            outcome=step.outcome,
            mark=MARKS.get(step.outcome, "·"),
            word=_word(step),
            detail=_detail(step),
            time=duration(step.seconds) if step.outcome in {*DONE, "failed", "undone"} else "",
            share=round(100 * step.seconds / longest, 1),
            part=step.kind.endswith("-file"),
            no_return=step.key == report.point_of_no_return,
        )
        for step in report.steps
    ]


def _detail(step: Step) -> str:
    """Give what came of a step, unless its name or another part of the page says it already."""
    if step.outcome not in DONE or step.kind == "install-check":
        return ""
    first = next(iter(step.detail.splitlines()), "")
    return "" if first in step.key else first


def _word(step: Step) -> str:
    if step.outcome == "done" and step.attempts:
        return f"after {many(step.attempts, 'failure')}"
    if step.outcome in {"pending", "intended"}:
        return "not done"
    return WORDS.get(step.outcome, "")
