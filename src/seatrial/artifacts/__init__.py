"""Wheels and sdists: read, verify, compare."""
