"""A whole session as one file, and back: setup and log, and no keys."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from sim.scenario import ScenarioError
from sim.scenario.validate import validated
from sim.workshop.actions import Logged, action_of
from sim.workshop.deck_checks import checked
from sim.workshop.playing import team_scenario
from sim.workshop.refusals import NotImported, Refused
from sim.workshop.rules import fold
from sim.workshop.session import Session
from sim.workshop.setup import Setup
from sim.workshop.store import MOST_ACTIONS

FORMAT = "loadbearing-workshop"
FORMAT_VERSION = 1
MOST_BYTES = 4 * 1024 * 1024


def session_file(setup: Setup, log: Sequence[Logged]) -> bytes:
    """The session as JSON.

    PINs, their hashes and the tokens of tabs are not in it: whoever imports
    the file gets a new code and new PINs, so a copy that is lost opens nothing.
    """
    data = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "model_version": setup.model_version,
        "setup": setup.model_dump(mode="json"),
        "log": [
            {"seq": logged.seq, "at_s": logged.at_s, "actor": logged.actor,
             "action": logged.action.model_dump(mode="json")}
            for logged in log
        ],
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def read_session_file(
    data: bytes, *, now_s: float, delete_on: date | None = None
) -> tuple[Setup, tuple[Logged, ...]]:
    """The session that a file holds, played through by the rules from its first action to its last.

    Args:
        now_s: server time; a log from a clock that runs ahead is set back to it.
        delete_on: deletion date in the place of the file's own.

    Raises:
        NotImported: too large, not such a file, from a newer version, or a session that the rules do not allow.
    """
    if len(data) > MOST_BYTES:
        raise NotImported(
            f"The file has {len(data) / 1e6:.1f} MB; a session has at most {MOST_BYTES / 1e6:.1f} MB. Nothing was "
            "imported. Choose a file that 'Export session' has written."
        )
    stated = _stated(data)
    if delete_on is not None and isinstance(stated.get("setup"), dict):
        stated["setup"]["delete_on"] = delete_on.isoformat()
    setup = _setup(stated.get("setup"))
    log = _log(stated.get("log"))
    ahead_s = log[-1].at_s - now_s if log else 0.0
    if ahead_s > 0:
        log = tuple(replace(logged, at_s=logged.at_s - ahead_s) for logged in log)
    _play(setup, log)
    return setup, log


def _stated(data: bytes) -> dict[str, Any]:
    not_ours = "This is not a session's file. Nothing was imported. Choose one that 'Export session' has written."
    try:
        stated = json.loads(data)
    except (ValueError, RecursionError) as fault:
        raise NotImported(not_ours) from fault
    if not isinstance(stated, dict) or stated.get("format") != FORMAT:
        raise NotImported(not_ours)
    version = stated.get("format_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise NotImported(not_ours)
    if version > FORMAT_VERSION:
        raise NotImported(
            f"The file was written by a newer version of Loadbearing ({str(stated.get('model_version', '?'))[:20]}, "
            f"format {version}); this one reads formats up to {FORMAT_VERSION}. Nothing was imported. Update, and "
            "import it again."
        )
    return stated


def _setup(stated: Any) -> Setup:
    try:
        setup = Setup.model_validate_json(json.dumps(stated), strict=True)
        validated(setup.scenario.model_dump(mode="json"), where="scenario")
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NotImported(f"The file's setup is damaged at '{where}': {first['msg']}. Nothing was imported.") from error
    except (ScenarioError, ValueError) as error:
        raise NotImported(f"The file's scenario cannot be played: {error}. Nothing was imported.") from error
    try:
        checked(setup.deck.model_dump_json())
    except ValueError as error:
        raise NotImported(f"The file's deck cannot be played: {error} Nothing was imported.") from error
    if len({team.id for team in setup.teams}) < len(setup.teams):
        raise NotImported("Two teams of the file have one id. Nothing was imported.")
    return setup


def _log(stated: Any) -> tuple[Logged, ...]:
    if not isinstance(stated, list) or len(stated) > MOST_ACTIONS:
        raise NotImported(f"The file holds no log of at most {MOST_ACTIONS} actions. Nothing was imported.")
    log: list[Logged] = []
    for position, entry in enumerate(stated, start=1):
        try:
            at_s = float(entry["at_s"])
            logged = Logged(position, at_s, str(entry["actor"]), f"imported-{position}", action_of(entry["action"]))
        except (KeyError, TypeError, ValueError) as fault:
            raise NotImported(f"Action {position} of the file is damaged. Nothing was imported.") from fault
        rises = not log or at_s >= log[-1].at_s
        if entry.get("seq") != position or not (rises and 0 <= at_s < float("inf")):
            raise NotImported(f"Action {position} of the file is out of order. Nothing was imported.")
        log.append(logged)
    return tuple(log)


def _play(setup: Setup, log: tuple[Logged, ...]) -> None:
    """The rules allow every action, and what every team decided can be played."""
    session = Session.begin(setup)
    try:
        session = fold(setup, log)
        for turn in session.turns:
            for team in setup.teams:
                if session.entry(team.id, turn.index) is not None:
                    team_scenario(session, team.id, through=turn.round, step=turn.step)
    except (Refused, ValueError) as fault:
        raise NotImported(f"The file's session breaks the rules: {fault} Nothing was imported.") from fault
