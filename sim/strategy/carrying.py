"""Carry decisions out: each at the cost and in the time of the lock-in state that the ones before it left behind.

Decisions and shocks are taken in the order of their months. To know what a move
costs, the months before it are played and priced as far as they are decided;
nothing that comes later can change them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any

from sim.economics import MonthStatement
from sim.lockin import LAYERS, LayerSet, LockinResult, dragged_along, embedding_ties
from sim.lockin.moves import left_by, reading
from sim.scenario.changes import with_settings
from sim.scenario.schema import Change, Scenario
from sim.scenario.validate import changed, in_order
from sim.strategy.pressure import API_FALLS, api_fall
from sim.strategy.schedule import Effect, Exit, Migration, Schedule, effective_states, worked_until
from sim.strategy.strikes import Strike

NO_EXIT = Exit(nan, None)
PAID_ANYWAY = "commitment"
"""Component of cash to leave that a move does not pay: the contracts run on."""
PLATFORM = "platform."


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known when a month begins."""

    leaving: LockinResult
    statements: tuple[MonthStatement, ...]


Rehearse = Callable[[Schedule, int], Known]
"""Plays and prices the months before one of them, under what is scheduled so far."""


def carry_out(scenario: Scenario, strikes: Sequence[Strike], *, rehearse: Rehearse) -> Schedule:
    """When everything that is decided, or forced, takes effect, and what it costs.

    What is decided in month 0 is how the company starts: it costs nothing.
    """
    plan = _Plan(scenario, strikes, rehearse)
    changes = [change for _, change in in_order(scenario.changes)]
    for month in sorted({change.month for change in changes} | {strike.month for strike in strikes}):
        plan.begin(month)
        now = [change for change in changes if change.month == month]
        if now:
            plan.decide(now)
        for strike in strikes:
            if strike.month == month:
                plan.meet(strike)
    return plan.schedule


