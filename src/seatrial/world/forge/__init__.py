"""The forges."""
