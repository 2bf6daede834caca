"""One upload with everything the rules ask about, put together once."""

from __future__ import annotations

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from seatrial.indexrules.values import Form, Held, Limits, UploadedFile


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """An upload under judgement.

    Attributes:
        form: cleaned as PyPI cleans it.
        now: seconds since the epoch, UTC.
    """

    form: Form
    file: UploadedFile
    held: Held
    limits: Limits
    now: float

    @property
    def name(self) -> str:
        """The project's name as the form spells it; the index shows it so from now on."""
        return self.form.one("name")

    @property
    def normal(self) -> str:
        """The project's normalised name (PEP 503)."""
        return str(canonicalize_name(self.name))

    @property
    def stem(self) -> str:
        """The normalised name as file names have it (PEP 427, PEP 625)."""
        return self.normal.replace("-", "_")

    @property
    def version(self) -> Version | None:
        """The form's version, or None when it is none."""
        try:
            return Version(self.form.one("version"))
        except ValueError:
            return None

    @property
    def license_files(self) -> tuple[str, ...]:
        """The licence files the form names."""
        values = self.form.all("license_file")
        return () if values == ("",) else values
