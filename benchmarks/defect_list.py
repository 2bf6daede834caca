"""The defects that inspectors are tried on, one a release."""

from __future__ import annotations

from benchmarks.defect_metadata import METADATA
from benchmarks.defects import (
    COMPILED,
    KEY,
    MODULES,
    PROJECT,
    STABLE,
    Defect,
    _appended,
    _bzip2,
    _cut,
    _disagree,
    _linked,
    _named,
    _runs,
    _tar,
    _twice,
    _two,
    compiled,
    members,
    rezipped,
    s,
    sdist,
    stated,
    w,
    wheel,
)

SOUND = Defect(what="", make=lambda folder: (wheel(folder), sdist(folder)))

WHEELS = (
    Defect(what="no METADATA", make=w(replace={"{info}/METADATA": None})),
    Defect(what="no WHEEL", make=w(replace={"{info}/WHEEL": None})),
    Defect(what="no RECORD", make=w(replace={"{info}/RECORD": None})),
    Defect(
        what="RECORD with a wrong digest", make=w(replace={"demo/code.py": b"def stop(): pass\n"})
    ),
    Defect(what="file that is not in RECORD", make=w(replace={"demo/more.py": b"x = 1\n"})),
    Defect(what="RECORD lists what is not there", make=w(replace={"demo/code.py": None})),
    Defect(what="WHEEL states other tags than the name", make=stated("py2-none-any", pure="true")),
    Defect(what="Wheel-Version 9", make=stated("py3-none-any", pure="true", version="9.0")),
    Defect(
        what="Root-Is-Purelib with a compiled module",
        make=compiled("_c.cpython-311-x86_64-linux-gnu.so", COMPILED, pure=True),
    ),
    Defect(
        what="compiled module in an any wheel",
        make=compiled("_c.cpython-311-x86_64-linux-gnu.so", "py3-none-any"),
    ),
    Defect(
        what="module of another Python than the tag",
        make=compiled("_c.cpython-312-x86_64-linux-gnu.so", COMPILED),
    ),
    Defect(
        what="module needs a newer C library than the tag",
        make=compiled(
            "_c.cpython-311-x86_64-linux-gnu.so",
            "cp311-cp311-manylinux1_x86_64",
            code="extern long getrandom(void *, unsigned long, unsigned); getrandom(0, 0, 0);",
        ),
    ),
    Defect(
        what="module of another processor than the tag",
        make=compiled("_c.cpython-311-x86_64-linux-gnu.so", "cp311-cp311-manylinux_2_28_aarch64"),
    ),
    Defect(
        what="abi3 module that uses more than the stable ABI",
        make=compiled(
            "_c.abi3.so", STABLE, code="PyUnicode_New(1, 1); _PyObject_CallMethodId(0, 0, 0);"
        ),
    ),
    Defect(
        what="debugging information",
        make=compiled("_c.cpython-311-x86_64-linux-gnu.so", COMPILED, "-g"),
    ),
    Defect(
        what="platform tag that PyPI does not take",
        make=compiled("_c.cpython-311-x86_64-linux-gnu.so", "cp311-cp311-linux_x86_64"),
    ),
    Defect(what="command leads nowhere", make=w(scripts={"demo": "demo.missing:main"})),
    Defect(what="malformed entry point", make=w(scripts={"demo": "demo main"})),
    Defect(what="nothing but metadata", make=w(modules={})),
    Defect(
        what="top-level tests",
        make=w(more={"tests/__init__.py": b"", "tests/test_demo.py": b"pass\n"}),
    ),
    Defect(
        what="second top-level package",
        make=w(more={"extra/__init__.py": b"", "extra/more.py": b"pass\n"}),
    ),
    Defect(what="file beside all packages", make=w(more={"README.md": b"# Demo\n"})),
    Defect(what="folder without a module", make=w(more={"assets/logo.svg": b"<svg/>\n"})),
    Defect(what="`__init__.py` at the top", make=w(more={"__init__.py": b""})),
    Defect(
        what="module where no import reaches it",
        make=w(more={"demo/not-a-name/more.py": b"x = 2\n"}),
    ),
    Defect(what="name of the standard library", make=w(more={"json/__init__.py": b"x = 3\n"})),
    Defect(what="bytecode", make=w(more={"demo/__pycache__/code.cpython-311.pyc": b"\xa7\r\r\n"})),
    Defect(
        what="two files with the same content",
        make=w(more={"demo/copy.py": MODULES["demo/code.py"]}),
    ),
    Defect(
        what="what an editor left",
        make=w(more={"demo/.code.py.swp": b"b0VIM 9.0", "demo/.DS_Store": b"\0\0\0\1Bud1"}),
    ),
    Defect(
        what="what git and CI services read, in a wheel",
        make=w(more={"demo/.gitignore": b"*.pyc\n", "demo/.travis.yml": b"language: python\n"}),
    ),
    Defect(what="two paths that differ by case", make=w(more={"demo/Code.py": b"x = 4\n"})),
    Defect(what="space in a path", make=w(more={"demo/with space.txt": b"1\n"})),
    Defect(what="letters beyond ASCII in a path", make=w(more={"demo/größe.txt": b"1\n"})),
    Defect(what="path of 200 characters", make=w(more={f"demo/{'a' * 196}.txt": b"1\n"})),
    Defect(what="name that Windows does not take", make=w(more={"demo/aux.txt": b"1\n"})),
    Defect(
        what="files of the same kind with two endings",
        make=w(more={"demo/a.yml": b"a: 1\n", "demo/b.yaml": b"b: 1\n"}),
    ),
    Defect(
        what="more than 2,000 files",
        make=w(more={f"demo/data/{n}.txt": f"{n}\n" for n in range(2001)}),
    ),
    Defect(what="file of 90 MB", make=w(size=90 << 20)),
    Defect(what="private key", make=w(more={"demo/keys.txt": KEY})),
    Defect(what="`.env`", make=w(more={"demo/.env": b"PASSWORD=hunter2\n"})),
    Defect(
        what="source path of a person's machine",
        make=compiled(
            "_c.cpython-311-x86_64-linux-gnu.so",
            COMPILED,
            "-s",
            code='puts("/home/ada/src/demo/built.c");',
        ),
    ),
    Defect(what="marked executable, and no program", make=rezipped(_runs)),
    Defect(what="symbolic link", make=rezipped(_linked)),
    Defect(what="member twice", make=rezipped(_twice)),
    Defect(what="compressed by bzip2", make=rezipped(_bzip2)),
    Defect(what="data behind the archive", make=_appended),
    Defect(what="cut off", make=_cut),
    Defect(what="name not in normal form", make=_named("Demo-1.0-py3-none-any.whl")),
    Defect(what="path that leads out", make=w(more={"../outside.py": b"x = 5\n"})),
)

