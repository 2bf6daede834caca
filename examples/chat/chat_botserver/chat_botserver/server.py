"""The server."""

import argparse

from chat_bots import HOME


def main() -> None:
    """Say where the server would listen."""
    argparse.ArgumentParser(description="Run the server.").parse_args()
    print(HOME)
