"""Whatever a changelog holds: a release adds its section, and nothing else is touched."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from seatrial.repository.changelog import section, versions_in

STYLES = {
    "CHANGELOG.md": ("# Changelog", "## [{}] - 2020-01-0{}", "## [1.9.0] - 2026-11-20"),
    "HISTORY.md": ("", "# {}", "# 1.9.0"),
    "CHANGES.rst": (
        "Changes\n=======",
        "{} (2020-01-0{})\n------------------",
        "1.9.0 (2026-11-20)",
    ),
}
"""File → its top, the heading of a release, and the heading that the new one gets."""

LINE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=40)
BODY = st.lists(LINE.map(lambda text: f"- {text}".rstrip()), min_size=1, max_size=4)


@settings(deadline=None)
@given(
    path=st.sampled_from(sorted(STYLES)),
    bodies=st.lists(BODY, min_size=2, max_size=4),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
    last=st.booleans(),
)
@example(
    path="CHANGES.rst", bodies=[["- `a <b>`_"], ["- ====", "- x"]], end="\n", mark="", last=True
)
@example(path="HISTORY.md", bodies=[["- # 1.8"], ["- ```"]], end="\r\n", mark="\ufeff", last=False)
def test_a_section_is_added_and_nothing_else_is_changed(
    path: str, bodies: list[list[str]], end: str, mark: str, *, last: bool
) -> None:
    """Every line is there as it was, in its order, with one block of lines between them."""
    top, form, new = STYLES[path]
    parts = [top] if top else []
    for number, body in enumerate(bodies):
        parts += ["", form.format(f"1.{len(bodies) - number}.0", number + 1), "", *body]
    text = mark + end.join("\n".join(parts).strip().split("\n")) + (end if last else "")

    done = section(path, text, version="1.9.0", date="2026-11-20", notes="- Wave\n- Nod")

    if done.remark:
        assert done.text == text
        return
    assert done.text.startswith(mark)
    assert ("\r\n" in done.text) is (end == "\r\n")
    assert done.text.count("\n") == done.text.count(end)
    before = [line for line in text.removeprefix(mark).split(end) if line.strip()]
    after = [line for line in done.text.removeprefix(mark).split(end) if line.strip()]
    more = len(after) - len(before)
    at = after.index(new)
    assert after[:at] + after[at + more :] == before
    assert "- Wave" in after[at : at + more]
    assert {"1.9.0", *versions_in(path, text)} == set(versions_in(path, done.text))


@settings(deadline=None)
@given(body=BODY, end=st.sampled_from(["\n", "\r\n"]))
def test_what_waited_for_the_release_moves_and_stays_the_same(body: list[str], end: str) -> None:
    """Lines under "Unreleased" become the section, word for word; those of others stay."""
    old = ["## [1.0.0] - 2020-01-01", "", "- Begin"]
    text = end.join(["# Changelog", "", "## [Unreleased]", "", "- Wave", *body, "", *old, ""])

    done = section("CHANGELOG.md", text, version="1.9.0", date="2026-11-20", notes="")

    lines = [line for line in text.split(end) if line.strip()]
    told = [line for line in done.text.split(end) if line.strip()]
    if done.remark:
        assert told == lines
    else:
        lines.insert(2, "## [1.9.0] - 2026-11-20")
        assert told == lines
