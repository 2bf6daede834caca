"""The public addresses that Seatrial knows without being told; no other module names a host."""

from __future__ import annotations

from typing import Final, NamedTuple


class IndexAddress(NamedTuple):
    """Where an index takes uploads, and where installers read it."""

    upload: str
    simple: str


INDEXES: Final = {
    "pypi": IndexAddress("https://upload.pypi.org/legacy/", "https://pypi.org/simple/"),
    "testpypi": IndexAddress("https://test.pypi.org/legacy/", "https://test.pypi.org/simple/"),
}
"""Indexes known by name."""

FORMS: Final = {
    INDEXES["pypi"].upload: "https://pypi.org/manage/account/publishing/",
    INDEXES["testpypi"].upload: "https://test.pypi.org/manage/account/publishing/",
}
"""Where they take pending publishers, by where they take uploads."""

GITHUB_HOST: Final = "github.com"
GITHUB_BOT: Final = "41898282+github-actions[bot]@users.noreply.github.com"
"""The address of the account that jobs commit as where no person does."""
GITLAB_HOST: Final = "gitlab.com"
GITHUB_API: Final = "https://api.github.com"

PYPI: Final = "https://pypi.org"
"""PyPI's own site, as its refusals name it."""

PYPI_DOCS: Final = "https://docs.pypi.org"
PACKAGING_GUIDE: Final = "https://packaging.python.org"
READTHEDOCS: Final = "https://readthedocs.org/"
SLSA: Final = "https://slsa.dev"
IN_TOTO: Final = "https://in-toto.io"
RUSTUP: Final = "https://sh.rustup.rs"
"""What brings Rust into the containers of a generated workflow."""
PEPS: Final = "https://peps.python.org"
PEPS_OF_OLD: Final = "https://www.python.org/dev/peps"
GITHUB_RESIDENT: Final = ".ghe.com"
"""How the hosts end that GitHub runs for one enterprise each; each has its API at ``api.HOST``."""