class _Plan:
    """The schedule while it is made."""

    def __init__(self, scenario: Scenario, strikes: Sequence[Strike], rehearse: Rehearse) -> None:
        self.schedule = Schedule()
        self._scenario = scenario
        self._decided = scenario
        """With all that is decided, done or not."""
        self._rehearse = rehearse
        self._freezes = sorted((s.bites_from, s.ends) for s in strikes if s.shock == "security_incident")
        self._month = 0
        self._known: Known | None = None
        self._serves: tuple[Schedule, tuple[Scenario, ...]] | None = None

    def begin(self, month: int) -> None:
        self._month = month
        self._known = None

    def decide(self, changes: Sequence[Change]) -> None:
        """Take the changes of the month together: those that cancel out cost nothing."""
        before, after = self._decided, self._decided
        settings: dict[str, Any] = {}
        for change in changes:
            after = changed(after, change)
            # A later setting must come after those it is laid over.
            settings = {path: value for path, value in settings.items() if path not in change.set} | change.set
        self._decided = after
        left = left_by(before, after) if self._month > 0 else {}
        moving = {path: settings.pop(path) for path in left}
        if any(path.startswith(PLATFORM) for path in left):
            # The machinery of another place comes with the place.
            moving |= {path: settings.pop(path) for path in list(settings) if path.startswith(PLATFORM)}
        self._take_effect(settings, before=before)
        if left:
            because = " ".join(dict.fromkeys(change.because for change in changes if change.set.keys() & moving.keys()))
            self._move(frozenset().union(*left.values()), moving, because=because)

    def meet(self, strike: Strike) -> None:
        """Leave what a strike forces the company to leave, or makes worth leaving."""
        settings = self._demanded(strike)
        exit = NO_EXIT if settings is None else self._exit(strike, settings)
        known = self.schedule
        self.schedule = Schedule(known.effects, known.migrations, (*known.exits, exit))

    def _demanded(self, strike: Strike) -> Mapping[str, Any] | None:
        """What a strike wants changed; `None` where the company is not exposed."""
        decisions = self._serving().decisions
        if strike.shock == "model_retired":
            return {} if decisions.own_share < 1 else None
        if strike.shock == "residency_ruling":
            return {"decisions.residency": "customer_region"} if decisions.residency == "anywhere" else None
        if strike.shock == "vendor_acquired":
            return {"decisions.vector_store": "open_hosted"} if decisions.vector_store == "vendor" else None
        if strike.shock in API_FALLS:
            return {} if decisions.own_share < 1 else None
        return {} if strike.forces else None

    def _exit(self, strike: Strike, settings: Mapping[str, Any]) -> Exit:
        if strike.shock in API_FALLS:
            return self._follow(strike)
        for move in self.schedule.pending(self._month):
            if strike.forces <= set(move.layers) and settings.keys() <= move.settings.keys():
                return Exit(move.ends_at - strike.month, move)
        if settings:
            self._decided = with_settings(self._decided, settings)
        move = self._move(strike.forces, settings, because=strike.because or strike.label, forced_by=strike.shock)
        return Exit(move.ends_at - strike.month, move)

    def _follow(self, strike: Strike) -> Exit:
        """Move to a cheaper offer where it saves more over what is left of the horizon than moving costs."""
        move = self._moved(frozenset({"model_api"}), {}, because=strike.because or strike.label, forced_by=strike.shock)
        bill_usd = self._at_begin().statements[max(0, self._month - 1)].cost_usd["api"]
        months = min(float(self._scenario.months), strike.ends) - move.ends_at
        if bill_usd * (1 - api_fall(strike)) * months <= move.cash_usd:
            return NO_EXIT
        self._add(move)
        return Exit(move.ends_at - strike.month, move)

    # --- moves ------------------------------------------------------------------------------------

    def _move(
        self, layers: LayerSet, settings: Mapping[str, Any], *, because: str, forced_by: str = ""
    ) -> Migration:
        move = self._moved(layers, settings, because=because, forced_by=forced_by)
        self._add(move)
        return move

    def _add(self, move: Migration) -> None:
        self.schedule = replace(self.schedule, migrations=(*self.schedule.migrations, move))

    def _moved(
        self, layers: LayerSet, settings: Mapping[str, Any], *, because: str, forced_by: str
    ) -> Migration:
        """A move of layers, and of what they drag along, decided in this month."""
        left = dragged_along(layers, embedding_ties(self._serving().decisions))
        costs = self._at_begin().leaving.costs(left)
        at = max(0, self._month - 1)
        months = float(costs.exit_months[at])
        busy = [move.ends_at for move in self.schedule.pending(self._month) if left & set(move.layers)]
        start = max([float(self._month), *busy])
        return Migration(
            decided_month=self._month,
            start_month=start,
            ends_at=worked_until(start, work_months=months, freezes=self._freezes),
            layers=tuple(layer for layer in LAYERS if layer in left),
            components={name: float(usd[at]) for name, usd in costs.components.items() if name != PAID_ANYWAY},
            usd_growth_forgone=float(costs.usd_growth_forgone[at]),
            exit_months=months,
            because=because,
            settings=dict(settings),
            forced_by=forced_by,
        )

    def _take_effect(self, settings: Mapping[str, Any], *, before: Scenario) -> None:
        """At once, or when a move of the same setting that is under way is done."""
        waits = {path: move.done_month for move in self.schedule.pending(self._month) for path in move.settings}
        by_month: dict[int, dict[str, Any]] = {}
        for path, value in settings.items():
            if path in waits and reading(before, path) == reading(self._decided, path):
                continue
            by_month.setdefault(waits.get(path, self._month), {})[path] = value
        effects = [Effect(month, values) for month, values in by_month.items()]
        self.schedule = replace(self.schedule, effects=(*self.schedule.effects, *effects))

    # --- what stands when the month begins --------------------------------------------------------

    def _serving(self) -> Scenario:
        schedule = self.schedule
        known = self._serves
        # An exit that is met changes nothing by itself.
        if known is None or known[0].effects is not schedule.effects or known[0].migrations is not schedule.migrations:
            known = self._serves = schedule, effective_states(self._scenario, schedule)
        return known[1][self._month]

    def _at_begin(self) -> Known:
        if self._known is None:
            self._known = self._rehearse(self.schedule, max(1, self._month))
        return self._known


def without(schedule: Schedule, strike: int) -> Schedule:
    """The schedule as it would be without one of the strikes: other moves stay as they were.

    Args:
        strike: its position.
    """
    exit = schedule.exits[strike]
    forced = exit.migration if exit.migration is not None and exit.migration.forced_by else None
    return replace(
        schedule,
        migrations=tuple(move for move in schedule.migrations if move is not forced),
        exits=(*schedule.exits[:strike], *schedule.exits[strike + 1 :]),
    )


def late_months(strike: Strike, exit: Exit) -> float:
    """Months by which leaving overruns the notice; 0 where it is in time or nothing has to be left."""
    return max(0.0, exit.months - strike.notice_months) if isfinite(exit.months) else 0.0
