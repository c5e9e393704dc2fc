"""What a scenario adds: what happens at a date, what strikes from outside, and catalogue rows of its own."""

from typing import Any, Literal

from sim.scenario.fields import Strict, setting

Gravity = Literal["low", "likely", "high"]


class Change(Strict):
    """A decision or an event at a date, and why."""

    month: int = setting(title="Month", unit="month", ge=0, le=120,
        help="Month in which it is decided, counted from the start.")
    because: str = setting(title="Because", min_length=3, max_length=400, help="The reason, in a sentence.")
    set: dict[str, Any] = setting(title="Sets", min_length=1,
        help="Dotted field names and their new values, for example 'decisions.own_share: 0.5'.")


class ShockEvent(Strict):
    """Something that happens to the company at a date, taken from the deck of shocks."""

    shock: str = setting(title="Shock", table="shocks", min_length=1, max_length=60,
        help="A shock of the catalogue (table 'shocks'), for example 'model_retired'.")
    month: int = setting(title="Month", unit="month", ge=0, le=120,
        help="Month in which it is announced or strikes, counted from the start.")
    size: Gravity = setting("likely", title="How grave",
        words={"low": "mild", "likely": "likely", "high": "grave"},
        help="Which end of the catalogue's ranges is played: a grave shock is larger, lasts longer and gives less "
        "notice.")
    because: str = setting("", title="Because", max_length=400, help="What is behind it, in a sentence.")


class Assumption(Strict):
    """A value in place of the catalogue's, for this scenario only."""

    row: str = setting(title="Row", min_length=5, max_length=160,
        help="The catalogue row as table/id/quantity, for example 'people/platform/usd_per_month'.")
    likely: float = setting(title="Value", help="The value that the scenario is played with, in the row's unit.")
    low: float | None = setting(None, title="Low", help="Low end of its range. Without it, the value itself.")
    high: float | None = setting(None, title="High", help="High end of its range. Without it, the value itself.")
    as_of: str | None = setting(None, title="From", pattern=r"^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$",
        help="Month or day from which the value holds, as YYYY-MM or YYYY-MM-DD, beside the shipped values of other "
        "dates. Without it, the value holds at all times.")
    source: str = setting("", title="Source", max_length=400, help="Where the value comes from.")
