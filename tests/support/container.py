"""A stand-in for Docker as cibuildwheel calls it: this machine, with another root.

It has nothing of an image but its name, from which the policy of its wheels is read.  Pythons lie
in the folder that ``$STAND_IN_PYTHONS`` names, as in such an image in ``/opt/python``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

OWN = ("opt", "output", "project", "tmp")
"""What of its root is not this machine's."""

ANSWERS = {
    ("--version",): "Docker version 28.0.0, a stand-in",
    ("version",): json.dumps({"Client": {"ApiVersion": "1.48"}, "Server": {"ApiVersion": "1.48"}}),
}


def main(arguments: list[str]) -> None:
    """Do what a command line asks for; what is not known here is refused."""
    for asked, said in ANSWERS.items():
        if tuple(arguments[: len(asked)]) == asked:
            sys.stdout.write(said + "\n")
            return
    match arguments:
        case ["create", *options]:
            name = next(one for one in options if one.startswith("--name="))
            place(name.removeprefix("--name=")).mkdir(parents=True)
            image = next(one for one in options if not one.startswith("-"))
            (place(name.removeprefix("--name=")) / "image").write_text(image, "utf-8")
        case ["start", "--attach", "--interactive", name]:
            (place(name) / "pid").write_text(str(os.getpid()), "utf-8")
            argv = ["unshare", *strange(), "--mount", "--propagation", "private"]
            os.execvp(argv[0], [*argv, sys.executable, __file__, "enter", name])  # noqa: S606 - it becomes that
        case ["enter", name]:
            enter(place(name))
        case ["exec", "-i", name, *argv]:
            os.execvp("nsenter", [*into(name), *argv])  # noqa: S606 - it becomes that
        case ["cp", source, to]:
            name, _, path = source.partition(":")
            packed = subprocess.run(
                [*into(name), "tar", "-cC", path, "."], stdout=subprocess.PIPE, check=True
            )
            subprocess.run(["tar", "-xC", to], input=packed.stdout, check=True)
        case ["rm", "--force", "-v", name]:
            (place(name) / "pid").unlink(missing_ok=True)
        case _:
            sys.exit(f"{' '.join(arguments)}: the stand-in does not know that")


def place(name: str) -> Path:
    """Give the folder of a container."""
    return Path(os.environ["STAND_IN_FOLDER"], name)


def strange() -> list[str]:
    """Give what lets somebody mount who is not the superuser."""
    return [] if os.geteuid() == 0 else ["--user", "--map-root-user"]


def into(name: str) -> list[str]:
    """Give the beginning of a command line that runs in a container."""
    pid = (place(name) / "pid").read_text("utf-8")
    more = ["--user", "--preserve-credentials"] if strange() else []
    return ["nsenter", f"--target={pid}", *more, "--mount", "--root", "--wd=/"]


def enter(folder: Path) -> None:
    """Become the shell of a container, in a root that is made of this machine's folders."""
    root = folder / "root"
    root.mkdir()
    mount("-t", "tmpfs", "none", root)
    for path in Path("/").iterdir():
        there = root / path.name
        if path.is_symlink():
            there.symlink_to(path.readlink())
        elif path.is_dir() and path.name not in OWN:
            there.mkdir()
            mount("--rbind", path, there)
    for name in OWN:
        (root / name).mkdir()
    for path in [Path(os.environ["STAND_IN_PYTHONS"]), *Path("/opt").iterdir()]:
        there = root / "opt" / (path.name if path.parent == Path("/opt") else "python")
        if path.is_dir() and not there.exists():
            there.mkdir()
            mount("--rbind", path, there)
    image = (folder / "image").read_text("utf-8")
    found = re.search(r"(m(?:any|usl)linux\d*(?:_\d+_\d+)?)_(\w+)@sha256:", image)
    assert found, image
    environ = {
        "HOME": "/project",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "AUDITWHEEL_POLICY": found[1],
        "AUDITWHEEL_ARCH": found[2],
        "AUDITWHEEL_PLAT": f"{found[1]}_{found[2]}",
        **{k: v for k, v in os.environ.items() if k.startswith(("PIP_", "UV_", "SSL_", "CIBUILD"))},
    }
    os.chroot(root)
    os.chdir("/")
    os.execve("/bin/bash", ["/bin/bash"], environ)  # noqa: S606 - it becomes that


def mount(*argv: str | Path) -> None:
    """Mount something; what cannot be is an end."""
    subprocess.run(["mount", *map(str, argv)], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
