"""ST111: what the API says of the version that comes next."""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.rules.inputs import RuleInput
from seatrial.rules.values import Flaw, Severity, rule


@rule("ST111", "api-broken", Severity.ERROR)
def api_broken(about: RuleInput) -> Iterator[Flaw]:
    """The API breaks, and the version that comes next does not say so.

    Whoever pins ``demo<2`` trusts that 1.4 runs what 1.3 ran.  The package's sources are compared
    with those of the last release by griffe, which reads and never imports them; that needs the
    extra: ``pip install 'seatrial[api]'``.  What begins with an underscore, and what ``__all__``
    leaves out, is nobody's business; defaults, values and annotations do not count.

    Mend:
        Say that it breaks, in a commit (``feat!:``, ``BREAKING CHANGE:``) or with ``--bump major``;
        or keep the old name or parameter beside the new one for a while.
    """
    for asked in about.api:
        for one in asked.breakages:
            there = one.path in about.files
            place = f"{one.path}:{one.line}" if one.line else one.path
            where = f"; it was at {place}" if one.gone else ""
            yield Flaw(
                f"{one.object}: {one.said} since {asked.last}{where}, and {asked.version}, which"
                " comes next, does not say so",
                one.path if there else "",
                0 if one.gone or not there else one.line,
            )
