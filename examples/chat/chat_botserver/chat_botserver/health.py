"""Whether the server is well."""


def well() -> bool:
    """Say so."""
    return True
