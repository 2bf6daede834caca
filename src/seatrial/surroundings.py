"""The environment that a program gets which we start: what it needs, and nothing that logs in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

PASSED_ON = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TERM", "TMPDIR", "TEMP", "TMP",
    "TZ", "SSH_AUTH_SOCK", "GPG_TTY", "GNUPGHOME", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
    "http_proxy", "https_proxy", "no_proxy", "all_proxy", "SYSTEMROOT", "COMSPEC", "PATHEXT",
    "APPDATA", "LOCALAPPDATA", "PROGRAMFILES", "USERPROFILE", "JAVA_HOME", "CC", "CXX", "CFLAGS",
    "CPPFLAGS", "CXXFLAGS", "LDFLAGS", "ARCHFLAGS", "MACOSX_DEPLOYMENT_TARGET", "SDKROOT",
    "DEVELOPER_DIR", "PYENV_ROOT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM",
)  # fmt: skip
"""Variables that a child gets from ours: what it needs to work, and nothing that logs in."""

PASSED_ON_PREFIXES = (
    "LC_", "XDG_", "PIP_", "UV_", "GIT_SSH", "GIT_SSL_", "GIT_AUTHOR_", "GIT_COMMITTER_",
    "CARGO_", "RUST", "MATURIN_", "CMAKE_", "SKBUILD_", "PKG_CONFIG",
)  # fmt: skip
WITHHELD = re.compile(r"PASSWORD|TOKEN|SECRET|USERNAME|_AUTH(_|$)", re.IGNORECASE)


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the environment for a child: the allowed part of ours, then ``extra``.

    Args:
        extra: variables to add or to replace.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or (name.startswith(PASSED_ON_PREFIXES) and not WITHHELD.search(name))
    }
    return kept | dict(extra or {})
