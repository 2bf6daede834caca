"""The workflows that are generated."""
