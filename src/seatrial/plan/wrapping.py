"""What the configuration asks to be wrapped, before anybody is asked whether it is there."""

from __future__ import annotations

from typing import Literal

from seatrial.config.schema import WrapSettings
from seatrial.config.wrapping import GITHUB, in_full
from seatrial.plan.wraps import Binary, Ware, Wrap

WINDOWS = ("win_", "win32")


def asked_for(settings: WrapSettings, version: str, engine: str) -> Wrap:
    """Say what the configuration asks for.

    For a forge, ``origin`` is ``OWNER/NAME@TAG`` and the addresses are empty.

    Args:
        settings: what was said.
        version: the package's version.
        engine: the version of the binaries.
    """
    names = {"version": version, "engine_version": engine}
    wares = tuple(_ware(settings, name, names) for name in settings.targets)
    forge = GITHUB.fullmatch(settings.source)
    if forge is not None:
        tag = _filled(forge["tag"], names)
        origin = f"{forge['owner']}/{forge['name']}@{tag}"
        return Wrap(via="forge", origin=origin, version=engine, wares=wares)
    via: Literal["url", "folder"] = "url" if "://" in settings.source else "folder"
    origin = _filled(settings.source, names).partition("/{")[0]
    return Wrap(via=via, origin=origin, version=engine, wares=wares)


def _ware(settings: WrapSettings, name: str, names: dict[str, str]) -> Ware:
    target = in_full(settings.targets[name])
    windows = target.platform.startswith(WINDOWS) or "windows" in name
    exe = target.exe if target.exe is not None else (".exe" if windows else "")
    texts = names | {
        "target": name,
        "platform": target.platform,
        "exe": exe,
        "ext": target.ext or ("zip" if windows else "tar.gz"),
    }
    source = settings.source.rstrip("/")
    asset = _filled(target.asset or settings.asset, texts)
    url = "" if GITHUB.fullmatch(settings.source) else _filled(source, texts)
    if url and asset:
        url = f"{url}/{asset}"
    return Ware(
        target=name,
        platform=target.platform,
        name=asset or url.partition("?")[0].rpartition("/")[2],
        url=url,
        binaries=tuple(
            Binary(pattern=_filled(pattern, texts), to=_filled(to, texts))
            for pattern, to in settings.place.items()
            if pattern not in target.without
        ),
    )


def _filled(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text
