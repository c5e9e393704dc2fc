"""Futures: in how many of them each plan passes, what is regretted, when it fails, and what turns the ranking."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from app_pages import blocks, evaluation, follow, frame, futures_text, shell, state, text
from app_pages.jobs import Job, watched
from app_pages.view import View
from sim.reports import futures as told
from sim.reports import futures_figures as figures
from sim.reports import sensitivity_figures as moved
from sim.reports.sentences import Part
from sim.scenario import Scenario, scenario_hash
from sim.strategy.futures import (
    FuturesResult,
    SearchResult,
    SensitivityResult,
    StrategyFutures,
    futures,
    kinds_of,
    search,
    sensitivity,
)

THIS_PLAN = "this_plan"
MOST, FIRST = 4, 3
# Architectures that a search tries, and futures in which each is read.
TRIALS, SEARCHED = 40, 10
LAST = "lb_last_futures"
COUNTS = (200, 500, 1000)
ASKED = 500


def _offered(view: View) -> dict[str, Scenario]:
    """Scenarios by key: this plan where it is not a preset as it stands, then the presets."""
    presets = dict(evaluation.preset_scenarios())
    if not view.moved and view.preset in presets:
        return presets
    return {THIS_PLAN: evaluation.planned(view.preset, dict(view.moved)), **presets}


def _named_apart(picked: dict[str, Scenario]) -> list[Scenario]:
    """The plans under names that differ: this plan shares its preset's."""
    return [
        scenario.model_copy(update={"name": f"{scenario.name}, as moved"}) if key == THIS_PLAN else scenario
        for key, scenario in picked.items()
    ]


def _passes(result: FuturesResult) -> None:
    blocks.chart(
        figures.pass_figure(result, palette=shell.palette()),
        key="passes",
        title=told.passes_finding(result),
        measure=futures_text.PASS_NOTE,
        table=figures.pass_table(result),
        alt=" ".join(told.pass_sentence(strategy) for strategy in result.strategies),
    )


def _regret(result: FuturesResult) -> None:
    kinds = kinds_of(result)
    blocks.chart(
        figures.regret_figure(result, kinds, palette=shell.palette()),
        key="regret",
        title=told.kinds_sentence(result, kinds),
        measure=futures_text.REGRET_NOTE,
        table=figures.kinds_table(result, kinds),
        alt=told.regret_sentence(result),
    )


def _fails(strategies: Sequence[StrategyFutures]) -> None:
    blocks.finding(futures_text.FAILS_TITLE, futures_text.FAILS_NOTE)
    for strategy in strategies:
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in told.failing_sentences(strategy))
        st.html(
            f'<p class="lb-lead">{escape(told.pass_sentence(strategy))}</p><ul class="lb-notes">{said}</ul>'
        )


def _fan(result: FuturesResult) -> None:
    names = [strategy.name for strategy in result.strategies]
    with st.container(key="fans", gap="small"):
        chosen = st.segmented_control(
            futures_text.FAN_OF, names, default=names[0], required=True, key="fan_of", persist_state="session"
        )
        strategy = next((s for s in result.strategies if s.name == chosen), result.strategies[0])
        with st.grid(2, min_column_width=400, gap=("small", "medium")):
            for fan in strategy.fans:
                blocks.chart(
                    figures.fan_figure(fan, palette=shell.palette()),
                    key=f"fan_{fan.name}",
                    title=fan.title,
                    measure=futures_text.FAN_NOTE,
                    table=figures.fan_table(fan),
                )


def _found(result: FuturesResult) -> None:
    with st.container(key="charts"), st.grid(2, min_column_width=400, gap=("small", "medium")):
        _passes(result)
        _regret(result)
    st.html(f'<p class="lb-measure">{escape(told.regret_sentence(result))}</p>')
    st.html(f'<p class="lb-measure">{escape(told.laws_sentence(result.uncertain))}</p>')
    _fails(result.strategies)
    _fan(result)


