"""``seatrial init``: what it finds, and what it writes."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from seatrial.cli.main import cli, run
from seatrial.config.load import load
from tests.support.repositories import HELLO, Repository, make_repository
from tests.support.schemas import fitting

READ_ME = "# Hello\n\n    pip install hello==0.1.0\n"


def made(folder: Path, **files: str) -> Repository:
    """Give the small package, with further files; a double underscore stands for a dot."""
    named = {name.replace("__", "."): text for name, text in files.items()}
    return make_repository(folder / "r", {**HELLO, **named})


def init(repository: Repository, *words: str) -> Result:
    """Run the command in the repository."""
    return CliRunner().invoke(cli, ["init", str(repository.folder), *words], catch_exceptions=False)


def test_a_repository_that_speaks_for_itself_gets_no_file(tmp_path: Path) -> None:
    """What was found is shown, and nothing is written."""
    repository = made(tmp_path)
    shown = init(repository).output
    assert "hello 0.1.0 in ." in shown
    assert "pyproject.toml:7" in shown
    assert "Nothing has to be written" in shown
    assert repository.git("status", "--porcelain") == ""


def test_what_detection_could_not_know_is_put_at_the_end(tmp_path: Path) -> None:
    """A place in the README becomes a site; what stood in pyproject.toml stands as it did."""
    repository = made(tmp_path, README__md=READ_ME)
    shown = init(repository).output
    assert "Written to pyproject.toml" in shown
    text = (repository.folder / "pyproject.toml").read_bytes().decode()
    assert text.startswith(HELLO["pyproject.toml"])
    (package,) = load({"pyproject.toml": text}).settings.package
    assert len(package.versions) == 1
    repository.commit("Configure")
    sites = CliRunner().invoke(cli, ["sites", str(repository.folder)], catch_exceptions=False)
    assert "README.md:3" in sites.output


def test_a_second_time_nothing_is_overwritten(tmp_path: Path) -> None:
    """A configuration that is there is refused to be written, committed or not."""
    repository = made(tmp_path, README__md=READ_ME)
    assert run(["init", str(repository.folder)]) == 0
    before = (repository.folder / "pyproject.toml").read_bytes()
    assert run(["init", str(repository.folder)]) == 2
    repository.commit("Configure")
    assert run(["init", str(repository.folder)]) == 2
    assert (repository.folder / "pyproject.toml").read_bytes() == before


def test_an_own_file_in_the_working_tree_is_kept(tmp_path: Path) -> None:
    """A seatrial.toml that is not committed yet counts as a configuration."""
    repository = made(tmp_path, README__md=READ_ME)
    (repository.folder / "seatrial.toml").write_text("# mine\n")
    assert run(["init", str(repository.folder)]) == 2
    assert (repository.folder / "seatrial.toml").read_text() == "# mine\n"


def test_print_only_shows(tmp_path: Path) -> None:
    """With --print the text is shown with the file it would go to, and nothing is written."""
    repository = made(tmp_path, README__md=READ_ME)
    shown = init(repository, "--print").output
    assert "Would be written to pyproject.toml" in shown
    assert "[[tool.seatrial.package]]" in shown
    assert repository.git("status", "--porcelain") == ""


def test_line_endings_stay(tmp_path: Path) -> None:
    """A file with CRLF, and no last line ending, gets its table with CRLF."""
    crlf = HELLO["pyproject.toml"].rstrip("\n").replace("\n", "\r\n")
    repository = made(tmp_path, README__md=READ_ME, pyproject__toml=crlf)
    init(repository)
    data = (repository.folder / "pyproject.toml").read_bytes()
    assert data.startswith(crlf.encode() + b"\r\n\r\n[[tool.seatrial.package]]\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    """Where pyproject.toml leads elsewhere, a file of our own is made."""
    repository = made(tmp_path, README__md=READ_ME)
    shared = repository.folder / "pyproject.toml"
    outside = tmp_path / "outside.toml"
    shared.rename(outside)
    shared.symlink_to(outside)
    assert "Written to seatrial.toml" in init(repository).output
    assert outside.read_text("utf-8") == HELLO["pyproject.toml"]
    own = (repository.folder / "seatrial.toml").read_text("utf-8")
    assert load({"seatrial.toml": own}).settings.package


def test_without_pyproject_a_file_of_our_own_is_made(tmp_path: Path) -> None:
    """A package of setup.cfg alone gets a seatrial.toml, which is then the configuration."""
    files = {
        "setup.cfg": "[metadata]\nname = hello\nversion = 0.1.0\n",
        "setup.py": "from setuptools import setup\n\nsetup()\n",
        "README.md": READ_ME,
    }
    repository = make_repository(tmp_path / "r", files)
    assert "Written to seatrial.toml" in init(repository).output
    repository.commit("Configure")
    shown = CliRunner().invoke(cli, ["config", "show", str(repository.folder)])
    assert "seatrial.toml:2" in shown.output


def test_programs_get_a_document(tmp_path: Path) -> None:
    """With --json, what was found and what was written is one document."""
    repository = made(tmp_path, README__md=READ_ME)
    document = fitting("init", init(repository, "--json").stdout, kind="InitDocument")
    beginning = document["beginning"]
    assert beginning["written"] is True
    assert beginning["file"] == "pyproject.toml"
    assert {one["topic"] for one in beginning["found"]} >= {"package", "version", "tags"}


TOLD = (
    HELLO["pyproject.toml"]
    + """
