"""Every place that states a package's version, and whether they agree."""

from __future__ import annotations

import collections
import posixpath
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from seatrial.errors import InvalidVersion, SitesDisagree
from seatrial.repository import setup_script
from seatrial.repository.bumpers import told_files
from seatrial.repository.facts import Package, Site
from seatrial.repository.manifest import ASIDE, Folder, Manifest, read_manifest
from seatrial.repository.names import normalised
from seatrial.repository.origin import Origin, Place, site
from seatrial.repository.setuptools_origin import module_roots
from seatrial.repository.spans import LIKE, dig, is_version
from seatrial.repository.spelling import DATE, agrees

_MODULES = ("_version", "version", "__version__", "__about__", "_about", "about")
_TUPLES = ("__version_info__", "version_info", "VERSION_INFO", "__version_tuple__", "VERSION_TUPLE")

# Other tools that keep the version in a table of their own; they would be left behind.
_BUMPERS = (
    "tool.bumpversion.current_version",
    "tool.bumpver.current_version",
    "tool.commitizen.version",
    "tool.tbump.version.current",
)


def find_sites(manifest: Manifest, origin: Origin, stated: Sequence[Site]) -> tuple[Site, ...]:
    """Find the places that state a package's version, the one the build reads first.

    Args:
        manifest: what the package's files say.
        origin: where the build takes the version from.
        stated: those that the configuration names.
    """
    if origin.tool:
        return tuple(stated)
    source = origin.site or next((one for one in stated if _leads(one)), None)
    if source is None:
        return ()
    found = {_place(source): msgspec.structs.replace(source, source=True)}
    for follower in [
        *stated,
        *_certain(manifest),
        *_equal(manifest, source),
        *_loose(manifest, source),
    ]:
        found.setdefault(_place(follower), follower)
    return tuple(found.values())


def disagreements(package: Package) -> list[tuple[Site, Site]]:
    """Give each place that states another version than the source, with the source first.

    A place that may lag behind (:attr:`~seatrial.repository.facts.Site.loose`) is none.
    """
    source = next((one for one in package.sites if one.source), None)
    if source is None or not is_version(source.stated):
        return []
    return [
        (source, other)
        for other in package.sites
        if not other.loose and other.follows is None
        if not agrees(other.spelling, other.stated, source.stated)
    ] + [
        (other.follows, other)
        for other in package.sites
        if other.follows and not agrees(other.spelling, other.stated, other.follows.stated)
    ]


def cited_once(packages: Sequence[Package]) -> tuple[Package, ...]:
    """Leave a citation to the packages whose version it states, where several could mean it."""
    claims = collections.Counter(
        path for one in packages for path in {site.path for site in one.sites if _cites(site)}
    )

    def is_kept(package: Package, site: Site) -> bool:
        if not _cites(site) or claims[site.path] == 1:
            return True
        cited = next(one for one in package.sites if one.path == site.path and _cites(one))
        return agrees(cited.spelling, cited.stated, package.version)

    return tuple(
        msgspec.structs.replace(one, sites=tuple(s for s in one.sites if is_kept(one, s)))
        for one in packages
    )


def _cites(site: Site) -> bool:
    return site.loose and site.kind != "lock"


def check_sites(package: Package) -> None:
    """Refuse a package whose version cannot be told from its files.

    Raises:
        InvalidVersion: it is no PEP 440 version, or cannot be read without running code.
        SitesDisagree: two places state different ones.
    """
    refuse_unread(package)
    for one in package.sites:
        if one.source and not is_version(one.stated):
            raise InvalidVersion(f"of {package.name}", f"{one.where} states {one.stated!r}")
    pairs = disagreements(package)
    if pairs:
        source = pairs[0][0]
        carried = ", and the built files would carry it" if source.source else ""
        lines = [f"{source.where} states {source.stated}{carried}"]
        lines += [f"{other.where} states {other.stated}" for _, other in pairs]
        raise SitesDisagree(package.name, "\n".join(lines))


def refuse_unread(package: Package) -> None:
    """Refuse a package whose version cannot be read without running code.

    Raises:
        InvalidVersion: it cannot.
    """
    if package.problem:
        raise InvalidVersion(
            f"of {package.name}",
            package.problem,
            next_step='Name the file that states it: [[tool.seatrial.package]] versions = ["…"].',
        )


def _place(one: Site) -> tuple[str, int, int]:
    return one.path, one.line, one.column