SDISTS = (
    Defect(what="no PKG-INFO", make=_tar(members(info=False))),
    Defect(
        what="two folders at the top", make=_tar([*members(), ("else/file.py", b"x = 1\n", "")])
    ),
    Defect(what="folder of another version", make=_tar(members("demo-1.1"))),
    Defect(
        what="link that leads out",
        make=_tar([*members(), ("demo-1.0/out", b"", "../../etc/passwd")]),
    ),
    Defect(what="nothing to build it by", make=s(files={"pyproject.toml": None})),
    Defect(
        what="pyproject.toml without build system",
        make=s(files={"pyproject.toml": PROJECT.partition("[project]")[2].join(("[project]", ""))}),
    ),
    Defect(what="pyproject.toml is no TOML", make=s(files={"pyproject.toml": "[project\n"})),
    Defect(
        what="pyproject.toml with a field of a wrong type",
        make=s(
            files={"pyproject.toml": PROJECT.replace('keywords = ["demo"]', 'keywords = "demo"')}
        ),
    ),
    Defect(
        what="pyproject.toml states what is dynamic",
        make=s(
            files={
                "pyproject.toml": PROJECT.replace(
                    "[project]\n", '[project]\ndynamic = ["version"]\n'
                )
            }
        ),
    ),
    Defect(what="what an earlier build left", make=s(files={"build/lib/demo/code.py": b"x = 1\n"})),
    Defect(
        what="bytecode in an sdist",
        make=s(files={"demo/__pycache__/code.cpython-311.pyc": b"\xa7\r\r\n"}),
    ),
    Defect(what="`.git` in an sdist", make=s(files={".git/HEAD": b"ref: refs/heads/main\n"})),
    Defect(
        what="sdist lacks a module that the wheel has",
        make=lambda folder: (wheel(folder, more={"demo/more.py": b"x = 6\n"}), sdist(folder)),
        options=("--rebuild",),
    ),
    Defect(
        what="sdist lacks a file that nothing needs, and git has",
        make=lambda folder: (wheel(folder), sdist(folder)),
        beside={"notes/history.txt": "What was.\n"},
    ),
    Defect(
        what="sdist does not build",
        make=s(files={"demo/__init__.py": None, "demo/code.py": None}),
        options=("--rebuild",),
    ),
)

SETS = (
    Defect(what="two sdists", make=_two),
    Defect(
        what="files with other requirements",
        make=_disagree("Requires-Python: >=3.9\nRequires-Dist: packaging\n"),
    ),
    Defect(what="files for other Pythons", make=_disagree("Requires-Python: >=3.10\n")),
)

DEFECTS = {"Metadata": METADATA, "Wheels": WHEELS, "Sdists": SDISTS, "Sets of files": SETS}
"""Group → its defects."""

__all__ = ["DEFECTS", "SOUND"]
