"""The client against each server that is supported."""

import os
import unittest

from database_client import Client


class ClientTest(unittest.TestCase):
    """What holds for every server."""

    def test_it_talks_to_the_server_it_is_told_of(self) -> None:
        """The environment names the server."""
        server = int(os.environ["DATABASE_SERVER"])
        assert Client().execute("select 1") == [(server, "select 1")]


if __name__ == "__main__":
    unittest.main()
