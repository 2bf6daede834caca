"""``seatrial ci``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from seatrial.cli.options import example, json_option, path_argument
from seatrial.cli.output import page_console, write_json
from seatrial.exitcodes import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from seatrial.operations.workflows import Generated


@click.command("ci", epilog=example("seatrial ci", "seatrial ci --check", "seatrial ci --release"))
@path_argument
@click.option("--workflow", default="", metavar="FILE", help="The workflow's name.")
@click.option("--release", is_flag=True, help="Write the workflow that releases, instead.")
@click.option("--check", is_flag=True, help="Write nothing; say whether the file is current.")
@click.option("--overwrite", is_flag=True, help="Replace a file that was changed by hand.")
@json_option
def command(path: Path, *, workflow: str, as_json: bool, **how: bool) -> int:
    """Write the workflow that builds the wheels which a release expects.

    It is for GitHub Actions; where the repository is on GitLab, or [collect] from is "gitlab", it
    is a file that .gitlab-ci.yml includes. One job for each platform of `expect`, by maturin or
    cibuildwheel, and one that looks whether the set is complete. With --release, the workflow that
    rehearses and releases, and publishes by its identity. The configuration is read from the
    commit. A file that somebody changed is left alone.
    """
    from seatrial.operations.workflows import Generating, generate

    asked = Generating(path=path, workflow=workflow, **how)
    generated = generate(asked)
    if as_json:
        write_json(generated)
    else:
        _show(page_console(), generated)
    refused = generated.outcome in {"stale", "changed-by-hand"}
    return ExitCode.REFUSED if refused else ExitCode.DONE


def _show(console: Console, generated: Generated) -> None:
    from seatrial.report.changes import show_edits
    from seatrial.report.diffs import file_diff
    from seatrial.report.lines import line, prose, safe
    from seatrial.report.release import Edit

    head, then = _words(generated)
    line(console, f"{head} {safe(generated.path)}")
    if generated.jobs:
        _show_jobs(console, generated)
    if generated.outcome in {"stale", "changed-by-hand"} and generated.diff:
        show_edits(console, [file_diff(Edit(path=generated.path, diff=generated.diff))])
    console.print()
    prose(console, f"[bold]Next:[/] {safe(then)}")


def _show_jobs(console: Console, generated: Generated) -> None:
    from seatrial.report.lines import line, safe
    from seatrial.report.words import many

    packages = dict.fromkeys(job.package for job in generated.jobs)
    of = f" of {many(len(packages), 'package')}" if len(packages) > 1 else ""
    jobs = many(len(generated.jobs), "platform")
    sdist = f", and the {'sdists' if of else 'sdist'}" if generated.sdist else ""
    build = "build" if " and " in generated.builder else "builds"
    line(console, f"  {generated.builder} {build} for {jobs}{of}{sdist}:")
    width = max(len(job.platform) for job in generated.jobs)
    machines = max(len(job.runner) for job in generated.jobs)
    names = max(map(len, packages))
    for job in generated.jobs:
        name = f"{safe(job.package):<{names}}  " if names else ""
        what = f"{safe(job.platform):<{width}}  on {job.runner:<{machines}}  {safe(job.wheels)}"
        line(console, f"    {name}{what}")


def _words(generated: Generated) -> tuple[str, str]:
    """Say what came of it, and what comes after it."""
    command = "seatrial ci --release" if generated.releases else "seatrial ci"
    match generated.outcome:
        case "written":
            return "[green]✓ Written[/]", _after(generated)
        case "current":
            return "[green]✓ Current:[/]", "nothing is to be done"
        case "stale":
            return "[red]✗ Not current:[/]", command
        case _:
            return (
                "[red]✗ Changed by hand, and left alone:[/]",
                f"keep your changes, or {command} --overwrite",
            )


def _after(generated: Generated) -> str:
    """Say what comes after a file was written."""
    if generated.publisher:
        set_up = f"set {generated.publisher} up as a trusted publisher on the index, say "
        return set_up + f'trusted-publisher = "{generated.publisher}", and commit both'
    says = []
    if generated.forge == "gitlab" and not generated.included:
        says.append(f"include: {generated.path} in .gitlab-ci.yml")
    if not (generated.collected or generated.releases):
        file = f', workflow = "{Path(generated.path).name}"' if generated.forge == "github" else ""
        says.append(f'[collect] from = "{generated.forge}"{file}')
    if says:
        return f"say {' and '.join(says)}, and commit {'all' if says[1:] else 'both'}"
    return f"commit {generated.path}, and push it"
