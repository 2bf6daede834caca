"""A framework for bots of the chat server."""

from chat import address

HOME = address("bots")
