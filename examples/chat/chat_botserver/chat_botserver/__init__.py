"""Runs bots of the chat server."""
