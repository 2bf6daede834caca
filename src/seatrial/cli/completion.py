"""``seatrial completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from seatrial.cli.options import example


@click.command(
    "completion",
    epilog=example(
        "seatrial completion bash > ~/.local/share/bash-completion/completions/seatrial",
        'seatrial completion zsh > "${fpath[1]}/_seatrial"',
        "seatrial completion fish > ~/.config/fish/completions/seatrial.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of a shell."""
    from seatrial.cli.main import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(cli, {}, "seatrial", "_SEATRIAL_COMPLETE").source())
