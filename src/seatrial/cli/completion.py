"""``seatrial completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    r"""Print the completion script of a shell.

    \b
    Example:
      seatrial completion bash > ~/.local/share/bash-completion/completions/seatrial
      seatrial completion zsh > "${fpath[1]}/_seatrial"
      seatrial completion fish > ~/.config/fish/completions/seatrial.fish
    """
    from seatrial.cli.main import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(cli, {}, "seatrial", "_SEATRIAL_COMPLETE").source())
