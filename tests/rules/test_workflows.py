"""ST7xx: what is found, and what is left alone."""

from __future__ import annotations

import textwrap

import pytest

from seatrial.rules.workflow import read_workflow
from tests.rules.verdicts import Case
from tests.support.trees import PROJECT, Around

PATH = ".github/workflows/release.yml"
PUBLISH = "pypa/gh-action-pypi-publish@release/v1"
SHA = "a" * 40
DYNAMIC = {
    "pyproject.toml": PROJECT.replace('version = "1.2.0"', 'dynamic = ["version"]')
    + '[tool.hatch.version]\npath = "demo/__init__.py"\n',
    "demo/__init__.py": '__version__ = "1.2.0"\n',
}
FROM_TAG = {
    "pyproject.toml": PROJECT.replace('version = "1.2.0"', 'dynamic = ["version"]')
    + '[tool.hatch.version]\nsource = "vcs"\n'
}
SED = "sed -i 's/^version = .*/version = \"1\"/' pyproject.toml"


def on(trigger: str, jobs: str) -> dict[str, str]:
    """Give a workflow."""
    return {PATH: f"on: {trigger}\njobs:\n{textwrap.indent(textwrap.dedent(jobs), '  ')}"}


def job(*steps: str, before: str = "", trigger: str = "push") -> dict[str, str]:
    """Give a workflow with one job: its steps begin in line 5, after the lines before them."""
    listed = "".join(f"    - {step}\n" for step in steps)
    text = f"on: {trigger}\njobs:\n  one:\n{before}    steps:\n{listed}"
    return {PATH: text}


def jobs(needs: str, *, wanted: str = "dist-*") -> dict[str, str]:
    """Give two jobs that build, and one that publishes what it waits for."""
    made = "".join(
        f"{name}:\n  steps:\n    - run: python -m build\n"
        f"    - {{uses: actions/upload-artifact@v4, with: {{name: dist-{name}}}}}\n"
        for name in ("sdist", "wheels")
    )
    return on(
        "push",
        f"{made}publish:\n  needs: {needs}\n  steps:\n"
        f"    - {{uses: actions/download-artifact@v4, with: {{pattern: '{wanted}'}}}}\n"
        f"    - uses: {PUBLISH}\n",
    )


def renaming(target: str) -> dict[str, str]:
    """Give a job that moves wheels."""
    return job(f'run: |\n        for f in dist/*.whl; do\n          mv "$f" {target}\n        done')


IDENTITY = "    permissions:\n      id-token: write\n"
MATRIX = "    strategy:\n      matrix:\n        os: [a, b]\n"
UPLOAD = "uses: actions/upload-artifact@v4\n      with:\n        name: "

