"""Who is not admitted is told why, and sees and changes nothing."""

import dataclasses
import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import text

from sim.workshop import NotAdmitted, NotImported, Refused, Workshop, secrecy
from sim.workshop.actions import CloseTurn, OpenTurn, Reveal
from sim.workshop.seats import MOST_FAILURES, REST_S, Seat
from tests.unit.workshop_small import GUESS, Game, hash_quickly, new_game, small_setup, sqlite_url


@pytest.fixture
def game(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Game:
    hash_quickly(monkeypatch)
    return new_game(sqlite_url(tmp_path))


def content(game: Game) -> list[tuple[object, ...]]:
    """Sessions and their logs, as they lie in the database."""
    with game.workshop._database.reading() as connection:
        rows = [*connection.execute(text("SELECT * FROM sessions")), *connection.execute(text("SELECT * FROM actions"))]
    return [tuple(row) for row in rows]


def other_pin(pin: str) -> str:
    return f"{(int(pin) + 1) % 10 ** len(pin):0{len(pin)}d}"


def test_a_wrong_pin_is_refused_and_logged_without_it(game: Game, caplog: pytest.LogCaptureFixture) -> None:
    before, wrong = content(game), other_pin(game.created.team_pins["otter"])
    with caplog.at_level(logging.WARNING), pytest.raises(NotAdmitted, match="This PIN is not right"):
        game.workshop.enter_as_team(game.created.code, "otter", pin=wrong)
    assert "wrong PIN for otter" in caplog.text and wrong not in caplog.text
    assert content(game) == before


def test_one_teams_pin_opens_no_other_team(game: Game) -> None:
    with pytest.raises(NotAdmitted):
        game.workshop.enter_as_team(game.created.code, "lynx", pin=game.created.team_pins["otter"])
    for who in ("facilitator", "observer", "wren", "", "otter' OR 1=1"):
        with pytest.raises(NotAdmitted, match="no such team"):
            game.workshop.enter_as_team(game.created.code, who, pin=game.created.facilitator_pin)


def test_after_five_wrong_pins_the_right_one_waits_too_and_a_restart_does_not_help(game: Game, tmp_path: Path) -> None:
    pin = game.created.team_pins["otter"]
    for _ in range(MOST_FAILURES):
        with pytest.raises(NotAdmitted, match="not right"):
            game.workshop.enter_as_team(game.created.code, "otter", pin=other_pin(pin))
    restarted = Workshop(sqlite_url(tmp_path), clock=game.clock)
    with pytest.raises(NotAdmitted, match=r"Too many wrong PINs\. Wait 10 minutes"):
        restarted.enter_as_team(game.created.code, "otter", pin=pin)
    # Neither another team nor the tab that is in already is hindered.
    restarted.enter_as_team(game.created.code, "lynx", pin=game.created.team_pins["lynx"])
    restarted.desk(game.teams["otter"])
    game.clock.advance(REST_S)
    restarted.enter_as_team(game.created.code, "otter", pin=pin)


def test_a_new_pin_ends_the_wait_and_puts_out_the_old_tabs(game: Game) -> None:
    for _ in range(MOST_FAILURES):
        with pytest.raises(NotAdmitted):
            game.workshop.enter_as_team(game.created.code, "otter", pin="nothing")
    pin = game.workshop.new_pin(game.facilitator, "otter")
    seat = game.workshop.enter_as_team(game.created.code, "otter", pin=pin)
    assert seat.team == "otter"
    with pytest.raises(NotAdmitted, match="not admitted any more"):
        game.workshop.desk(game.teams["otter"])


def test_a_guessed_code_leads_nowhere(game: Game, caplog: pytest.LogCaptureFixture) -> None:
    code = game.created.code
    assert game.workshop.hall(f"{code[:2]} {code[2:4].lower()}-{code[4:]}").title == "A small deck"
    for guess in ("AAAAAAAA", code[:-1], code + "A", "", "%" * 8, "\0"):
        with caplog.at_level(logging.WARNING), pytest.raises(NotAdmitted, match="No session has this code"):
            game.workshop.hall(guess)
        with pytest.raises(NotAdmitted, match="No session has this code"):
            game.workshop.enter_as_facilitator(guess, game.created.facilitator_pin)
    assert "no session has the code" in caplog.text


def test_a_forged_seat_opens_nothing(game: Game, caplog: pytest.LogCaptureFixture) -> None:
    mine, theirs = game.teams["otter"], game.teams["lynx"]
    forged = (
        dataclasses.replace(mine, team="lynx"),
        dataclasses.replace(mine, role="facilitator", team=""),
        dataclasses.replace(mine, session_id="another"),
        dataclasses.replace(theirs, token="guess"),
        Seat(token="", session_id=mine.session_id, role="team", team="lynx"),
    )
    before = content(game)
    for seat in forged:
        for call in (game.workshop.desk, game.workshop.console, game.workshop.export, game.workshop.screen):
            with pytest.raises(NotAdmitted):
                call(seat)
        with caplog.at_level(logging.WARNING), pytest.raises(NotAdmitted):
            game.workshop.act(seat, OpenTurn(turn=1))
    assert content(game) == before
    assert "refused" in caplog.text


def test_a_seat_of_another_session_is_none_here(game: Game) -> None:
    other = game.workshop.create(small_setup())
    mixed = dataclasses.replace(other.seat, session_id=game.facilitator.session_id)
    with pytest.raises(NotAdmitted, match="not yours"):
        game.workshop.console(mixed)
    with pytest.raises(NotAdmitted):
        game.workshop.enter_as_team(other.code, "otter", pin=game.created.team_pins["otter"])


def test_a_team_learns_nothing_of_another_before_or_after_the_reveal(game: Game) -> None:
    game.act("facilitator", OpenTurn(turn=1))
    game.hand_in("lynx", "gateway", turn=1)
    otter = game.teams["otter"]
    rows = {row.team.id: row for row in game.workshop.screen(game.facilitator).teams}
    assert rows["lynx"].handed_in and not hasattr(rows["lynx"], "entry")
    for call in (game.workshop.console, game.workshop.screen, game.workshop.setup, game.workshop.export):
        with pytest.raises(NotAdmitted, match="only"):
            call(otter)
    assert "gateway" not in str(game.workshop.desk(otter).entry)
    for seat in (otter, game.facilitator):
        with pytest.raises(Refused, match="not revealed yet"):
            game.workshop.results(seat, 1)
    game.act("facilitator", CloseTurn())
    game.act("facilitator", Reveal())
    results = game.workshop.results(otter, 1)
    assert [result.team.id for result in results.teams] == ["otter"] and results.medals is None
    for call in (
        lambda: game.workshop.why(otter, 1, team="lynx", month=2, figure="gross_margin"),
        lambda: game.workshop.rewind(otter, 1, team="lynx", month=0, drop="gateway"),
        lambda: game.workshop.reversal(otter, 1, team="lynx", card="gateway"),
    ):
        with pytest.raises(NotAdmitted, match="another team's"):
            call()


def test_an_observer_sees_the_screen_and_does_nothing(game: Game) -> None:
    seat = game.workshop.observe(game.created.code, game.created.observer_key)
    assert game.workshop.screen(seat).now.stage == "brief"
    with pytest.raises(NotAdmitted):
        game.workshop.act(seat, OpenTurn(turn=1))
    with pytest.raises(NotAdmitted):
        game.workshop.console(seat)
    with pytest.raises(NotAdmitted):
        game.workshop.observe(game.created.code, "guess")


def test_a_pin_is_hashed_slowly_and_with_its_own_salt() -> None:
    assert secrecy.SCRYPT_N * secrecy.SCRYPT_R * 128 == 16 * 2**20, "16 MiB for each try"
    one, other = secrecy.new_salt(), secrecy.new_salt()
    assert secrecy.pin_hash("123456", one) == secrecy.pin_hash("123456", one) != secrecy.pin_hash("123456", other)


def test_secrets_are_kept_as_hashes_alone(game: Game, tmp_path: Path) -> None:
    game.workshop.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    secrets = [game.created.facilitator_pin, game.created.observer_key, game.facilitator.token]
    secrets += [seat.token for seat in game.teams.values()]
    assert game.created.code.encode() in stored
    assert not [secret for secret in secrets if secret.encode() in stored]


# --- files ----------------------------------------------------------------------------------------


def played(game: Game) -> bytes:
    game.act("facilitator", OpenTurn(turn=1))
    game.hand_in("otter", "gateway", turn=1)
    game.act("facilitator", CloseTurn())
    game.act("facilitator", Reveal())
    return game.workshop.export(game.facilitator)


def test_an_export_is_the_session_and_holds_no_key(game: Game) -> None:
    file = played(game)
    created = game.created
    for secret in (created.code, created.facilitator_pin, created.observer_key, game.facilitator.token):
        assert secret.encode() not in file
    again = game.workshop.restore(file)
    assert again.code != created.code and again.team_pins != created.team_pins
    before, after = game.workshop.console(game.facilitator), game.workshop.console(again.seat)
    assert dataclasses.replace(before, code="", last=None) == dataclasses.replace(after, code="", last=None)
    assert game.workshop.export(again.seat) == file
    assert game.workshop.results(again.seat, 1).teams == game.workshop.results(game.facilitator, 1).teams


def test_a_log_from_a_clock_that_runs_ahead_is_set_back(game: Game) -> None:
    file = played(game)
    game.clock.advance(-3600)
    again = game.workshop.restore(file)
    assert game.workshop.console(again.seat).saved_s == game.clock.now_s


def damaged(file: bytes, change: object) -> bytes:
    data = json.loads(file)
    change(data)  # type: ignore[operator]
    return json.dumps(data).encode()


def late_hand_in(data: dict) -> None:  # type: ignore[type-arg]
    data["log"].append({"seq": 5, "at_s": data["log"][-1]["at_s"], "actor": "otter",
        "action": {"kind": "hand_in", "turn": 1, "cards": [], "prediction": GUESS.model_dump()}})  # fmt: skip


@pytest.mark.parametrize(
    ("change", "saying"),
    [
        (lambda data: data.update(format_version=2), "newer version.*Update, and import it again"),
        (lambda data: data.update(format="spreadsheet"), "not a session's file"),
        (lambda data: data["setup"].update(surprise=1), "damaged at 'surprise'"),
        (lambda data: data["setup"]["deck"]["cards"][0].update(sets={"a.b": 7}), "deck cannot be played"),
        (lambda data: data["setup"]["scenario"]["users"].update(us_east=0.9), "cannot be played"),
        (lambda data: data["log"][1].update(seq=7), "Action 2.*out of order"),
        (lambda data: data["log"][1].update(at_s=1.0), "Action 2.*out of order"),
        (lambda data: data["log"][1]["action"].update(kind="win"), "Action 2 of the file is damaged"),
        (lambda data: data["log"][1].update(actor="wren"), "breaks the rules.*no such team"),
        (late_hand_in, "breaks the rules.*closed"),
        (lambda data: data["setup"].update(delete_on="2026-01-01"), "must be after"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_session_of_ours_is_refused_whole(game: Game, change: object, saying: str) -> None:
    file = played(game)
    before = content(game)
    with pytest.raises((NotImported, Refused), match=saying):
        game.workshop.restore(damaged(file, change))
    assert content(game) == before


def test_a_file_of_five_megabytes_is_refused_and_logged(game: Game, caplog: pytest.LogCaptureFixture) -> None:
    before = content(game)
    with caplog.at_level(logging.WARNING), pytest.raises(NotImported, match=r"5\.0 MB.*at most 4\.2 MB"):
        game.workshop.restore(b" " * 5_000_000)
    assert "an import of 5000000 bytes" in caplog.text
    for file in (b"", b"\xff\xfe", b"[" * 100_000, b"null", b"{}"):
        with pytest.raises(NotImported, match="not a session's file"):
            game.workshop.restore(file)
    assert content(game) == before
