"""The connection to SQLite or PostgreSQL, brought to the newest schema before it is used."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from sim.workshop.refusals import StoreUnreachable

URL_VARIABLE = "LOADBEARING_DATABASE_URL"
BUSY_S = 15
"""How long a writer waits for another one."""
CONNECT_S = 5
MIGRATION_LOCK = 0x10AD_BEA2
"""Number of PostgreSQL's advisory lock under which the schema is migrated."""
WRITES = "writes"


def default_url() -> str:
    """The database that the environment names, or a file in the home folder."""
    stated = os.environ.get(URL_VARIABLE, "").strip()
    return stated or f"sqlite:///{Path.home() / '.loadbearing' / 'workshop.sqlite'}"


class Database:
    """Transactions on one database, and its errors as sentences.

    A writer of SQLite takes the lock as it begins, so that what it reads is
    what it adds to. Commits are synchronous: what was acknowledged is on disk.
    """

    def __init__(self, url: str | None = None, *, clock: Callable[[], float] | None = None) -> None:
        """
        Args:
            url: as SQLAlchemy writes it, or PostgreSQL's own form; the environment's unless given.
            clock: seconds since 1970; the database server's own unless given, so that app processes on
                different machines agree.

        Raises:
            StoreUnreachable: the URL means nothing, the server does not answer, or the schema is newer.
        """
        self.url = _url(url or default_url())
        self._clock = clock
        with self._sentences():
            self._engine = _engine(self.url)
            self._migrate()

    @property
    def where(self) -> str:
        """The database as a message may name it: without its password."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._sentences(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes; what it did is durable once the block is left."""
        with (
            self._sentences(),
            self._engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            yield connection

    def now_s(self, connection: Connection) -> float:
        """Server time [s since 1970]."""
        if self._clock is not None:
            return self._clock()
        if connection.dialect.name == "sqlite":
            # Through the database, so that this file is the only place where time enters.
            return float(connection.execute(text("SELECT (julianday('now') - 2440587.5) * 86400.0")).scalar_one())
        return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def _migrate(self) -> None:
        config = _alembic()
        newest = ScriptDirectory.from_config(config).get_current_head()
        with self.writing() as connection:
            if connection.dialect.name == "postgresql":
                # Held to the end of the transaction; a second process waits here and finds nothing left to do.
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            present = MigrationContext.configure(connection).get_current_revision()
            if present == newest:
                return
            known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
            if present is not None and present not in known:
                raise StoreUnreachable(
                    f"The database {self.where} has schema '{present}', which this version does not know: a newer "
                    "one has used it. Start that version, or name another database in "
                    f"{URL_VARIABLE}. Nothing was changed."
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError:
            raise
        except DBAPIError as fault:
            raise StoreUnreachable(self._said(fault)) from fault
        except OSError as fault:
            raise StoreUnreachable(
                f"The database file of {self.where} cannot be opened: {fault.strerror}. Name a folder that can be "
                f"written, or another database, in {URL_VARIABLE}."
            ) from fault

    def _said(self, fault: DBAPIError) -> str:
        reason = (str(fault.orig).strip() or type(fault.orig).__name__).splitlines()[0].rstrip(".")
        if self.url.get_backend_name() == "sqlite" and "locked" in reason:
            return (
                f"The database {self.where} was busy for {BUSY_S} s, so nothing was saved. Try again; if it stays "
                "so, see which other program holds the file open."
            )
        return (
            f"The database {self.where} does not answer: {reason}. Nothing was saved. See that it runs and that "
            f"{URL_VARIABLE} names it, then try again."
        )


def _url(stated: str) -> URL:
    for short in ("postgres://", "postgresql://"):
        if stated.startswith(short):
            stated = f"postgresql+psycopg://{stated.removeprefix(short)}"
    try:
        url = make_url(stated)
    except ArgumentError as fault:
        raise StoreUnreachable(
            f"{URL_VARIABLE} is not the address of a database. Write sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/NAME."
        ) from fault
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreUnreachable(
            f"{URL_VARIABLE} names a '{url.get_backend_name()}' database. Sessions are kept in SQLite or PostgreSQL: "
            "write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME."
        )
    return url


def _engine(url: URL) -> Engine:
    options: dict[str, Any] = {"pool_pre_ping": True}
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": BUSY_S}, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        connect = {"connect_timeout": CONNECT_S, "options": f"-c lock_timeout={BUSY_S}s -c synchronous_commit=on"}
        return create_engine(url, connect_args=connect, pool_size=10, max_overflow=10, **options)
    except (ModuleNotFoundError, NoSuchModuleError, SQLAlchemyError) as fault:
        raise StoreUnreachable(
            f"PostgreSQL needs a driver that is not installed ({fault}). Install it with "
            "'pip install loadbearing[postgres]'."
        ) from fault


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # SQLAlchemy, not the driver, says when a transaction begins.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
