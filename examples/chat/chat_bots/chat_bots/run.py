"""Runs a bot."""

import argparse


def main() -> None:
    """Say which bot would run."""
    parser = argparse.ArgumentParser(description="Run a bot.")
    parser.add_argument("name")
    print(parser.parse_args().name)
