"""A PostgreSQL server of the tests' own: started in a temporary folder, on a socket there, and stopped again."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")
NOBODY = ("postgres", "nobody")
WAIT_S = 60


def programs() -> Path | None:
    """The folder of PostgreSQL's server programs; `None` where it is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    places = [path.parent for place in PLACES for path in sorted(Path(place).glob("*/bin/initdb"), reverse=True)]
    return places[0] if places else None


@contextmanager
def postgres_url() -> Iterator[str]:
    """Address of a server that lives as long as the block. PostgreSQL refuses root, so root lends it a user."""
    binaries = programs()
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="loadbearing-postgres-"))
    owner = _owner()
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)

    def run(*command: str) -> None:
        who = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=WAIT_S * 2,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(folder)}, **who,  # type: ignore[call-overload]
        )  # fmt: skip
        assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"

    data, log = str(folder / "data"), str(folder / "log")
    try:
        run(str(binaries / "initdb"), "-D", data, "-U", "workshop", "-A", "trust", "--no-sync", "-E", "UTF8")
        options = f"-c listen_addresses= -c unix_socket_directories={folder}"
        # Its output goes to the log: a server that holds our pipe would keep the call from returning.
        run(str(binaries / "pg_ctl"), "-D", data, "-l", log, "-w", "-t", str(WAIT_S), "-o", options, "start")
        try:
            yield f"postgresql://workshop@/postgres?host={folder}"
        finally:
            run(str(binaries / "pg_ctl"), "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> pwd.struct_passwd | None:
    """Whom to run the server as; `None` for whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in NOBODY:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError("PostgreSQL refuses to run as root, and there is no user to lend it")
