"""What the project wants of the files of one package."""

from __future__ import annotations

from seatrial.config.packages import entries_for
from seatrial.config.schema import Settings
from seatrial.plan.values import Contents
from seatrial.plan.wraps import Wrap, wheels_of


def contents_of(
    settings: Settings, path: str, wrap: Wrap | None = None, siblings: tuple[str, ...] = ()
) -> Contents:
    """Put together what holds for all packages and what holds for one.

    Args:
        settings: the configuration.
        path: the package's folder, from the repository's root.
        wrap: the binaries; each platform's wheel has to be there.
        siblings: what its files must require of the repository's other packages.

    Raises:
        InvalidConfiguration: what is expected cannot be understood.
    """
    tables = [settings.contents, *(one.contents for one in entries_for(settings, path))]
    contents = Contents(
        require=tuple(glob for table in tables for glob in table.require),
        forbid=tuple(glob for table in tables for glob in table.forbid),
        expect=tuple(entry for table in tables for entry in table.expect),
        wrapped=wheels_of(wrap) if wrap is not None else (),
        ask=tuple(code for table in tables for code in table.ask),
        refuse=tuple(code for table in tables for code in table.refuse),
        libraries=tuple(glob for table in tables for glob in table.libraries),
        siblings=siblings,
    )
    for entry in contents.expect:
        # Imported late: most projects expect nothing in particular.
        from seatrial.artifacts.expected import expected

        expected(entry)
    return contents
