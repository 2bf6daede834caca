"""Runs any plan: order, journal, lock, resume, undo."""
