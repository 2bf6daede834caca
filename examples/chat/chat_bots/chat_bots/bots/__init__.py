"""The bots that come with the framework."""
