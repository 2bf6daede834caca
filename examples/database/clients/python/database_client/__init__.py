"""A client of the database."""

from database_client.client import Client

__all__ = ["Client"]
__version__ = "0.1.16"