[tool.semantic_release]
tag_format = "r{version}"
version_toml = ["pyproject.toml:project.version"]
version_variables = ["docs/conf.py:release", "gone.py:__version__"]
build_command = "make dist"

[tool.bumpversion]
current_version = "0.1.0"
tag_name = "other-{new_version}"
[[tool.bumpversion.files]]
filename = "README.md"
"""
)


def test_another_tools_configuration_is_read(tmp_path: Path) -> None:
    """What is found anyway is left out, what has no counterpart is told, and the rest is used."""
    repository = made(
        tmp_path,
        pyproject__toml=TOLD,
        README__md=READ_ME,
        **{"docs/conf__py": 'release = "0.1.0"\n'},
    )
    shown = init(repository, "--from", "auto").output
    assert "  python-semantic-release, in pyproject.toml\n" in shown
    assert "  bump-my-version, in pyproject.toml\n" in shown
    assert "  tag, from tag_format\n" in shown
    assert "build_command: Seatrial builds by PEP 517" in shown
    assert "tag_name: tag is taken from tag_format, which says otherwise." in shown
    assert "gone.py:__version__" in shown.partition("Without a counterpart")[2]
    settings = load({"pyproject.toml": (repository.folder / "pyproject.toml").read_text()}).settings
    assert settings.tag == "r{version}"
    assert settings.version.zero == "major"
    (package,) = settings.package
    assert "pyproject.toml:project.version" not in package.versions
    repository.commit("Configure")
    plain = (repository.folder / "pyproject.toml").read_text()
    told = TOLD.removeprefix(HELLO["pyproject.toml"])
    repository.commit("Leave the others", {"pyproject.toml": plain.replace(told, "")})
    sites = CliRunner().invoke(cli, ["sites", str(repository.folder)], catch_exceptions=False)
    for file in ("pyproject.toml:7", "README.md:3", "docs/conf.py:1"):
        assert file in sites.output


def test_the_sites_of_a_package_in_a_folder_are_named_from_there(tmp_path: Path) -> None:
    """A place above the package's folder is written with its way up."""
    files = {f"lib/{name}": text for name, text in HELLO.items()}
    files["tbump.toml"] = 'file = [{ src = "INSTALL", search = "hello=={current_version}" }]\n'
    files["INSTALL"] = "hello==0.1.0\n"
    repository = make_repository(tmp_path / "r", files)
    text = fitting(
        "init", init(repository, "--from", "tbump", "--json").stdout, kind="InitDocument"
    )["beginning"]["text"]
    assert load({"seatrial.toml": text}).settings.package[0].path == "lib"
    assert '"../INSTALL"' in text
    repository.commit("Configure")
    sites = CliRunner().invoke(cli, ["sites", str(repository.folder)], catch_exceptions=False)
    assert "INSTALL:1" in sites.output


def test_a_tool_that_was_told_nothing_is_named(tmp_path: Path) -> None:
    """Asked for a tool without a configuration, the command says so and writes nothing."""
    repository = made(tmp_path)
    assert run(["init", str(repository.folder), "--from", "commitizen"]) == 2
    assert repository.git("status", "--porcelain") == ""


def test_tags_that_are_there_are_heard_before_a_default(tmp_path: Path) -> None:
    """The format that another tool would use unasked does not overrule the tags."""
    repository = made(
        tmp_path, pyproject__toml=HELLO["pyproject.toml"] + "[tool.commitizen]\nname = 'x'\n"
    )
    repository.tag("v0.1.0")
    shown = init(repository, "--from", "commitizen", "--print").output
    assert "tag =" not in shown
    assert 'zero = "major"' in shown


def test_what_we_cannot_use_is_told_instead_of_failing(tmp_path: Path) -> None:
    """A value of the other tool that makes no sense here is one line of what was lost."""
    bad = '[tool.tbump.git]\ntag_template = "a b {new_version}"\n'
    repository = made(tmp_path, pyproject__toml=HELLO["pyproject.toml"] + bad)
    shown = init(repository, "--from", "tbump").output
    assert "git.tag_template: tag cannot take it" in shown
    assert "Nothing has to be written" in shown