def _leads(one: Site) -> bool:
    return one.follows is None and not one.spelling


def _certain(manifest: Manifest) -> Iterator[Site]:
    """Give the places that can mean nothing but this package's version."""
    folder = manifest.folder
    places = [
        Place("pyproject.toml", "toml", "project.version"),
        Place("pyproject.toml", "toml", "tool.poetry.version"),
        Place("setup.cfg", "ini", "metadata.version"),
        Place("setup.py", "python", setup_script.KEYWORD),
    ]
    version = manifest.call.get("version")
    if version is not None and manifest.setup_py is not None and hasattr(version, "id"):
        places.append(Place("setup.py", "python", version.id))
    places += [Place(path, "python", "__version__") for path in _module_files(manifest)]
    yield from _there(folder, places)


_MAYBE = (
    *(Place("pyproject.toml", "toml", locator) for locator in _BUMPERS),
    *(
        Place(path, "toml", locator)
        for path, locator in (
            (".bumpversion.toml", "tool.bumpversion.current_version"),
            ("bumpver.toml", "bumpver.current_version"),
            (".cz.toml", "tool.commitizen.version"),
            ("cz.toml", "tool.commitizen.version"),
            ("tbump.toml", "version.current"),
        )
    ),
    Place(".bumpversion.cfg", "ini", "bumpversion.current_version"),
    Place("setup.cfg", "ini", "bumpversion.current_version"),
    *(
        Place(path, "toml", f"{table}.version")
        for path in ("Cargo.toml", "rust/Cargo.toml")
        for table in ("package", "workspace.package")
    ),
    Place("package.json", "json", "version"),
    Place("package-lock.json", "json", "version"),
    Place("package-lock.json", "json", "packages..version"),
    *(Place(name, "file", "") for name in ("VERSION", "VERSION.txt", "version.txt", "version")),
    *(
        Place(f"{base}/conf.py", "python", name, spelling)
        for base in ("docs", "doc", "docs/source", "doc/source")
        for name, spelling in (("release", ""), ("version", ""), ("version", "{major}.{minor}"))
    ),
    *(
        Place(f"{base}/meta.yaml", "text", LIKE + template)
        for base in ("conda", "recipe", "conda.recipe", "conda-recipe", ".conda")
        for template in (
            '{% set version = "{version}" %}',
            "{% set version = '{version}' %}",
        )
    ),
    *(
        Place(f"{base}/recipe.yaml", "yaml", "context.version")
        for base in ("conda", "recipe", "conda.recipe", ".")
    ),
    *(
        Place(f"{base}/{name}", "yaml", "package.version")
        for base in ("conda", "recipe", "conda.recipe", "conda-recipe", ".conda")
        for name in ("meta.yaml", "recipe.yaml")
    ),
)
"""Places that could mean something else than the package's version."""


def _equal(manifest: Manifest, source: Site) -> Iterator[Site]:
    """Give the places that could mean something else, and state the very same version now."""
    places = [*_MAYBE, *_charts(manifest)]
    places += [Place(*told) for told in told_files(manifest) if "*" not in told[0]]
    for path in _module_files(manifest):
        places += [Place(path, "python", name) for name in (*_TUPLES, "VERSION")]
        if posixpath.basename(path) != "__init__.py":
            places.append(Place(path, "python", "version"))
        if posixpath.basename(posixpath.dirname(path)):
            places.append(Place(posixpath.join(posixpath.dirname(path), "VERSION"), "file", ""))
    if is_version(source.stated):
        for found in _there(manifest.folder, dict.fromkeys(places)):
            if agrees(found.spelling, found.stated, source.stated):
                yield found


def _charts(manifest: Manifest) -> Iterator[Place]:
    """Give the versions of a Helm chart: its own, and that of the application in it."""
    for base in ("chart", "charts", "helm", "deploy"):
        for folder in (base, f"{base}/{manifest.name}", f"{base}/chart"):
            yield Place(f"{folder}/Chart.yaml", "yaml", "version", "{semver}")
            yield Place(f"{folder}/Chart.yaml", "yaml", "appVersion", "{version}")


