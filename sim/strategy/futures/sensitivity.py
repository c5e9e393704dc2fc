"""Which assumptions matter: one at a time, all together, and where they turn the ranking of strategies."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from sim.scenario import Scenario
from sim.scenario.schema import ShockEvent
from sim.strategy.executors import Executor
from sim.strategy.futures.effects import global_effects
from sim.strategy.futures.lean import Figures
from sim.strategy.futures.outcome import (
    GlobalEffect,
    SensitivityResult,
    SwitchPoint,
    TornadoBar,
    TornadoResult,
    Uncertain,
)
from sim.strategy.futures.probing import Probe, at_places
from sim.strategy.futures.uncertain import STRIKE, value_at
from sim.strategy.outcome import Fidelity
from sim.strategy.store import SurfaceStore

PLACES = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Where the ranking is read; between two that differ it is searched."""
HALVINGS = 6
"""After these a switch point is known to a 128th of the way from what is likely to an end."""
TORNADO_FIGURES = (
    ("npv_usd", "Worth (NPV)", "USD"),
    ("margin_last_year", "Gross margin of the last year", "share"),
    ("exit_usd", "Cash to leave at the end", "USD"),
)
"""Field of `Figures`, title and unit."""

ByPlace = Mapping[tuple[str, float], Sequence[Figures]]
"""Figures of every strategy, by parameter and place of its range."""


def sensitivity(
    scenarios: Sequence[Scenario],
    *,
    trajectories: int = 0,
    fidelity: Fidelity = "draft",
    store: SurfaceStore | None = None,
    executor: Executor | None = None,
) -> SensitivityResult:
    """Tornadoes of every strategy, switch points between them and, if asked for, global effects.

    Args:
        scenarios: the strategies; with one alone there is no ranking to turn.
        trajectories: of the Morris screening, 0 for none; it needs the extra `futures`.
        fidelity: of the surfaces that are read.
        store: surfaces already simulated; the process's own unless given.
        executor: where worlds are read; here unless given.

    Raises:
        ValueError: as `futures` does.
        ModuleNotFoundError: effects are asked for and the extra is not installed.
    """
    probe = Probe.of(scenarios, fidelity=fidelity, store=store, executor=executor)
    by_place, struck = _readings(probe)
    effects: Mapping[str, tuple[GlobalEffect, ...]] = {}
    if trajectories:
        effects = global_effects(probe, trajectories=trajectories, seed=scenarios[0].seed)
    return SensitivityResult(
        strategies=probe.names,
        tornadoes=tuple(
            _tornado(probe, at, figure, by_place=by_place, struck=struck)
            for at in range(len(scenarios))
            for figure in TORNADO_FIGURES
        ),
        switch_points=_switch_points(probe, by_place) if len(scenarios) > 1 else (),
        effects=effects,
    )


def _readings(probe: Probe) -> tuple[ByPlace, Mapping[tuple[str, str], Sequence[Figures]]]:
    """Every parameter alone at every place, and every shock alone in the middle of the horizon, mild and grave."""
    likely = at_places({})
    ends = [(parameter, at) for parameter in probe.valued for at in PLACES if at != 0]
    middle = probe.scenarios[0].months // 2
    cards = [parameter for parameter in probe.parameters if parameter.kind == "strike"]
    hits = [(card, size) for card in cards for size in ("low", "high")]
    worlds = [
        likely,
        *(at_places({parameter: at}) for parameter, at in ends),
        *(
            at_places({}, [ShockEvent.model_validate({"shock": _shock(card), "month": middle, "size": size})])
            for card, size in hits
        ),
    ]
    usual, *rest = zip(*probe.read(worlds), strict=True)
    by_place: dict[tuple[str, float], Sequence[Figures]] = {(p.id, 0.0): usual for p in probe.valued}
    by_place |= {(parameter.id, at): found for (parameter, at), found in zip(ends, rest, strict=False)}
    struck = {(card.id, size): found for (card, size), found in zip(hits, rest[len(ends) :], strict=True)}
    return by_place, struck | {("", ""): usual}


def _shock(card: Uncertain) -> str:
    return card.id.removeprefix(STRIKE)


