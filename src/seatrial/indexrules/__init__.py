"""What PyPI accepts and refuses, as pure functions."""
