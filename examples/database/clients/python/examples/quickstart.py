"""The first lines that people write."""

from database_client import Client

if __name__ == "__main__":
    rows = Client().execute("select 1")
    assert len(rows) == 1
