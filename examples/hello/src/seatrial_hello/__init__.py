"""Says hello in the languages it has been taught."""

from __future__ import annotations

from importlib.resources import files

__version__ = "0.1.0"


def greet(name: str, language: str = "english") -> str:
    """Give the greeting for a name, in one of the languages in ``greetings``."""
    template = files(__name__).joinpath("greetings", f"{language}.txt").read_text("utf-8")
    return template.strip().format(name=name)
