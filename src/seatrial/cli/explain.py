"""``seatrial explain``."""

from __future__ import annotations

import difflib
import sys
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from seatrial.cli.options import example, json_option
from seatrial.cli.output import page_console, write_json

if TYPE_CHECKING:
    from seatrial.cli.documents import Explanation


def complete_errors(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Give the names of errors, and the codes of rules, that begin so."""
    from seatrial.operations.explaining import meanings
    from seatrial.report.explained import by_name, meaning
    from seatrial.rules.registry import all_rules

    del context, parameter
    known = meanings()
    known |= {slug: meaning(kind) for slug, kind in by_name().items()}
    known |= {rule.code: rule.summary for rule in all_rules()}
    return [
        CompletionItem(name, help=said)
        for name, said in known.items()
        if name.startswith(incomplete)
    ]


@click.command(
    "explain",
    epilog=example(
        "seatrial explain different-bytes",
        "seatrial explain ST101",
        "seatrial explain record-digest",
        "seatrial explain",
    ),
)
@click.argument("error", default="", shell_complete=complete_errors)
@json_option
def command(error: str, *, as_json: bool) -> None:
    """Say what an error, a rule or a finding means, why Seatrial stops there, and what to do.

    Without the name of an ERROR, or the code of a rule or a finding, all errors are listed;
    seatrial check --list lists the rules.
    """
    from seatrial.cli.documents import ExplainDocument

    found = _found(error)
    if as_json:
        write_json(ExplainDocument(errors=found))
    elif not error:
        _list(found)
    else:
        _show(found[0].page)


def _found(error: str) -> tuple[Explanation, ...]:
    from seatrial.cli.documents import Explanation
    from seatrial.report.explained import by_name, meaning, page

    known = by_name()
    # A rule may be called like an error or a finding; the rule has its code.
    other = None if error in known else _finding(error) or _rule(error)
    if other is not None:
        return (other,)
    if error and error not in known:
        from seatrial.operations.explaining import meanings

        near = difflib.get_close_matches(error, [*known, *meanings()], n=1)
        hint = f"; did you mean {near[0]}?" if near else "; seatrial explain lists all"
        raise click.UsageError(f"no error is called {error}{hint}")
    return tuple(
        Explanation(
            error=slug,
            exit_code=int(kind.exit_code),
            meaning=meaning(kind),
            page=page(slug) if error else "",
        )
        for slug, kind in known.items()
        if error in {"", slug}
    )


def _finding(code: str) -> Explanation | None:
    """Give the finding of an inspection of that code, if one is meant."""
    from seatrial.cli.documents import Explanation
    from seatrial.exitcodes import ExitCode
    from seatrial.operations.explaining import meanings, page

    means = meanings().get(code)
    if means is None:
        return None
    return Explanation(error=code, exit_code=int(ExitCode.REFUSED), meaning=means, page=page(code))


def _rule(word: str) -> Explanation | None:
    """Give the rule of a code or a name, if one is meant."""
    from seatrial.cli.documents import Explanation
    from seatrial.exitcodes import ExitCode
    from seatrial.rules.pages import page
    from seatrial.rules.registry import by_name

    rule = by_name(word)
    if rule is None:
        return None
    return Explanation(
        error=rule.code, exit_code=int(ExitCode.REFUSED), meaning=rule.summary, page=page(rule)
    )


def _list(found: tuple[Explanation, ...]) -> None:
    from seatrial.report.lines import line

    console = page_console()
    width = max(len(one.error) for one in found)
    console.print("[dim]exit  error[/]")
    for one in found:
        row = f"{one.exit_code:>4}  [bold]{one.error:<{width}}[/]  {one.meaning}"
        if console.is_terminal:
            console.print(row, no_wrap=True, overflow="ellipsis")
        else:
            line(console, row)


def _show(page: str) -> None:
    if not sys.stdout.isatty():
        sys.stdout.write(page)
        return
    from rich.markdown import Markdown

    page_console().print(Markdown(page))
