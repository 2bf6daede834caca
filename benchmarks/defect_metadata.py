"""The defects of metadata that inspectors are tried on, one a release."""

from __future__ import annotations

from benchmarks.defects import (
    DESCRIPTION,
    PROJECT,
    Defect,
    both,
    headers,
    sdist,
    w,
    wheel,
)

CLASSIFIER = "Classifier: Programming Language :: Python :: 3\n"
STATUS = "Classifier: Development Status :: 4 - Beta\n"
PYTHONS = f"{CLASSIFIER}Classifier: Programming Language :: Python :: 3.9\n"
STATED = """\
    "Development Status :: 4 - Beta",
    "Programming Language :: Python :: 3",
    "Programming Language :: Python :: 3.9",
"""
LICENCE = "License-Expression: MIT\nLicense-File: LICENSE\n"
TYPE = "Description-Content-Type: text/markdown\n"
URL = "Project-URL: Homepage, https://example.org/demo\n"

METADATA = (
    Defect(
        what="description does not render",
        make=both(
            TYPE,
            "Description-Content-Type: text/x-rst\n",
            body="Title\n==\n\n.. nope::\n" + DESCRIPTION,
            project=(
                'readme = "README.md"',
                'readme = { file = "README.md", content-type = "text/x-rst" }',
            ),
        ),
    ),
    Defect(what="no description", make=both(body="", project=('readme = "README.md"\n', ""))),
    Defect(what="description without its type", make=both(TYPE)),
    Defect(
        what="no summary",
        make=both(
            "Summary: A demonstration of a release\n",
            project=('description = "A demonstration of a release"', 'description = ""'),
        ),
    ),
    Defect(
        what="summary of 600 characters",
        make=both("Summary: A demonstration of a release\n", f"Summary: {'a' * 600}\n"),
    ),
    Defect(
        what="summary of four letters",
        make=both(
            "Summary: A demonstration of a release\n",
            "Summary: Demo\n",
            project=("A demonstration of a release", "Demo"),
        ),
    ),
    Defect(what="description of one line", make=both(body="# Demo\n")),
    Defect(
        what="no classifier",
        make=both(STATUS + PYTHONS, project=(f"classifiers = [\n{STATED}]\n", "")),
    ),
    Defect(
        what="no classifier of the development status",
        make=both(STATUS, project=('    "Development Status :: 4 - Beta",\n', "")),
    ),
    Defect(
        what="no classifier of Python's versions",
        make=both(PYTHONS, project=(STATED.split("\n", 1)[1], "")),
    ),
    Defect(
        what="unknown classifier",
        make=both(
            CLASSIFIER,
            f"{CLASSIFIER}Classifier: No :: Such\n",
            project=(
                '    "Programming Language :: Python :: 3",',
                '    "Programming Language :: Python :: 3", "No :: Such",',
            ),
        ),
    ),
    Defect(
        what="deprecated classifier",
        make=both(
            CLASSIFIER,
            f"{CLASSIFIER}Classifier: Natural Language :: Ukranian\n",
            project=(
                '    "Programming Language :: Python :: 3",',
                '    "Programming Language :: Python :: 3", "Natural Language :: Ukranian",',
            ),
        ),
    ),
    Defect(
        what="classifier `Private ::`",
        make=both(
            CLASSIFIER,
            f"{CLASSIFIER}Classifier: Private :: Do Not Upload\n",
            project=(
                '    "Programming Language :: Python :: 3",',
                '    "Programming Language :: Python :: 3", "Private :: Do Not Upload",',
            ),
        ),
    ),
    Defect(
        what="no Requires-Python",
        make=both("Requires-Python: >=3.9\n", project=('requires-python = ">=3.9"\n', "")),
    ),
    Defect(
        what="Requires-Python that cannot be read",
        make=both("Requires-Python: >=3.9\n", "Requires-Python: 3.9 or so\n"),
    ),
    Defect(
        what="Requires-Dist that cannot be read", make=both(more="Requires-Dist: left pad >= 1\n")
    ),
    Defect(
        what="requirement by URL", make=both(more="Requires-Dist: a @ https://example.org/a.whl\n")
    ),
    Defect(
        what="requirement that nobody can satisfy",
        make=both(more="Requires-Dist: packaging>=9999\n"),
        options=("--resolve",),
    ),
    Defect(what="author's address is none", make=both("Ada <ada@example.org>", "Ada <ada>")),
    Defect(
        what="no keywords", make=both("Keywords: demo\n", project=('keywords = ["demo"]\n', ""))
    ),
    Defect(
        what="no author",
        make=both(
            "Author: Ada\nAuthor-Email: Ada <ada@example.org>\n",
            project=('authors = [{ name = "Ada", email = "ada@example.org" }]\n', ""),
        ),
    ),
    Defect(what="home page is no address", make=both(URL, "Project-URL: Homepage, example.org\n")),
    Defect(
        what="no address of the project",
        make=both(URL, project=('urls.Homepage = "https://example.org/demo"\n', "")),
    ),
    Defect(
        what="label of an address over 32 characters",
        make=both(URL, f"Project-URL: {'x' * 33}, https://example.org\n"),
    ),
    Defect(
        what="licence expression that is none",
        make=both("License-Expression: MIT\n", "License-Expression: Mine\n"),
    ),
    Defect(
        what="licence stated twice",
        make=both("License-Expression: MIT\n", "License-Expression: MIT\nLicense: MIT\n"),
    ),
    Defect(
        what="no licence stated",
        make=lambda folder: (
            wheel(folder, text=headers(LICENCE), licence=False),
            sdist(
                folder,
                text=headers(LICENCE),
                files={
                    "LICENSE": None,
                    "pyproject.toml": PROJECT.replace(
                        'license = "MIT"\nlicense-files = ["LICENSE"]\n', ""
                    ),
                },
            ),
        ),
    ),
    Defect(
        what="licence file is not there",
        make=lambda folder: (wheel(folder, licence=False), sdist(folder, files={"LICENSE": None})),
    ),
    Defect(
        what="version with a local part", make=lambda folder: wheel(folder, version="1.0+local")
    ),
    Defect(
        what="metadata of another version",
        make=w(
            replace={
                "{info}/METADATA": f"Metadata-Version: 2.4\nName: demo\nVersion: 1.1\n{headers()}"
            }
        ),
    ),
    Defect(
        what="metadata of another project",
        make=w(
            replace={
                "{info}/METADATA": f"Metadata-Version: 2.4\nName: other\nVersion: 1.0\n{headers()}"
            }
        ),
    ),
    Defect(
        what="field newer than Metadata-Version",
        make=w(
            replace={
                "{info}/METADATA": f"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n{headers()}"
            }
        ),
    ),
)
