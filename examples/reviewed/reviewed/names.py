"""Say who has reviewed something."""

import re


def reviewers(text: str) -> list[str]:
    """Give the names of those who have looked at a text."""
    return re.findall(r"(?im)^reviewed-by:\s*([^<\n]+?)\s*(?:<.*)?$", text)
