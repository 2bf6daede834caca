"""Which version this is, and when environments have to be made anew."""

CHAT_SERVER_VERSION = "12.0-dev"

# Raised whenever a requirement changes: the major number where it cannot be undone.
PROVISION_VERSION = (305, 1)
