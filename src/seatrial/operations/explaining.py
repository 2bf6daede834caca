"""The pages that say what a finding means."""

from __future__ import annotations

from seatrial.addresses import PACKAGING_GUIDE
from seatrial.indexrules.judge import RULES_OF
from seatrial.indexrules.rulebook import RULES, family
from seatrial.inspection.catalogue import CATALOGUE, PYPI

_SEVERITIES = {
    "fault": "It is a **fault**: it stops a release.",
    "warning": "It is a **warning**: it is shown; `refuse` in the policy makes it a fault.",
    "note": "It is a **note**: `seatrial inspect` shows it; `refuse` in the policy makes it a "
    "fault.",
}

POLICY = """\
    [tool.seatrial.contents]
    refuse = ["{code}"]  # a fault from now on
    ask = ["{code}"]     # a person is asked before the point of no return
"""


def meanings() -> dict[str, str]:
    """Give every code and what it means, in a sentence."""
    ours = {code: entry.means for code, entry in CATALOGUE.items()}
    return ours | {_code(rule): _sentence(rule) for rule in RULES}


def page(code: str) -> str:
    """Give the page of a finding, Markdown.

    Args:
        code: one of :func:`meanings`.
    """
    policy = POLICY.format(code=code)
    if code in CATALOGUE:
        entry = CATALOGUE[code]
        return (
            f"# {code}\n\n{entry.means}\n\n{_SEVERITIES[entry.severity]}\n\n"
            f"## What to do\n\n{entry.mend}\n\n## In the policy\n\n{policy}"
        )
    rule = next(rule for rule in RULES if _code(rule) == code)
    return (
        f"# {code}\n\n{_sentence(rule)} {family(rule)}\n\n"
        f"It is rule {rule} of PyPI's own ({RULES_OF}), asked before anything leaves; the finding "
        "has PyPI's words where PyPI has any. For PyPI it is a fault. For another index it is a "
        "warning: many take these rules over.\n\n"
        f"## What to do\n\nCorrect it where the metadata is written, and build again. "
        f"What each field may hold is in {PACKAGING_GUIDE}/specifications/.\n\n"
        f"## In the policy\n\n{policy}"
    )


def _code(rule: str) -> str:
    return f"{PYPI}{rule.lower()}"


def _sentence(rule: str) -> str:
    said = RULES[rule]
    return f"{said[0].upper()}{said[1:]}."
