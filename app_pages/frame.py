"""What the pages about one plan share: its levers, its line, its figures, and what went wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from time import monotonic
from urllib.parse import urlencode

import streamlit as st

from app_pages import evaluation, follow, levers, shell, state, text
from app_pages.polled import polled
from app_pages.view import MONTHS, View, to_query
from sim.reports import words
from sim.reports.sentences import Part, catalogue_note
from sim.strategy.outcome import Outcome

LAST_GOOD, REPLAY_S = "lb_last_good", 1.5


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan on the screen and the preset it started from, both of one fidelity."""

    view: View
    outcome: Outcome
    preset: Outcome


def open_plan(*, month: bool = True) -> Plan | None:
    """Evaluate the session's plan, show its levers, its line and what went wrong; `None` where there is nothing.

    Args:
        month: whether the page can be read at several months.
    """
    view = state.open_view()
    with st.spinner(text.PLAYING, show_time=False):
        preset = evaluation.attempt(view.preset, {})
        plan = evaluation.attempt(view.preset, dict(view.moved), decide=view.decide) if view.moved else preset
    st.session_state[levers.TOOK_S] = plan.took_s
    outcome = plan.outcome or st.session_state.get(LAST_GOOD)
    if outcome is None or preset.outcome is None:
        st.html(f'<p class="lb-problem" role="alert">{escape(text.NOTHING)}</p>')
        st.button(text.RESET, on_click=state.reset)
        return None
    st.session_state[LAST_GOOD] = outcome
    if state.replaying():
        polled(_bring_back, every_s=REPLAY_S)
    outcome, reference = _fullest(outcome, preset.outcome)
    levers.sidebar(view, outcome)
    _line(view, outcome, month=month)
    _problems(plan.faults)
    return Plan(view, outcome, reference)


def _bring_back() -> None:
    """Make the replayed change again once the room has seen the screen before it."""
    started_s = st.session_state.setdefault("lb_replay_s", monotonic())
    if monotonic() - started_s >= REPLAY_S:
        del st.session_state["lb_replay_s"]
        state.finish_replay()
        st.rerun()


def _fullest(outcome: Outcome, preset: Outcome) -> tuple[Outcome, Outcome]:
    """Both as full runs where both have been played in full, so that a difference is never one of fidelity."""
    ours, theirs = follow.full_run(outcome.scenario_hash), follow.full_run(preset.scenario_hash)
    return (ours, theirs) if ours is not None and theirs is not None else (outcome, preset)


def follow_full_run(plan: Plan) -> None:
    """Let the full run of the plan follow in the background, with its progress."""
    follow.follow_full_runs({o.scenario_hash: o.scenario for o in (plan.outcome, plan.preset)})


def headline(parts: tuple[Part, ...]) -> None:
    """The page's sentence."""
    st.html(f'<h1 class="lb-headline">{shell.sentence_html(parts)}</h1>')


def plain_headline(sentence: str) -> None:
    """A page's sentence without figures."""
    headline((Part(sentence),))


def _month_picked() -> None:
    state.choose_month(st.session_state["month"])


def _share(view: View) -> None:
    with st.popover(text.SHARE, type="tertiary"):
        st.caption(text.SHARE_NOTE)
        address = (st.context.url or "").split("?")[0]
        st.code(f"{address}?{urlencode(to_query(view))}", language=None, wrap_lines=True)


def _moved_note(view: View) -> str:
    moved = len(view.moved)
    if not moved:
        return ", as it stands"
    when = f", decided in month {view.decide}" if view.decide and view.decisions() else ""
    return f", {moved} {'lever' if moved == 1 else 'levers'} moved{when}"


def _line(view: View, outcome: Outcome, *, month: bool) -> None:
    base = evaluation.base(view.preset)
    own = catalogue_note(base)
    changed = f'<span class="lb-own">, {escape(own)}</span>' if own else ""
    against = f'<span class="lb-against">{text.AGAINST}</span>' if view.moved else ""
    with st.container(key="shell", horizontal=True, vertical_alignment="center", gap="small"):
        where = f"<b>{escape(base.name)}</b>{escape(_moved_note(view))}{changed}{against}"
        st.html(f'<p class="lb-where">{where}</p>', width="stretch")
        with st.container(key="tools", horizontal=True, vertical_alignment="center", gap="small", width="content"):
            if month:
                st.session_state["month"] = view.month
                offered = [m for m in MONTHS if m <= len(outcome.months)]
                st.segmented_control(text.MONTH, offered, key="month", required=True, on_change=_month_picked)
            _tool("undo", ":material/undo:", text.UNDO, state.undo, off=not state.can_undo())
            _tool("replay", ":material/play_arrow:", text.REPLAY, state.replay, off=not state.can_replay())
            _tool("reset", ":material/replay:", text.RESET, state.reset, off=not view.moved)
            _share(view)


def _tool(key: str, icon: str, help: str, action: Callable[[], None], *, off: bool) -> None:
    st.button("", key=key, icon=icon, type="tertiary", help=help, on_click=action, disabled=off)


def foot(outcome: Outcome) -> None:
    """What was run."""
    fidelity = words.FIDELITY_WORDS[outcome.fidelity]
    st.html(
        f'<p class="lb-foot">{fidelity}, seed {outcome.scenario.seed}, model {escape(outcome.version)}, '
        f"scenario {escape(outcome.scenario_hash[:12])}. US dollars; month 0 is the start of "
        f"{escape(outcome.scenario.start)}. Gray dashes are the preset.{_catalogue(outcome)}</p>"
    )


def _catalogue(outcome: Outcome) -> str:
    note = catalogue_note(outcome.scenario)
    return f" {escape(note[0].upper() + note[1:])}: About shows which." if note else ""


def _problems(faults: tuple[str, ...]) -> None:
    said = [f"{text.IGNORED}{', '.join(state.ignored())}."] if state.ignored() else []
    said += [f"{text.STALE} {' '.join(faults)}"] if faults else []
    for sentence in said:
        st.html(f'<p class="lb-problem" role="alert">{escape(sentence)}</p>')
