"""Edits known by name: feedstocks of conda-forge and formulas of Homebrew."""

from __future__ import annotations

import pytest

from seatrial.errors import DownstreamDiffers
from seatrial.plan.downstream_values import Names, Order, Source, Target
from seatrial.repository.recipes import recipe_edits

OLD, NEW = "a" * 64, "b" * 64
NAMES = Names(
    package="demo", version="1.2.0", tag="v1.2.0", date="2026-01-02", origin="o/demo", index="pypi"
)
SOURCE = Source(
    name="demo", version="1.2.0", url="https://files.example/demo-1.2.0.tar.gz", sha256=NEW
)
META = f"""{{% set name = "demo" %}}
{{% set version = "1.1.0" %}}

package:
  name: {{{{ name|lower }}}}
  version: {{{{ version }}}}

source:
  url: https://pypi.org/packages/source/d/demo/demo-{{{{ version }}}}.tar.gz
  sha256: {OLD}

build:
  number: 3
  noarch: python

requirements:
  run:
    - python >={{{{ python_min }}}}
"""
RECIPE = f"""context:
  version: "1.1.0"

package:
  name: demo
  version: ${{{{ version }}}}

source:
  url: https://pypi.org/packages/source/d/demo/demo-${{{{ version }}}}.tar.gz
  sha256: {OLD}

build:
  number: 2
"""
FORMULA = f"""class Demo < Formula
  include Language::Python::Virtualenv

  desc "Says hello"
  homepage "https://example.org"
  url "https://files.example/demo-1.1.0.tar.gz"
  sha256 "{OLD}"
  license "MIT"
  revision 2

  bottle do
    sha256 cellar: :any, arm64_sonoma: "{"c" * 64}"
  end

  depends_on "python@3.13"

  resource "click" do
    url "https://files.example/click-8.0.tar.gz"
    sha256 "{"d" * 64}"
  end

  resource "testdata" do
    url "https://example.org/data.tar.xz"
    sha256 "{"e" * 64}"
  end

  def install
    virtualenv_install_with_resources
  end
end
"""


def order(recipe: str, *resources: Source, source: Source | None = SOURCE) -> Order:
    """Give what a recipe is asked for."""
    target = Target(
        repository="o/feedstock",
        recipe="conda-forge" if recipe == "conda-forge" else "homebrew",
        head="h",
        message="m",
        title="t",
        body="b",
        timeout=1.0,
    )
    return Order(target=target, names=NAMES, source=source, resources=resources)


def made(path: str, text: str, wanted: Order) -> str:
    """Give a file after its recipe."""
    [found] = recipe_edits({path: text}.get, [path, "README.md"], wanted)
    assert found.path == path
    return found.after


@pytest.mark.parametrize(
    ("path", "text", "number"),
    [("recipe/meta.yaml", META, "3"), ("recipe/recipe.yaml", RECIPE, "2")],
)
def test_a_feedstock_is_brought_to_the_version(path: str, text: str, number: str) -> None:
    """Version and digest change, the build number begins anew, and nothing else is touched."""
    wanted = (
        text.replace("1.1.0", "1.2.0").replace(OLD, NEW).replace(f"number: {number}", "number: 0")
    )
    assert made(path, text, order("conda-forge")) == wanted


def test_a_feedstock_with_two_sources_is_refused() -> None:
    """Which of the digests is the release's own is not known."""
    text = META.replace("build:\n", f"  patches: []\n  sha256: {OLD}\n\nbuild:\n")
    with pytest.raises(DownstreamDiffers, match="2 places"):
        made("recipe/meta.yaml", text, order("conda-forge"))


def test_a_recipe_needs_an_sdist() -> None:
    """Without one there is no digest to state."""
    with pytest.raises(DownstreamDiffers, match="sdist"):
        made("recipe/meta.yaml", META, order("conda-forge", source=None))


def test_a_repository_without_the_recipe_is_refused() -> None:
    """The names that were looked for are said."""
    with pytest.raises(DownstreamDiffers, match="no such file"):
        list(recipe_edits(dict[str, str]().get, ["README.md"], order("homebrew")))


def test_a_formula_is_brought_to_the_version() -> None:
    """Address and digest change; the revision goes; bottles and resources stay."""
    wanted = FORMULA.replace("demo-1.1.0", "demo-1.2.0").replace(OLD, NEW)
    wanted = wanted.replace("  revision 2\n", "")
    assert made("Formula/demo.rb", FORMULA, order("homebrew")) == wanted


def test_the_resources_of_a_formula_are_those_of_the_release() -> None:
    """Projects of Python are set anew, sorted; what is none stays; the second time does nothing."""
    idna = Source(name="idna", version="3.1", url="https://x/idna-3.1.tar.gz", sha256="f" * 64)
    click = Source(name="click", version="8.2", url="https://x/click-8.2.tar.gz", sha256="9" * 64)
    text = made("demo.rb", FORMULA, order("homebrew", idna, click))
    assert text.index('resource "click"') < text.index('resource "idna"')
    assert text.index('resource "idna"') < text.index('resource "testdata"')
    assert "click-8.0" not in text
    assert text.count("resource ") == 3
    assert "\n\n  def install\n" in text
    assert made("demo.rb", text, order("homebrew", click, idna)) == text
