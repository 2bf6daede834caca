"""Fill a devpi-server in one transaction, by its own functions.

Over HTTP each file is a transaction, which writes the links of the whole project anew: five
thousand take half an hour.  What it holds in the end is the same.
"""

from __future__ import annotations

import sys
from pathlib import Path

INDEX = "dev"


def fill(server: Path, files: Path) -> None:
    """Put wheels into the index of the user root, which is made where there is none.

    Args:
        server: the folder of the server, which does not run.
        files: the folder of wheels.
    """
    # It is in the environment of the benchmarks only.
    from devpi_server.config import (  # type: ignore[import-not-found]
        get_pluginmanager,
        parseoptions,
    )
    from devpi_server.filestore import get_hashes  # type: ignore[import-not-found]
    from devpi_server.main import xom_from_config  # type: ignore[import-not-found]

    argv = ["devpi-server", "--serverdir", str(server), "--offline-mode"]
    whole = xom_from_config(parseoptions(get_pluginmanager(), argv))
    with whole.keyfs.write_transaction():
        user = whole.model.get_user("root")
        stage = user.getstage(INDEX) or user.create_stage(INDEX, bases=())
        # There is no public way to put the links of a project off.
        write_links = stage._regen_simplelinks  # noqa: SLF001
        stage._regen_simplelinks = lambda _project: None  # noqa: SLF001
        projects = set()
        for path in sorted(files.iterdir()):
            name, version, _ = path.name.split("-", 2)
            stage.set_versiondata({"name": name, "version": version, "metadata_version": "2.1"})
            with path.open("rb") as file:
                hashes = get_hashes(file)
                file.seek(0)
                stage.store_releasefile(name, version, path.name, file, hashes=hashes)
            projects.add(name)
        for project in projects:
            write_links(project)
    whole.thread_pool.shutdown()


if __name__ == "__main__":
    fill(Path(sys.argv[1]), Path(sys.argv[2]))
