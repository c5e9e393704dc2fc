"""The store keeps what it acknowledged, on SQLite and on PostgreSQL, whoever else writes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

import sim.workshop
from sim.workshop import Refused, StoreUnreachable, Workshop
from sim.workshop.actions import Arrive, CloseTurn, OpenTurn, Reveal, Undo
from sim.workshop.database import URL_VARIABLE, Database, default_url
from sim.workshop.tables import METADATA
from tests.unit.postgres_server import postgres_url, programs
from tests.unit.workshop_small import DELETE_ON, Clock, Game, hash_quickly, new_game, small_setup, sqlite_url

PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
NO_POSTGRES = "PostgreSQL's server is not installed: initdb was found neither on the path nor in its usual places"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_quickly(monkeypatch)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    if programs() is None:
        pytest.skip(NO_POSTGRES)
    with postgres_url() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def game(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Game]:
    url = sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres")
    game = new_game(url)
    yield game
    game.workshop.close()


def another(game: Game) -> Workshop:
    """A second app process: all that it shares is the database."""
    return Workshop(game.workshop._database.url.render_as_string(hide_password=False), clock=game.clock)


def test_two_processes_serve_one_session(game: Game) -> None:
    other = another(game)
    game.act("facilitator", OpenTurn(turn=1))
    other.act(game.teams["otter"], Arrive(people=4))
    game.hand_in("otter", "gateway", turn=1)
    assert other.desk(game.teams["otter"]).entry == game.workshop.desk(game.teams["otter"]).entry
    with pytest.raises(Refused, match="open already"):
        other.act(game.facilitator, OpenTurn(turn=2))
    other.act(game.facilitator, CloseTurn())
    assert game.workshop.now(game.facilitator).turn_state == "closed"
    assert game.workshop.console(game.facilitator) == other.console(game.facilitator)
    other.close()


def test_the_same_token_is_one_action(game: Game) -> None:
    game.act("facilitator", OpenTurn(turn=1))
    first = game.hand_in("otter", "gateway", turn=1, token="tap")
    again = game.hand_in("otter", "gateway", turn=1, token="tap")
    assert (again.seq, again.at_s, again.again) == (first.seq, first.at_s, True)
    assert game.hand_in("lynx", "gateway", turn=1, token="tap").seq == first.seq + 1
    with pytest.raises(Refused, match="other contents"):
        game.hand_in("otter", "formats", turn=1, token="tap")


def test_a_lost_answer_is_found_again_after_the_round_has_closed(game: Game) -> None:
    game.act("facilitator", OpenTurn(turn=1))
    game.hand_in("otter", "gateway", turn=1, token="tap")
    game.act("facilitator", CloseTurn())
    assert game.hand_in("otter", "gateway", turn=1, token="tap").again


def test_of_many_at_once_none_is_lost_and_one_closes(game: Game) -> None:
    other = another(game)
    game.act("facilitator", OpenTurn(turn=1))

    def hand_in(n: int) -> int:
        team = ("heron", "otter", "lynx")[n % 3]
        workshop = (game.workshop, other)[n % 2]
        return int(workshop.act(game.teams[team], Arrive(people=1 + n % 30), token=f"tap-{n // 2 * 2}-{n % 3}").seq)

    def close(n: int) -> bool:
        try:
            (game.workshop, other)[n % 2].act(game.facilitator, CloseTurn())
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        seqs = list(threads.map(hand_in, range(24)))
        closed = list(threads.map(close, range(6)))
    assert len(set(seqs)) == 24 and closed.count(True) == 1
    assert game.workshop.now(game.facilitator).seq == other.now(game.facilitator).seq == 26
    other.close()


def test_the_same_submission_many_times_at_once_is_done_once(game: Game) -> None:
    other = another(game)
    game.act("facilitator", OpenTurn(turn=1))

    def tap(n: int) -> int:
        return int((game.workshop, other)[n % 2].act(game.teams["otter"], Arrive(people=3), token="tap").seq)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(tap, range(12))) == {2}
    other.close()


def test_times_of_a_log_never_fall_though_a_clock_does(game: Game) -> None:
    late = game.act("facilitator", OpenTurn(turn=1)).at_s
    game.clock.advance(-30)
    assert game.hand_in("otter", "gateway", turn=1).at_s == late


def test_a_session_is_gone_on_its_deletion_date(game: Game) -> None:
    game.clock.now_s = datetime(DELETE_ON.year, DELETE_ON.month, DELETE_ON.day, tzinfo=UTC).timestamp() - 1
    game.workshop.now(game.facilitator)
    game.clock.advance(1)
    for call in (game.workshop.now, game.workshop.console, game.workshop.export):
        with pytest.raises(ValueError, match="deleted"):
            call(game.facilitator)
    with pytest.raises(ValueError, match="deleted"):
        game.act("otter", Arrive(people=3))
    assert game.workshop.purge() >= 1
    with game.workshop._database.reading() as connection:
        rows = {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in METADATA.tables
        }
    assert set(rows.values()) == {0}


def test_a_deleted_session_leaves_nothing(game: Game) -> None:
    game.act("facilitator", OpenTurn(turn=1))
    game.workshop.delete(game.facilitator)
    with pytest.raises(ValueError, match="not admitted any more"):
        game.workshop.now(game.facilitator)
    with pytest.raises(ValueError, match="No session has this code"):
        game.workshop.hall(game.created.code)


def test_the_schema_is_the_tables(game: Game) -> None:
    """What the migrations made is what `tables.py` declares."""
    engine = game.workshop._database._engine
    found = inspect(engine)
    for table in METADATA.tables.values():
        columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}
        indexed = {tuple(index["column_names"]) for index in found.get_indexes(table.name) if not index["unique"]}
        assert indexed == {tuple(column.name for column in index.columns) for index in table.indexes}


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_many_processes_may_migrate_at_once(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = sqlite_url(tmp_path)
    if kind == "postgres":
        url = request.getfixturevalue("postgres")
        _drop_all(url)
    script = f"from sim.workshop.database import Database; Database({url!r}).close()"
    started = [subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate(timeout=300)[1] for process in started] == [b"", b"", b""]
    Workshop(url).close()


def _drop_all(url: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS seats, keys, actions, sessions, alembic_version"))
    engine.dispose()


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path))
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreUnreachable, match=r"schema '9999'.*Start that version"):
        Workshop(sqlite_url(tmp_path))


@pytest.mark.parametrize(
    ("url", "saying"),
    [
        ("postgresql://workshop:secret@127.0.0.1:9/nowhere", r"workshop:\*\*\*@127.0.0.1:9/nowhere does not answer"),
        ("mysql://host/name", "SQLite or PostgreSQL"),
        ("what is this", "not the address of a database"),
        ("sqlite:////proc/nowhere/workshop.sqlite", "cannot be opened"),
    ],
)
def test_a_database_that_cannot_be_used_is_named_without_its_password(url: str, saying: str) -> None:
    with pytest.raises(StoreUnreachable, match=saying) as refusal:
        Workshop(url)
    assert "secret" not in str(refusal.value)


WRITER = """
import sys
from sim.workshop import Workshop
from sim.workshop.actions import Arrive
workshop = Workshop(sys.argv[1])
seat = workshop.resume(sys.argv[2])
for n in range(10_000):
    print(workshop.act(seat, Arrive(people=1 + n % 30), token=f"{sys.argv[3]}-{n}").seq, flush=True)