def _tornado(
    probe: Probe,
    strategy: int,
    figure: tuple[str, str, str],
    *,
    by_place: ByPlace,
    struck: Mapping[tuple[str, str], Sequence[Figures]],
) -> TornadoResult:
    field, title, unit = figure

    def read(found: Sequence[Figures]) -> float:
        return float(getattr(found[strategy], field))

    bars = [
        _bar(parameter, read(by_place[parameter.id, -1.0]), read(by_place[parameter.id, 1.0]))
        for parameter in probe.valued
    ]
    bars += [
        _bar(card, read(struck[card.id, "low"]), read(struck[card.id, "high"]))
        for card in probe.parameters
        if card.kind == "strike"
    ]
    likely = read(struck["", ""])
    return TornadoResult(
        strategy=probe.names[strategy],
        figure=field,
        title=title,
        unit=unit,
        likely=likely,
        bars=tuple(sorted(bars, key=lambda bar: (-_reach(bar, likely), bar.id))),
    )


def _reach(bar: TornadoBar, likely: float) -> float:
    """Width of a bar that is drawn from what is likely; 0 where a figure does not exist."""
    ends = [end for end in (bar.at_low, bar.at_high, likely) if end == end]
    return max(ends) - min(ends) if ends else 0.0


def _bar(parameter: Uncertain, at_low: float, at_high: float) -> TornadoBar:
    return TornadoBar(
        id=parameter.id,
        title=parameter.title,
        unit=parameter.unit,
        kind=parameter.kind,
        low=parameter.low,
        likely=parameter.likely,
        high=parameter.high,
        at_low=at_low,
        at_high=at_high,
    )


# --- where the ranking turns --------------------------------------------------------------------------------------


def ranking(names: Sequence[str], found: Sequence[Figures]) -> tuple[str, ...]:
    """Names from the one that is worth most to the one that is worth least; equals in the order given."""
    order = sorted(range(len(names)), key=lambda at: -found[at].npv_usd)
    return tuple(names[at] for at in order)


def _switch_points(probe: Probe, by_place: ByPlace) -> tuple[SwitchPoint, ...]:
    """For every parameter the flip of the ranking that is nearest to what is likely, by bisection."""
    brackets: dict[Uncertain, tuple[float, float]] = {}
    for parameter in probe.valued:
        bracket = _nearest_flip(probe, parameter, by_place)
        if bracket is not None:
            brackets[parameter] = bracket
    known = dict(by_place)
    for _ in range(HALVINGS):
        halves = {parameter: (near + far) / 2 for parameter, (near, far) in brackets.items()}
        read = probe.read([at_places({parameter: at}) for parameter, at in halves.items()]) if halves else []
        for (parameter, half), *found in zip(halves.items(), *read, strict=True):
            known[parameter.id, half] = found
            near, far = brackets[parameter]
            same = ranking(probe.names, found) == ranking(probe.names, known[parameter.id, near])
            brackets[parameter] = (half, far) if same else (near, half)
    return tuple(_switch(probe, parameter, brackets.get(parameter), known) for parameter in probe.valued)


def _nearest_flip(probe: Probe, parameter: Uncertain, by_place: ByPlace) -> tuple[float, float] | None:
    """Two neighboring places between which the ranking differs, the one nearer to what is likely first."""
    flips = []
    for low, high in pairwise(PLACES):
        if ranking(probe.names, by_place[parameter.id, low]) != ranking(probe.names, by_place[parameter.id, high]):
            flips.append((low, high) if abs(low) < abs(high) else (high, low))
    return min(flips, key=lambda flip: abs(flip[0]), default=None)


def _switch(
    probe: Probe, parameter: Uncertain, bracket: tuple[float, float] | None, known: ByPlace
) -> SwitchPoint:
    near, far = bracket or (0.0, 0.0)
    return SwitchPoint(
        id=parameter.id,
        title=parameter.title,
        unit=parameter.unit,
        kind=parameter.kind,
        low=parameter.low,
        likely=parameter.likely,
        high=parameter.high,
        value=None if bracket is None else value_at(parameter, (near + far) / 2),
        before=ranking(probe.names, known[parameter.id, near]),
        after=ranking(probe.names, known[parameter.id, far]),
    )