def _turning(scenarios: list[Scenario], key: tuple[object, ...]) -> None:
    """Tornado and switch points, once they are asked for."""

    def work(job: Job) -> SensitivityResult:
        return sensitivity(scenarios, executor=watched(job))

    found = follow.known(key)
    if not isinstance(found, SensitivityResult):
        blocks.finding(futures_text.TORNADO_TITLE, futures_text.TORNADO_NOTE)
        follow.ask(key, work, button=futures_text.TORNADO_ASK, note=futures_text.TORNADO_TIME)
        return
    first = [tornado for tornado in found.tornadoes if tornado.strategy == found.strategies[0]]
    with st.container(key="tornadoes"), st.grid(2, min_column_width=400, gap=("small", "medium")):
        for tornado in first:
            blocks.chart(
                moved.tornado_figure(tornado, palette=shell.palette()),
                key=f"tornado_{tornado.figure}",
                title=f"{tornado.title}: {tornado.bars[0].title} moves it most",
                measure=futures_text.TORNADO_MEASURE.format(name=tornado.strategy),
                table=moved.tornado_table(tornado),
            )
    if found.switch_points:
        blocks.finding(futures_text.SWITCH_TITLE, futures_text.SWITCH_NOTE)
        head, rows = moved.switch_table(found.switch_points, write=told.value_words)
        st.html(f'<div class="lb-bare">{shell.table_html(head, rows, caption=futures_text.SWITCH_NOTE)}</div>')


def _last() -> None:
    """What was found last in this session: other work that is asked for, or stopped, takes nothing away."""
    found = follow.known(st.session_state.get(LAST))
    if isinstance(found, FuturesResult):
        names = ", ".join(strategy.name for strategy in found.strategies)
        st.html(f'<p class="lb-measure">{escape(futures_text.LAST.format(n=found.n, names=names))}</p>')
        _found(found)


def _searching(scenario: Scenario, key: tuple[object, ...]) -> None:
    """The cheapest architecture that holds, and the front of what trades off, once they are asked for."""

    def work(job: Job) -> SearchResult:
        return search(scenario, trials=TRIALS, n=SEARCHED, executor=watched(job))

    found = follow.known(key)
    blocks.finding(futures_text.SEARCH_TITLE.format(name=scenario.name), futures_text.SEARCH_NOTE)
    if not isinstance(found, SearchResult):
        follow.ask(key, work, button=futures_text.SEARCH_ASK.format(n=TRIALS), note=futures_text.SEARCH_TIME)
        return
    st.html(f'<p class="lb-lead">{escape(told.search_sentence(found))}</p>')
    with st.container(key="front"):
        blocks.chart(
            moved.front_figure(found.front, palette=shell.palette()),
            key="front",
            title=futures_text.FRONT_TITLE,
            measure=futures_text.FRONT_NOTE,
            table=moved.front_table(found.front),
        )


def page() -> None:
    offered = _offered(state.open_view())
    place = st.container()
    with st.container(key="pick"):
        picked = st.multiselect(
            text.PICK,
            list(offered),
            default=list(offered)[:FIRST],
            format_func=lambda key: offered[key].name if key != THIS_PLAN else f"{offered[key].name}, as moved",
            max_selections=MOST,
            key=f"futures_{'moved' if THIS_PLAN in offered else 'presets'}",
            persist_state="session",
        )
        n = st.select_slider(futures_text.HOW_MANY, COUNTS, value=ASKED, key="futures_n", persist_state="session")
    if not picked:
        with place:
            frame.plain_headline(futures_text.TITLE)
        st.html(f'<p class="lb-lead">{futures_text.EMPTY}</p>')
        return
    scenarios = _named_apart({key: offered[key] for key in picked})
    hashes = tuple(scenario_hash(scenario) for scenario in scenarios)

    def work(job: Job) -> FuturesResult:
        return futures(scenarios, n=n, executor=watched(job), tell=job.tell)

    key = ("futures", hashes, n)
    result = follow.known(key)
    with place:
        if isinstance(result, FuturesResult):
            frame.headline((Part(told.headline(result)),))
        else:
            frame.plain_headline(futures_text.TITLE)
    if isinstance(result, FuturesResult):
        st.session_state[LAST] = key
        _found(result)
    else:
        st.html(f'<p class="lb-lead">{futures_text.LEAD}</p>')
        follow.ask(key, work, button=futures_text.ASK.format(n=n), note=futures_text.ASK_NOTE)
        _last()
    _turning(scenarios, ("sensitivity", hashes))
    _searching(scenarios[0], ("search", hashes[0]))


page()