"""


def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    """SIGKILL in the middle of writing, twice at different moments; the session goes on each time."""
    today = datetime.now(UTC).date()
    setup = small_setup(delete_on=today + timedelta(days=9))
    game = new_game(sqlite_url(tmp_path), setup=setup, clock=Clock(datetime.now(UTC).timestamp()))
    game.workshop.close()
    url, token = sqlite_url(tmp_path), game.teams["otter"].token
    seen = 0
    for after in (3, 17):
        process = subprocess.Popen([sys.executable, "-c", WRITER, url, token, str(after)], cwd=ROOT,
                                   stdout=subprocess.PIPE, text=True)  # fmt: skip
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(after)]
        os.kill(process.pid, signal.SIGKILL)
        told += [int(line) for line in process.stdout.read().split("\n")[:-1]]
        process.wait()
        workshop = Workshop(url)
        held = workshop.now(workshop.resume(game.facilitator.token)).seq
        assert told == list(range(seen + 1, seen + 1 + len(told)))
        assert held in (told[-1], told[-1] + 1)
        seen = held
        workshop.close()


def test_undo_reaches_a_process_that_knew_what_was_undone(game: Game) -> None:
    other = another(game)
    game.act("facilitator", OpenTurn(turn=1))
    game.hand_in("otter", "gateway", turn=1)
    closed = game.act("facilitator", CloseTurn())
    other.now(game.facilitator)
    game.act("facilitator", Undo(seq=closed.seq))
    assert other.now(game.facilitator).turn_state == "open"
    other.act(game.facilitator, CloseTurn())
    other.act(game.facilitator, Reveal())
    assert game.workshop.now(game.facilitator).revealed == (1,)
    other.close()


def test_the_environment_names_the_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(URL_VARIABLE, f" {sqlite_url(tmp_path / 'a' / 'b')} ")
    Workshop().close()
    assert (tmp_path / "a" / "b" / "workshop.sqlite").is_file()
    monkeypatch.delenv(URL_VARIABLE)
    assert default_url() == f"sqlite:///{Path.home() / '.loadbearing' / 'workshop.sqlite'}"


def test_without_the_libraries_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.workshop.find_spec", lambda name: None)
    with pytest.raises(StoreUnreachable, match=r"sqlalchemy and alembic.*pip install loadbearing\[workshop\]"):
        _ = sim.workshop.Workshop


def test_every_commit_is_on_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    """What the promise rests on: write-ahead log and full synchronization, on every connection."""
    database = Database(sqlite_url(tmp_path))
    with database.reading() as one, database.writing() as other:
        for connection in (one, other):
            pragmas = [connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in PRAGMAS]
            assert pragmas == ["wal", 2, 1, 1]
    database.close()
