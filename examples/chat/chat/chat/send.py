"""Sends a message."""

import argparse


def main() -> None:
    """Say what would be sent."""
    parser = argparse.ArgumentParser(description="Send a message.")
    parser.add_argument("text")
    print(parser.parse_args().text)
