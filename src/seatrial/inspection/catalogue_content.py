"""The findings on what lies in an archive, by their codes."""

from __future__ import annotations

from typing import Final, NamedTuple


class Entry(NamedTuple):
    """One kind of finding: how grave it is as a rule, what it means, what to do."""

    severity: str
    means: str
    mend: str


CONTENT: Final = {
    # What does not belong there.
    "clutter": Entry(
        "warning",
        "A top-level `tests`, `docs` or the like is installed, where every project's would lie.",
        "Leave it out of the wheel.",
    ),
    "shadows-library": Entry(
        "warning",
        "A top-level module has a name of the standard library.",
        "Rename it, or put it into the package.",
    ),
    "several-modules": Entry(
        "note", "The wheel installs several modules at the top.", "See whether all are meant."
    ),
    "stray-file": Entry(
        "warning",
        "A file that is no module lies beside all packages, where the next project overwrites it.",
        "Put it into the package, or leave it out.",
    ),
    "stray-folder": Entry(
        "warning",
        "A top-level folder without a module is installed beside all packages.",
        "Put it into the package, or leave it out.",
    ),
    "path-file": Entry(
        "note", "A `.pth` file is read whenever Python starts.", "See whether it is meant."
    ),
    "bytecode": Entry(
        "fault",
        "Bytecode of one Python is packed; a warning in an sdist.",
        "Leave `__pycache__` and `*.pyc` out.",
    ),
    "litter": Entry(
        "warning", "An editor, a cache or a version control left it over.", "Leave it out."
    ),
    "repository-file": Entry(
        "note",
        "The wheel holds a file that git, a forge or a service reads in a repository.",
        "Leave it out, unless it is the content of a template.",
    ),
    "built-file": Entry(
        "warning", "The sdist holds files of an earlier build.", "Build from a clean checkout."
    ),
    "large-file": Entry("note", "A single file has more than 20 MiB.", "See whether it is meant."),
    "case-clash": Entry(
        "warning", "Two paths are one on Windows and macOS.", "Rename one of them."
    ),
    "windows-name": Entry(
        "warning", "Windows takes no file of that name, and fails to install.", "Rename it."
    ),
    "long-path": Entry(
        "warning",
        "With the environment's folder in front the path may be too long for Windows.",
        "Give folders and files shorter names.",
    ),
    "odd-path": Entry(
        "note",
        "A path has a space, or letters beyond ASCII, which not every tool and system takes.",
        "Rename the file, if nothing needs it so.",
    ),
    "same-content": Entry(
        "note",
        "Two files have the same content: often a copy that a build left beside the file.",
        "Pack one of them.",
    ),
    "top-level-init": Entry(
        "warning",
        "An `__init__.py` lies beside all packages: the folder above them was taken for one.",
        "Tell the backend where the packages are.",
    ),
    "not-importable": Entry(
        "note",
        "A Python file lies where no import reaches it.",
        "Rename the folder or file, if it is to be imported.",
    ),
    "mode": Entry(
        "warning", "A file has rights that harm: setuid, or nobody may read it.", "Correct them."
    ),
    "executable": Entry(
        "note", "A file is marked executable and is no program.", "Correct its mode."
    ),
    "not-executable": Entry(
        "warning",
        "A program for Linux or macOS is not marked executable, so nobody can start it.",
        "Set its mode before the wheel is built, or name it among the scripts.",
    ),
    "link": Entry(
        "note", "The sdist holds links, which Windows may not unpack.", "Pack the files instead."
    ),
    "twice": Entry(
        "warning", "The sdist holds a file twice; the last one counts.", "Update the backend."
    ),
    "project-malformed": Entry(
        "fault",
        "The sdist's pyproject.toml cannot be read, so nobody can build it.",
        "Mend it, and build again.",
    ),
    "project-invalid": Entry(
        "warning",
        "A field of the sdist's pyproject.toml is none, or not of the kind that PEP 621 has: "
        "stricter backends refuse to build it.",
        "Correct the field, and build again.",
    ),
    "backend-unstated": Entry(
        "note",
        "Nothing says what builds the sdist, so it is setuptools, in the version of that day.",
        "State `[build-system]` in pyproject.toml.",
    ),
    "not-buildable": Entry(
        "fault", "The sdist has neither pyproject.toml nor setup.py.", "Pack one of them."
    ),
    # Licences and secrets.
    "licence-missing": Entry(
        "warning", "The metadata names a licence file that is not there.", "Pack it."
    ),
    "licence-unstated": Entry(
        "note",
        "The metadata names no licence: strictly, nobody may use it.",
        "State `license`.",
    ),
    "no-licence": Entry(
        "warning",
        "There is no licence file; a note where the metadata names no licence either.",
        "Pack the licence (`license-files`).",
    ),
    "secret-file": Entry(
        "fault",
        "It is a file where a secret is kept; less where tests lie.",
        "Leave it out, and replace the secret: it may have left already.",
    ),
    "environment-file": Entry(
        "fault",
        "It holds settings of one machine, and often secrets; a warning in an sdist.",
        "Leave it out.",
    ),
    "secret": Entry(
        "warning",
        "A text looks like a token or a private key. A fault where its checksum proves it, a note "
        "where tests and examples lie.",
        "Leave it out, and replace the secret: it may have left already.",
    ),
    "build-path": Entry(
        "warning",
        "A program holds the path of a source in a person's home folder; a note where it is a "
        "build service's.",
        "Build on a service, or map the path (`-ffile-prefix-map`, `--remap-path-prefix`).",
    ),
    "script-interpreter": Entry(
        "warning",
        "A script begins with an interpreter that is elsewhere on other machines.",
        "Begin it with `#!python`, which installers replace, or make it an entry point.",
    ),
}
"""Code → entry, in the order of the page."""