def _loose(manifest: Manifest, source: Site) -> Iterator[Site]:
    """Give the places that other tools bring up to date late: locks and the citation files."""
    folder = manifest.folder
    root = Folder(snapshot=folder.snapshot, path="")
    places = [
        Place("CITATION.cff", "yaml", "version"),
        Place("CITATION.cff", "yaml", "date-released", DATE),
        Place(".zenodo.json", "json", "version"),
        Place(".zenodo.json", "json", "publication_date", DATE),
    ]
    tools = ("uv", "poetry", "pdm")
    if any(where.has(f"{tool}.lock") for tool in tools for where in (folder, root)):
        # Imported late: it is much for the many who have no such file.
        name = normalised(manifest.name)
        places += [Place(f"{tool}.lock", "lock", f"{name}@{tool}") for tool in tools]
    for manifest_path in ("Cargo.toml", "rust/Cargo.toml"):
        crate = _crate(manifest, manifest_path, source)
        if crate:
            lock = posixpath.join(posixpath.dirname(manifest_path), "Cargo.lock")
            places.append(Place(lock, "lock", f"{crate}@cargo"))
            places.append(Place("Cargo.lock", "lock", f"{crate}@cargo"))
    for where in (folder, root) if folder.path else (folder,):
        if where != folder and _is_anothers(root):
            # The citation in the root is the root's own package's; the locks there are for all.
            places = [place for place in places if place.kind == "lock"]
        dated = {found.path for found in _there(where, places) if found.spelling != DATE}
        for found in _there(where, places):
            if found.path in dated:
                yield msgspec.structs.replace(found, loose=True)


def _is_anothers(root: Folder) -> bool:
    """Whether the root holds a package of its own, which a citation beside it is about."""
    cited = any(root.has(name) for name in ("CITATION.cff", ".zenodo.json"))
    return cited and read_manifest(root.snapshot, "").is_package


def _crate(manifest: Manifest, path: str, source: Site) -> str:
    """Name the crate that has the package's version; one with a version of its own is none."""
    table = dig(manifest.folder.parsed(path), "package")
    name, stated = dig(table, "name"), dig(table, "version")
    if isinstance(stated, str):
        follows = agrees("", stated, source.stated)
    else:  # "version.workspace = true"
        follows = posixpath.basename(source.path) == "Cargo.toml"
    return name if isinstance(name, str) and follows else ""


def _there(folder: Folder, places: Iterable[Place]) -> Iterator[Site]:
    for place in places:
        if folder.has(place.path):
            found = site(folder, place)
            if found is not None and (place.spelling or is_version(found.stated)):
                yield found


def _module_files(manifest: Manifest) -> list[str]:
    """Give the files of the package's own modules in which a version usually stands."""
    folder = manifest.folder
    names = _module_names(manifest)
    roots = (*module_roots(manifest), str(manifest.tool("maturin", "python-source") or ""))
    bases = {posixpath.join(root, name) for root in roots for name in names}
    files = []
    for base in sorted(bases):
        files += [f"{base}.py", f"{base}/__init__.py"]
        files += [f"{base}/{module}.py" for module in _MODULES]
    return list(dict.fromkeys(path for path in files if folder.has(path)))


def _module_names(manifest: Manifest) -> set[str]:
    name = manifest.name
    flat = name.replace("-", "_").replace(".", "_")
    names = {name, flat, flat.lower(), name.replace(".", "/").replace("-", "_")}
    # A namespace package: poetry-core is poetry/core.
    names.add(flat.lower().replace("_", "/"))
    for stated in (
        manifest.tool("flit", "module", "name"),
        manifest.tool("flit", "metadata", "module"),
        manifest.tool("uv", "build-backend", "module-name"),
        manifest.tool("maturin", "module-name"),
    ):
        if isinstance(stated, str):
            names |= {stated.replace(".", "/"), stated.partition(".")[0]}
    names |= _sole_package(manifest)
    packages = manifest.tool("poetry", "packages")
    for table in packages if isinstance(packages, list) else []:
        names.add(str(dig(table, "include") or flat))
    wheel = manifest.tool("hatch", "build", "targets", "wheel", "packages")
    for path in wheel if isinstance(wheel, list) else []:
        names.add(posixpath.basename(str(path)))
    return names


def _sole_package(manifest: Manifest) -> set[str]:
    """Give the one import package in the project's folder, whatever its name is."""
    found = set()
    for root in module_roots(manifest):
        start = manifest.folder.full(root)
        start = "" if start in {"", "."} else f"{start}/"
        for path in manifest.folder.snapshot.below(start.rstrip("/")):
            module, _, rest = path[len(start) :].partition("/")
            if rest == "__init__.py" and module not in ASIDE:
                found.add(module)
    return found if len(found) == 1 else set()
