"""Every finding by its code: what it means for those who install, and what to do."""

from __future__ import annotations

from typing import Final

from seatrial.inspection.catalogue_content import CONTENT, Entry

PYPI: Final = "pypi-"
"""How the codes of PyPI's own rules begin; the rest is the rule's."""

CATALOGUE: Final = {
    # The files can be read, and are those of this release.
    "unreadable": Entry(
        "fault",
        "The archive is broken, hostile, or no wheel or sdist by its specification.",
        "Build it again; see what wrote it.",
    ),
    "unexpected-file": Entry(
        "fault", "It is neither a wheel nor an sdist (`.tar.gz`).", "Leave it out of the release."
    ),
    "no-files": Entry("fault", "There is nothing to inspect.", "Build the files first."),
    "other-name": Entry(
        "fault", "The file or its metadata is of another project.", "Name the right files."
    ),
    "other-version": Entry(
        "fault",
        "The file or its metadata states another version than the release.",
        "Make the places that state the version agree, and build again.",
    ),
    "file-name": Entry(
        "warning",
        "The file's name does not spell name and version as PEP 427 and PEP 625 want it.",
        "Update the build backend.",
    ),
    "several-sdists": Entry("fault", "A release has one sdist.", "Leave the other ones out."),
    # Metadata.
    "metadata-malformed": Entry(
        "fault", "The metadata is not in the form of headers.", "Mend what writes it."
    ),
    "metadata-incomplete": Entry(
        "fault",
        "Metadata-Version, Name or Version is missing or stands there twice.",
        "Mend what writes the metadata.",
    ),
    "requirement-malformed": Entry(
        "fault",
        "Requires-Dist or Requires-Python cannot be read, so nobody can install the file.",
        "Write it as PEP 508 and PEP 440 have it.",
    ),
    "python-unstated": Entry(
        "note",
        "Without Requires-Python an old Python installs a release that cannot run there.",
        "State `requires-python`.",
    ),
    "undescribed": Entry(
        "note", "The project's page will be empty.", "State a `description` and a `readme`."
    ),
    "files-disagree": Entry(
        "warning",
        "Resolvers read the metadata of one file and take it for that of all. Another "
        "Requires-Python is a fault, other requirements a warning, other words a note.",
        "Build all files from the same commit with the same settings.",
    ),
    "description-type": Entry(
        "note",
        "There is a description, and nothing says what it is written in.",
        "State `text/markdown` or `text/x-rst`: name the readme's file, or its `content-type`.",
    ),
    "page-bare": Entry(
        "note",
        "The project's page will not say who made it, where it lives, or what it is for.",
        "State `authors`, `urls`, `keywords` and `classifiers`.",
    ),
    "unsatisfiable": Entry(
        "fault",
        "No set of released versions satisfies what the file requires.",
        "Loosen the requirement that the resolver names.",
    ),
    "not-resolved": Entry(
        "warning", "The requirements could not be resolved here.", "See why, and try again."
    ),
    # RECORD, WHEEL.
    "record-missing": Entry(
        "fault", "RECORD lists a file that is not there.", "Build the wheel again."
    ),
    "record-unlisted": Entry(
        "fault",
        "A file is not in RECORD: installers refuse it, or leave it behind when uninstalling.",
        "Build the wheel again; do not add to it afterwards.",
    ),
    "record-digest": Entry(
        "fault",
        "A file's digest is not what RECORD states, or weaker than SHA-256.",
        "Build the wheel again; do not change it afterwards.",
    ),
    "record-size": Entry("fault", "A file's size is not what RECORD states.", "Build it again."),
    "record-twice": Entry("fault", "RECORD lists a path twice.", "Build it again."),
    "wheel-version": Entry(
        "fault", "WHEEL states no Wheel-Version 1.x, which installers go by.", "Build it again."
    ),
    "tags": Entry(
        "fault",
        "WHEEL and the file's name state other tags or build numbers.",
        "Rename wheels with `wheel tags` only.",
    ),
    "platform": Entry(
        "fault",
        "The wheel holds a compiled module, and its tag says that it runs anywhere.",
        "Tell the backend that the package has extension modules.",
    ),
    "purelib": Entry(
        "warning",
        "Root-Is-Purelib is true for a wheel with compiled modules, or one lies below `purelib`.",
        "Tell the backend that the package has extension modules.",
    ),
    # Compiled files, and whether the wheel's tag is true of them.
    "binary-broken": Entry(
        "fault",
        "A file that should be compiled is cut off, contradicts itself, or is a page or a pointer.",
        "Fetch or build it again.",
    ),
    "other-machine": Entry(
        "fault",
        "A compiled file is for another processor or system than the tag, or than the folder that "
        "it lies in; a warning where its path says what it is for, beside files that fit the tag.",
        "Put the right file there, or give the wheel the tag that is true.",
    ),
    "newer-system": Entry(
        "fault",
        "A compiled file needs a newer system than the tag promises, or another C library: there "
        "the wheel is installed and does not run.",
        "Give the wheel the tag that is true, or build on an older system (for an older target).",
    ),
    "unasked-tag": Entry(
        "fault",
        "A tag of macOS that no installer asks for: with a minor version from macOS 11 on, or for "
        "Apple's processors alone and a macOS before 11. PyPI takes the wheel, and nobody gets it.",
        "Give the wheel the tag that is named (`wheel tags --platform-tag`); where it comes from "
        "`MACOSX_DEPLOYMENT_TARGET`, state a version that there is (`11.0`, `12.0`).",
    ),
    "newer-processor": Entry(
        "warning",
        "A file states that it needs a level of x86-64 that older processors do not have; no tag "
        "can say so, and there the program ends with an illegal instruction.",
        "Build it for x86-64 as such (`-march=x86-64`), or load it only where it runs.",
    ),
    "narrow-tag": Entry(
        "note",
        "The compiled files run on older systems than the tag says, or on another processor of a "
        "Mac, or every module is named for the stable ABI and the tag for one Python: installers "
        "there pass the wheel over.",
        "Give the wheel the wider tag, which is named (`auditwheel repair`, `wheel tags`; "
        "setuptools: `py_limited_api` of `[bdist_wheel]`; where binaries are wrapped, "
        '`platform = "auto"`). `[contents] refuse` makes it a fault.',
    ),
    "foreign-library": Entry(
        "fault",
        "A compiled file needs a library that neither the wheel nor every system of the tag has. "
        "For Windows a warning; a note where Visual C++'s redistributable brings it.",
        "Pack it (auditwheel, delocate, delvewheel), or name it in `[contents] libraries` when "
        "another package brings it.",
    ),
    "stable-abi": Entry(
        "fault",
        "A module for the stable ABI (`abi3`) uses what that has not, or not yet in the Python "
        "that the tag names.",
        "Build with `Py_LIMITED_API` set to that Python, or name the newer one in the tag.",
    ),
    "other-python": Entry(
        "fault",
        "The name of a module, or the library that it is linked to, is of another Python or "
        "platform than the tag: it is installed and cannot be imported.",
        "Build it with the Python of the tag.",
    ),
    "unsigned": Entry(
        "fault",
        "A file for Apple's processors has no signature, not even an ad-hoc one, and macOS ends "
        "whatever runs it.",
        "Sign it after the last change (`codesign --sign -`).",
    ),
    "search-path": Entry(
        "warning",
        "A file looks for libraries in a folder of the machine that built it (RPATH), or needs one "
        "of the wheel's own that no search path leads to.",
        "Take the path out (`patchelf --remove-rpath`, `install_name_tool -delete_rpath`), or set "
        "one that begins with `$ORIGIN` or `@loader_path`.",
    ),
    "debug-information": Entry(
        "warning",
        "Compiled files hold debug information; a note below 1 MiB.",
        "Strip them, or keep it apart.",
    ),
    "platform-unsaid": Entry(
        "warning",
        "The wheel's tag says any platform, and its programs are for one.",
        "Give the wheel the tag of that platform.",
    ),
    "one-platform": Entry(
        "warning",
        "Beside the sdist there is one platform's wheel: everybody else has to compile.",
        "Build the wheels of the other platforms, or say with `expect` which there are to be.",
    ),
    "entry-point": Entry(
        "fault",
        "A command or plug-in leads to a module that the wheel does not hold; a warning where a "
        "requirement may hold it.",
        "Correct the entry point, or pack the module.",
    ),
    "empty-wheel": Entry(
        "fault", "The wheel holds nothing but metadata.", "Tell the backend which packages to pack."
    ),
    **CONTENT,
    # The set, the policy, the index.
    "required-content": Entry(
        "fault",
        "`[contents] require` wants a file that is not there.",
        "Pack it, or change the policy.",
    ),
    "forbidden-content": Entry(
        "fault", "`[contents] forbid` names a file that is there.", "Leave it out, or allow it."
    ),
    "sibling-requirement": Entry(
        "fault",
        "It requires another package of the repository otherwise than `siblings` has it in this "
        "release: by a path, or other versions of it.",
        "Build it with `seatrial build`, or from the sdist that this makes; or state the "
        "requirement in the commit.",
    ),
    "surplus-file": Entry(
        "warning",
        "`expect` does not name a file that the release has.",
        "Name it there if it belongs to the release, or leave it out.",
    ),
    "incomplete-set": Entry(
        "fault",
        "`expect` wants a file that the release does not have.",
        "Build it; see which job did not bring it.",
    ),
    "rebuild-failed": Entry(
        "fault", "No wheel can be built from the sdist.", "Pack what the build needs."
    ),
    "rebuild-differs": Entry(
        "warning",
        "The wheel that the sdist makes has other content than the wheel of the release.",
        "Build the wheel from the sdist, or pack what is missing.",
    ),
    # Against the release before.
    "package-gone": Entry(
        "warning",
        "A top-level package is gone since the last release.",
        "See whether the build found it.",
    ),
    "subpackage-gone": Entry(
        "note", "A package within a package is gone.", "See whether it is meant."
    ),
    "new-top-level": Entry(
        "warning", "A top-level name is new.", "See whether it is meant, and free to take."
    ),
    "types-gone": Entry("warning", "`py.typed` is gone.", "Pack it."),
    "grew": Entry(
        "warning",
        "A file is half as large again and more than 1 MiB larger, or more than 40 MiB larger.",
        "See in the comparison what came.",
    ),
    "shrank": Entry(
        "warning", "A file is half as large or less.", "See in the comparison what is gone."
    ),
    "platform-gone": Entry(
        "warning", "A platform has no wheel any more.", "Build it, or say so in the notes."
    ),
    "python-gone": Entry(
        "warning", "An interpreter has no wheel any more.", "Build it, or say so in the notes."
    ),
    "sdist-gone": Entry("note", "There is no sdist any more.", "See whether it is meant."),
    "entry-point-gone": Entry(
        "warning", "A command or plug-in is gone.", "Keep it, or say so in the notes."
    ),
    "extra-gone": Entry("warning", "An extra is gone.", "Keep an empty one for a while."),
    "licence-changed": Entry("warning", "The licence is another one.", "See whether it is meant."),
    "requires-python-changed": Entry(
        "note", "Another set of Pythons can install it.", "See whether it is meant."
    ),
    "requirement-new": Entry("note", "It requires more than before.", "See whether it is meant."),
    "requirement-gone": Entry("note", "It requires less than before.", "See whether it is meant."),
    "index-not-asked": Entry(
        "warning",
        "The index did not say what it holds, so names that are taken were not seen.",
        "Try again when it answers.",
    ),
}
"""Code → entry, in the order of the page."""

SINCE: Final = tuple(CATALOGUE)[
    tuple(CATALOGUE).index("package-gone") : tuple(CATALOGUE).index("index-not-asked")
]
"""The codes that are about the release before; to find them it has to be fetched."""
