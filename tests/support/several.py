"""A release of several packages made small: a bare remote, and a dock that plays the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.docks import dock_process
from tests.support.releases import Scene
from tests.support.repositories import git, make_repository

BACKEND = """
import base64, hashlib, io, os, tarfile, time, tomllib, zipfile

with open("pyproject.toml", "rb") as file:
    PROJECT = tomllib.load(file)["project"]
NAME, VERSION = PROJECT["name"].replace("-", "_"), PROJECT["version"]
NEEDS = PROJECT.get("dependencies", [])

WHEEL = b"Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"


def _metadata():
    lines = ["Metadata-Version: 2.1", f"Name: {NAME}", f"Version: {VERSION}", "Summary: A part"]
    return "\\n".join([*lines, *(f"Requires-Dist: {need}" for need in NEEDS)]) + "\\n"


def build_sdist(folder, settings=None):
    top = f"{NAME}-{VERSION}"
    with tarfile.open(os.path.join(folder, top + ".tar.gz"), "w:gz") as archive:
        for path in ("pyproject.toml", "backend.py", f"{NAME}.py"):
            archive.add(path, f"{top}/{path}")
        for name, text in (("PKG-INFO", _metadata()), ("moment.txt", str(time.time_ns()))):
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size = len(text.encode())
            archive.addfile(info, io.BytesIO(text.encode()))
    return top + ".tar.gz"


def build_wheel(folder, settings=None, metadata=None):
    if os.path.exists("broken.txt"):
        raise SystemExit("this one does not build")
    name = f"{NAME}-{VERSION}-py3-none-any.whl"
    info = f"{NAME}-{VERSION}.dist-info"
    with open(f"{NAME}.py", "rb") as file:
        module = file.read()
    files = {
        f"{NAME}.py": module,
        f"{NAME}_moment.py": f"MOMENT = {time.time_ns()}\\n".encode(),
        f"{info}/METADATA": _metadata().encode(),
        f"{info}/WHEEL": WHEEL,
    }
    lines = []
    with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={digest},{len(data)}")
        lines.append(f"{info}/RECORD,,")
        archive.writestr(f"{info}/RECORD", "\\n".join(lines) + "\\n")
    return name
"""
"""Needs nothing from anywhere, and never builds the same bytes twice."""

SETTINGS = """
publish = "main"
{more}

[forge]
kind = "github"
repository = "octo/demo"
api = "{forge}"

[index.main]
upload-url = "{main_upload}"
simple-url = "{main_simple}"

[index.stage]
upload-url = "{stage_upload}"
simple-url = "{stage_simple}"
"""
TRIO: Mapping[str, Sequence[str]] = {"trio-core": (), "trio-bots": ("trio-core",), "trio-server": (
    "trio-bots", "trio-core",
)}  # fmt: skip
"""Three packages, the last of which requires the others."""


def pyproject(name: str, needs: Sequence[str], version: str = "1.0.0") -> str:
    """Write a package's manifest."""
    listed = ", ".join(f'"{need}"' for need in needs)
    return (
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n\n'
        f'[project]\nname = "{name}"\nversion = "{version}"\ndescription = "A part"\n'
        f"dependencies = [{listed}]\n"
    )


def package_files(
    name: str, needs: Sequence[str], version: str = "1.0.0", folder: str = ""
) -> dict[str, str]:
    """Give the files of a package: its module imports those of the packages that it requires."""
    place = folder or f"packages/{name}"
    wanted = [need.split("[")[0].split("=")[0].split(">")[0].split("<")[0] for need in needs]
    imports = "".join(f"import {need.strip().replace('-', '_')}\n" for need in wanted)
    return {
        f"{place}/pyproject.toml": pyproject(name, needs, version),
        f"{place}/backend.py": BACKEND,
        f"{place}/{name.replace('-', '_')}.py": f'"""A part."""\n\n{imports}',
    }


@dataclass(frozen=True, kw_only=True)
class Several(Scene):
    """Several packages with their world.

    Attributes:
        names: of the packages.
    """

    names: tuple[str, ...]

    def held(self, index: str) -> dict[str, str]:
        """Give what an index shows of all packages: file name → SHA-256."""
        return {
            name: digest
            for package in self.names
            for name, digest in self.held_of(index, package).items()
        }

    def tags(self) -> list[str]:
        """Give the tags of the remote."""
        return git(self.remote, "tag", "--list").split()


@contextmanager
def several(
    folder: Path,
    *,
    packages: Mapping[str, Sequence[str]] = TRIO,
    more: str = 'staging = "stage"\ntag = "v{version}"',
    files: Mapping[str, str] | None = None,
    tags: Sequence[str] = ("v1.0.0",),
    change: str = "trio-core",
    faults: Sequence[str] = (),
) -> Iterator[Several]:
    """Set several packages, their remote and a dock up; one has a feature since the last release.

    Args:
        folder: for everything.
        packages: name → what it requires; each lies in ``packages/NAME``.
        more: further lines of the configuration.
        files: more files of the project.
        tags: of the last release.
        change: the package that has changed since.
        faults: what the dock does wrong.
    """
    names = tuple(packages)
    with dock_process(folder / "dock", own=list(names), faults=faults) as dock:
        settings = SETTINGS.format(
            more=more,
            forge=dock.forge_api,
            main_upload=dock.upload_url("main"),
            main_simple=dock.simple_url("main"),
            stage_upload=dock.upload_url("stage"),
            stage_simple=dock.simple_url("stage"),
        )
        made: dict[str, str] = {"seatrial.toml": settings}
        for name, needs in packages.items():
            made |= package_files(name, needs)
        project = make_repository(
            folder / "project",
            made | dict(files or {}),
            message="feat: begin",
            remote=folder / "remote.git",
        )
        for tag in tags:
            project.tag(tag)
        if change:
            project.commit("feat: say more", {f"packages/{change}/more.txt": "more\n"})
        project.push()
        yield Several(folder=folder, project=project, dock=dock, names=names)