CASES = [
    Case(
        "ST701",
        job(f"uses: {PUBLISH}\n      with:\n        skip-existing: true"),
        (f"{PATH}:7",),
    ),
    Case("ST701", job("run: twine upload --skip-existing dist/*"), (f"{PATH}:5",)),
    Case("ST701", job(f"uses: {PUBLISH}", "run: pip install --skip-existing")),
    Case("ST701", job("run: twine upload -r testpypi --skip-existing dist/*")),
    Case(
        "ST702",
        job("run: |\n        set -x\n        pytest || true", f"uses: {PUBLISH}"),
        (f"{PATH}:7",),
    ),
    Case("ST702", job("run: mypy src || echo no", "run: uv publish"), (f"{PATH}:5",)),
    Case("ST702", job("run: pytest || true")),
    Case("ST702", job("run: ls x/ || true", "run: pytest || exit 1", f"uses: {PUBLISH}")),
    Case(
        "ST703",
        job("run: pytest\n      continue-on-error: true", "run: uv publish"),
        (f"{PATH}:6",),
    ),
    Case(
        "ST703",
        job(
            f"uses: {PUBLISH}\n      continue-on-error: true\n      with:\n"
            "        repository-url: https://test.pypi.org/legacy/"
        ),
    ),
    Case("ST703", job(f"uses: {PUBLISH}\n      continue-on-error: true"), (f"{PATH}:6",)),
    Case("ST703", job("run: ls\n      continue-on-error: true", "run: uv publish")),
    Case("ST704", job("run: mv a-any.whl a-linux.whl"), (f"{PATH}:5",)),
    Case("ST704", renaming('"$new"'), (f"{PATH}:7",)),
    Case("ST704", renaming("wheelhouse/")),
    Case("ST704", job("run: mv dist/*.whl out/")),
    Case("ST705", jobs("[sdist]"), (f"{PATH}:11",)),
    Case("ST705", jobs("[sdist, wheels]")),
    Case("ST705", jobs("sdist", wanted="dist-sdist*")),
    Case("ST706", job("run: uv build", "run: uv publish", before=IDENTITY), (f"{PATH}:5",)),
    Case("ST706", job("run: uv publish", before=IDENTITY)),
    Case("ST706", job("run: uv build", before=IDENTITY)),
    Case("ST707", {**DYNAMIC, **job(f"run: {SED}")}, (f"{PATH}:5",)),
    Case("ST707", job(f"run: {SED}")),
    Case("ST707", {**DYNAMIC, **job("run: sed -i s/name/other/ pyproject.toml")}),
    Case("ST708", job("uses: some/one@v1", f"uses: {PUBLISH}"), (f"{PATH}:5",)),
    Case("ST708", job(f"uses: some/one@{SHA}", "uses: actions/checkout@v4", f"uses: {PUBLISH}")),
    Case("ST708", job("uses: some/one@v1")),
    Case(
        "ST709",
        job(f"uses: {PUBLISH}\n      with:\n        password: ${{{{ secrets.T }}}}"),
        (f"{PATH}:7",),
    ),
    Case("ST709", job(f"uses: {PUBLISH}")),
    Case(
        "ST710",
        job(
            "uses: actions/checkout@v4\n      with:\n        ref: "
            "${{ github.event.pull_request.head.sha }}",
            trigger="pull_request_target",
        ),
        (f"{PATH}:7",),
    ),
    Case("ST710", job("uses: actions/checkout@v4", trigger="pull_request_target")),
    Case(
        "ST710",
        job(
            "uses: actions/checkout@v4\n      with:\n        ref: ${{ github.head_ref }}",
            before="    if: github.event.pull_request.head.repo.fork == false\n",
            trigger="pull_request_target",
        ),
    ),
    Case("ST711", job('run: echo "${{ github.event.issue.title }}"'), (f"{PATH}:5",)),
    Case("ST711", job('run: echo "${{ github.sha }}"')),
    Case("ST711", job('run: echo "$T"\n      env: {T: "${{ github.head_ref }}"}')),
    Case(
        "ST712",
        {**FROM_TAG, **job("uses: actions/checkout@v4", "run: uv build", "run: uv publish")},
        (f"{PATH}:5",),
    ),
    Case(
        "ST712",
        {
            **FROM_TAG,
            **job("uses: actions/checkout@v4", "run: uv build && uv publish", trigger="release"),
        },
    ),
    Case("ST712", job("uses: actions/checkout@v4", "run: uv build", "run: uv publish")),
    Case("ST713", job("uses: actions/upload-artifact@v3"), (f"{PATH}:5",)),
    Case("ST713", job("uses: actions/upload-artifact@v4", "uses: other/thing@v1")),
    Case("ST714", job(UPLOAD + "dist", before=MATRIX), (f"{PATH}:8",)),
    Case("ST714", job(UPLOAD + "dist-${{ matrix.os }}", before=MATRIX)),
    Case("ST714", job(UPLOAD + "dist")),
    Case("ST715", jobs("[sdist, wheel, wheels]"), (f"{PATH}:12",)),
    Case("ST715", jobs("[sdist, wheels]")),
    Case("ST716", {PATH: "on: push\njobs: [\n"}, (f"{PATH}:3",)),
    Case("ST716", job("run: true")),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_the_verdict_is_right(case: Case) -> None:
    """The rule finds the flaws of the workflow, on their lines, and no others."""
    case.check()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words",
        "jobs: 3",
        "jobs: {a: {steps: nothing, needs: {b: c}, strategy: 1}}",
        "jobs: {a: }",
        "a: &a [*a]",
        "jobs: &x {a: *x}",
        "[" * 5000,
        "a: " * 200,
        "? {a: b}\n: c\n",
        "a: !!python/object/apply:os.system [x]",
        "\0",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\njobs: {e: {needs: *d}}",
        "jobs: {a: {needs: b}, b: {needs: a}}",
    ],
)
def test_no_document_upsets_the_rules(text: str) -> None:
    """Whatever a workflow holds, every rule ends, and what is no YAML is said."""
    from seatrial.rules.registry import all_rules, judge
    from tests.support.trees import rule_input

    workflow = read_workflow(PATH, text)
    assert all(workflow.waits_for(job) is not None for job in workflow.jobs.values())
    about = rule_input({"pyproject.toml": PROJECT, PATH: text}, Around())
    found = judge(about, [rule for rule in all_rules() if rule.code.startswith("ST7")])
    assert {one.code for one in found} <= {"ST715", "ST716"}
