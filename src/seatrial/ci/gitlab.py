"""The jobs of GitLab CI that build a release's set of wheels, by cibuildwheel, to be included.

Source: GitLab's CI/CD YAML syntax reference, and cibuildwheel's own example for GitLab.  A job for
each platform, by its own name: what ``parallel: matrix`` makes is named by all of its values, and
GitLab takes 255 characters.  Nothing publishes.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from seatrial.ci import cibuildwheel
from seatrial.ci.actions import version_of
from seatrial.ci.github import ARTIFACTS, MINUTES
from seatrial.ci.heads import BUILDS, headed
from seatrial.ci.rows import own_names, refuse
from seatrial.plan.matrix import Matrix, Target

DOCKER: Final = "docker:28"
PYTHON: Final = "python:3.13"
BINFMT: Final = "tonistiigi/binfmt:qemu-v9.2.2"
"""The image that lets a machine run programs of other processors."""

MACOS: Final = "macos-15-xcode-16"
KEPT: Final = "30 days"
MOST_NEEDS: Final = 50
"""Jobs that one may wait for."""

_ARM: Final = "saas-linux-small-arm64"
_TAGS: Final = {
    ("linux", "x86_64"): "saas-linux-small-amd64",
    ("linux", "i686"): "saas-linux-small-amd64",
    ("linux", "aarch64"): _ARM,
    ("macos", "arm64"): "saas-macos-medium-m1",
    ("macos", "x86_64"): "saas-macos-medium-m1",
    ("macos", "universal2"): "saas-macos-medium-m1",
    ("windows", "amd64"): "saas-windows-medium-amd64",
    ("windows", "win32"): "saas-windows-medium-amd64",
}
"""System and processor → the tag of the machines that GitLab itself has for it."""

ANY: Final = "any runner with Docker"


def runner(target: Target, *, hosted: bool) -> str:
    """Give the machine that a platform's wheels are built on.

    Args:
        target: the platform.
        hosted: whether GitLab's own machines do it; a server of one's own has none that are known.
    """
    if not hosted:
        return ANY
    usual = "saas-linux-small-amd64" if _is_linux(target) else ""
    return _TAGS.get((_system(target), target.machine), usual)


def jobs(matrices: Sequence[Matrix], *, hosted: bool) -> str:
    """Give the text of the file.

    Args:
        matrices: what it builds, of one package each; all by cibuildwheel.
        hosted: whether GitLab's own machines run it.

    Raises:
        InvalidConfiguration: cibuildwheel cannot make one of the wheels, or not on these machines.
    """
    for matrix in matrices:
        cibuildwheel.check(matrix)
        refuse(
            "GitLab CI" if hosted else "GitLab CI on a server of its own",
            [one.platform for one in matrix.targets if _is_nowhere(matrix, one, hosted=hosted)],
            "Expect what it builds, or write these jobs by hand.",
        )
    return headed(BUILDS, "\n".join(_lines(matrices, hosted=hosted)) + "\n")


def _is_linux(target: Target) -> bool:
    return target.system in {"glibc", "musl"}


def _system(target: Target) -> str:
    return "linux" if _is_linux(target) else target.system


def _is_nowhere(matrix: Matrix, target: Target, *, hosted: bool) -> bool:
    """Say whether no machine builds a platform: its own system's, and Rust is not on Windows'."""
    if _is_linux(target):
        return False
    return (
        not runner(target, hosted=hosted)
        or (matrix.rust and target.system == "windows")
        or (not hosted)
    )


def _lines(matrices: Sequence[Matrix], *, hosted: bool) -> Iterator[str]:
    yield from (
        ".wheels:",
        "  stage: build",
        f"  timeout: {MINUTES} minutes",
        "  artifacts:",
        "    paths: [dist/]",
        f"    expire_in: {KEPT}",
    )
    targets = [target for matrix in matrices for target in matrix.targets]
    if any(map(_is_linux, targets)):
        yield from _linux()
    if any(target.system == "macos" for target in targets):
        yield from _macos()
    if any(target.system == "windows" for target in targets):
        yield from _windows()
    for matrix, own in zip(matrices, own_names(matrices), strict=True):
        needs = []
        for target in matrix.targets:
            needs.append(f"{ARTIFACTS}{own}{target.platform}")
            yield from ("", f"{needs[-1]}:", *_wheels(matrix, target, hosted=hosted))
        if matrix.sdist or matrix.pure:
            needs.append(f"{ARTIFACTS}{own}sdist")
            yield from ("", f"{needs[-1]}:", *_sdist(matrix))
        yield from ("", f"complete-{own}".rstrip("-") + ":", *_complete(matrix, needs))


def _linux() -> Iterator[str]:
    """Give what the jobs share that build in containers: a Docker beside each."""
    yield from (
        "",
        ".wheels-linux:",
        "  extends: .wheels",
        f"  image: {DOCKER}",
        "  services:",
        f"    - name: {DOCKER}-dind",
        "      alias: docker",
        "      # It is told of itself as of another one, and would serve nobody.",
        '      entrypoint: ["env", "-u", "DOCKER_HOST"]',
        '      command: ["dockerd-entrypoint.sh"]',
        "  variables:",
        "    DOCKER_HOST: tcp://docker:2375",
        '    DOCKER_TLS_CERTDIR: ""',
        "  before_script:",
        "    - apk add --quiet git pipx",
        "    - |",
        '      if [ -n "$EMULATE" ]; then',
        f'        docker run --privileged --rm {BINFMT} --install "$EMULATE"',
        "      fi",
        "  script:",
        f"    - {_run('pipx run cibuildwheel==VERSION')}",
    )


def _macos() -> Iterator[str]:
    yield from (
        "",
        ".wheels-macos:",
        "  extends: .wheels",
        f"  image: {MACOS}",
        "  before_script:",
        f"    - python3 -m pip install --quiet cibuildwheel=={version_of(cibuildwheel.NAME)}",
        "  script:",
        f"    - {_run('python3 -m cibuildwheel')}",
    )


def _windows() -> Iterator[str]:
    yield from (
        "",
        ".wheels-windows:",
        "  extends: .wheels",
        "  before_script:",
        "    - choco install python -y --version 3.12.4",
        f"    - py -m pip install --quiet cibuildwheel=={version_of(cibuildwheel.NAME)}",
        "  script:",
        f"    - {_run('py -m cibuildwheel')}",
    )


def _run(program: str) -> str:
    program = program.replace("VERSION", version_of(cibuildwheel.NAME))
    return f'{program} --output-dir dist "$PACKAGE"'


def _wheels(matrix: Matrix, target: Target, *, hosted: bool) -> Iterator[str]:
    linux = _is_linux(target)
    yield f"  extends: .wheels-{_system(target)}"
    if hosted:
        yield f"  tags: [{runner(target, hosted=hosted)}]"
    values = {"PACKAGE": matrix.path or ".", **cibuildwheel.variables(matrix, target)}
    native = target.machine in {"x86_64", "i686"} or (hosted and target.machine == "aarch64")
    if linux and not native:
        values["EMULATE"] = cibuildwheel.emulated(target)
    yield from _variables(matrix, values)
    if matrix.rust and linux:
        # As lines of a script: GitLab itself would look for $HOME in a variable.
        steps = {
            "CIBW_BEFORE_ALL_LINUX": cibuildwheel.RUST_BEFORE,
            "CIBW_ENVIRONMENT_LINUX": cibuildwheel.RUST_PATH,
        }
        exports = [f"export {name}={shlex.quote(value)}" for name, value in steps.items()]
        yield from ("  script:", *(f"    - {json.dumps(one)}" for one in exports))
        yield f"    - {_run('pipx run cibuildwheel==VERSION')}"
    elif matrix.rust:
        yield from ("  script:", *_rust(), f"    - rustup target add {_apple(target)}")
        yield f"    - {_run('python3 -m cibuildwheel')}"


def _apple(target: Target) -> str:
    processors = ("arm64", "x86_64") if target.machine == "universal2" else (target.machine,)
    names = {"arm64": "aarch64-apple-darwin", "x86_64": "x86_64-apple-darwin"}
    return " ".join(names[one] for one in processors)


def _rust() -> Iterator[str]:
    yield f"    - {json.dumps(cibuildwheel.RUST_BEFORE)}"
    yield '    - . "$HOME/.cargo/env"'


def _sdist(matrix: Matrix) -> Iterator[str]:
    yield from ("  extends: .wheels", f"  image: {PYTHON}")
    yield from _variables(matrix, {"PACKAGE": matrix.path or "."})
    yield "  script:"
    if matrix.rust:
        yield from _rust()
    yield f"    - python -m pip install --quiet {cibuildwheel.BUILD}"
    yield f'    - python -m build {cibuildwheel.kinds(matrix)} --outdir dist "$PACKAGE"'


def _complete(matrix: Matrix, needs: Sequence[str]) -> Iterator[str]:
    """Say whether the set is whole and sound, by what the release will ask."""
    refuse(
        "one job of GitLab CI that waits for all",
        [f"{len(needs)} sets of files, of which it may wait for {MOST_NEEDS}"]
        if len(needs) > MOST_NEEDS
        else [],
        "Expect fewer platforms.",
    )
    yield from (
        "  stage: build",
        f"  image: {PYTHON}",
        "  needs:",
        *(f"    - {one}" for one in needs),
        "  variables:",
        '    GIT_DEPTH: "0"',
        f"    PACKAGE: {_value(matrix.path or '.')}",
        "  script:",
        f"    - python -m pip install --quiet seatrial=={matrix.tool}",
        '    - seatrial collect "$PACKAGE" --from dist --out whole',
    )


def _variables(matrix: Matrix, values: dict[str, str]) -> Iterator[str]:
    yield "  variables:"
    if matrix.history:
        yield '    GIT_DEPTH: "0"'
    for name, value in values.items():
        yield f"    {name}: {_value(value)}"


def _value(text: str) -> str:
    """Give a variable's value, in which GitLab is to find no name of another."""
    return json.dumps(text.replace("$", "$$"), ensure_ascii=False)
