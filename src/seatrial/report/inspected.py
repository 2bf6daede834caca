"""An inspection as data, and as the text that a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from seatrial.artifacts.binaries.truth import Truth
from seatrial.artifacts.differ import Comparison
from seatrial.artifacts.findings import Finding
from seatrial.report.compared import headline, sections
from seatrial.report.words import many, size, visible

if TYPE_CHECKING:
    from rich.console import Console

SCHEMA = 1
SHOWN = 12
"""Lines of a section of a comparison; the JSON has all."""

MARKS = {"fault": "[red]✗[/]", "warning": "[yellow]![/]", "note": "[dim]·[/]"}
ORDER = ("fault", "warning", "note")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A file within a file: its path, and its size in bytes."""

    path: str
    size: int


class InspectedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was inspected.

    Attributes:
        name: its name.
        path: where it lies, as it was named.
        size: bytes.
        sha256: hexadecimal.
        unpacked: bytes of its content; 0 when it cannot be read.
        contents: the files in it, with the folder that holds all of an sdist left out.
        truth: of a wheel with compiled files: what they are, and the tag that is true of them.
    """

    name: str
    path: str
    size: int
    sha256: str
    unpacked: int = 0
    contents: tuple[Held, ...] = ()
    truth: Truth | None = None

    @property
    def tag(self) -> str:
        """What is to be said of its tag; empty where nothing is compiled."""
        if self.truth is None:
            return ""
        if not self.truth.proven:
            best = self.truth.best
            return f"its tag is refused: {best} would be true" if best else "its tag is refused"
        return f"its tag is proven; the widest that is true: {self.truth.best}"


class InspectReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in files.

    Attributes:
        schema: the version of this layout.
        outcome: "refused" when there is a fault (or a warning, where that was asked for).
        rules: which state of PyPI's rules they were held against.
        files: what was inspected.
        findings: what was found, the gravest first.
        comparisons: each release against the one before, where that was asked for.
        seconds: how long it took.
    """

    schema: int = SCHEMA
    outcome: Literal["sound", "refused"]
    rules: str
    files: tuple[InspectedFile, ...]
    findings: tuple[Finding, ...]
    comparisons: tuple[Comparison, ...] = ()
    seconds: float


def by_gravity(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Give findings, the gravest first, else as they come."""
    return tuple(sorted(findings, key=lambda one: ORDER.index(one.severity)))


def counted(findings: Sequence[Finding]) -> str:
    """Give how many findings there are of each kind ("1 fault, 2 warnings")."""
    counts = ((kind, sum(one.severity == kind for one in findings)) for kind in ORDER)
    return ", ".join(many(count, kind) for kind, count in counts if count) or "nothing found"


def show_inspection(console: Console, report: InspectReport) -> None:
    """Show the findings, file by file; what is said of several files is said once.

    Args:
        console: where.
        report: of the inspection.
    """
    for file in report.files:
        content = f", {many(len(file.contents), 'file')}, {size(file.unpacked)} unpacked"
        console.print(
            f"[bold]{_escape(visible(file.name))}[/]  {size(file.size)}"
            + (content if file.contents else "")
        )
        if file.tag:
            console.print(f"    [dim]{_escape(visible(file.tag))}[/]")
    for comparison in report.comparisons:
        _show_comparison(console, comparison)
    for said in grouped(report.findings):
        where = f"  {_escape(visible(said.where))}" if said.files else ""
        console.print(f"\n{MARKS[said.severity]} {said.severity} [bold]{said.code}[/]{where}")
        for line in visible(said.said).splitlines():
            console.print(f"    {_escape(line)}")
    head = "[red]Refused[/]" if report.outcome == "refused" else "[green]Sound[/]"
    console.print(f"\n{head}: {counted(report.findings)}. PyPI's rules of {report.rules}.")


def _show_comparison(console: Console, comparison: Comparison) -> None:
    console.print(f"\n[bold]{_escape(headline(comparison))}[/]")
    for section in sections(comparison):
        console.print(f"  {_escape(visible(section.title))}")
        for line in section.lines[:SHOWN]:
            console.print(f"    [dim]{_escape(visible(line))}[/]")
        if section.lines[SHOWN:]:
            console.print(f"    [dim]… and {len(section.lines) - SHOWN} more[/]")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """The same finding of one or more files.

    Attributes:
        code: the finding's.
        severity: the finding's.
        files: their names; empty where it is about all of them.
        said: what was found.
    """

    code: str
    severity: str
    files: tuple[str, ...]
    said: str

    @property
    def where(self) -> str:
        """The files as text."""
        shown = ", ".join(self.files[:3])
        return shown + (f" and {len(self.files) - 3} more" if self.files[3:] else "")


def grouped(findings: Sequence[Finding]) -> tuple[Said, ...]:
    """Put findings together that say the same of several files."""
    files: dict[tuple[str, str, str], list[str]] = {}
    for one in findings:
        files.setdefault((one.severity, one.code, one.said), []).append(one.file)
    return tuple(
        Said(severity=severity, code=code, said=said, files=tuple(filter(None, names)))
        for (severity, code, said), names in files.items()
    )


def render_markdown(report: InspectReport) -> str:
    """Give the inspection as Markdown, in the dialect of the forges.

    Args:
        report: of the inspection.
    """
    from seatrial.report.markdown import code, plain

    mark = "❌" if report.outcome == "refused" else "✅"
    lines = [f"## {mark} Inspection: {counted(report.findings)}", ""]
    lines += ["| file | size | unpacked | SHA-256 |", "|---|---|---|---|"]
    lines += [
        f"| {code(file.name)} | {size(file.size)} | {size(file.unpacked)} | {code(file.sha256)} |"
        for file in report.files
    ]
    lines += ["", *(f"- {code(file.name)}: {plain(file.tag)}" for file in report.files if file.tag)]
    lines += [""] if any(file.tag for file in report.files) else []
    for said in grouped(report.findings):
        where = f" ({plain(said.where)})" if said.files else ""
        lines.append(f"- **{said.severity}** {code(said.code)}{where}: {plain(said.said)}")
    for comparison in report.comparisons:
        lines += ["", f"### {plain(headline(comparison))}", ""]
        for section in sections(comparison):
            lines += [f"- {plain(section.title)}"]
            lines += [f"  - {code(line)}" for line in section.lines[:SHOWN]]
            if section.lines[SHOWN:]:
                lines.append(f"  - … and {len(section.lines) - SHOWN} more")
    lines += ["", f"PyPI's rules of {plain(report.rules)}."]
    return "\n".join(lines).rstrip() + "\n"


def _escape(text: str) -> str:
    """Give text as it stands between rich's marks; programs that read JSON need no rich."""
    from rich.markup import escape

    return escape(text)
