"""The ports and their real adapters."""
