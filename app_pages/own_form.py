"""The form of a whole scenario: its settings by part, its lists as tables, its products as they come and go."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from app_pages import fields, lists, text
from sim.scenario import Scenario, ScenarioError, scenario_hash
from sim.scenario import editing as shape
from sim.scenario.schema import Product

DRAFT, ORIGIN, FAULTS = "lb_own_draft", "lb_own_origin", "lb_own_faults"


@dataclass(slots=True)
class Entered:
    """What was typed: changed settings by their dotted names, and the faults found while reading them."""

    changed: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def take(self, found: tuple[dict[str, Any], list[str]]) -> None:
        """Add what a table says."""
        self.changed |= found[0]
        self.faults += found[1]


def draft(scenario: Scenario) -> Scenario:
    """The scenario being edited: the given one until products or kinds are changed, and again when it is another."""
    session = st.session_state
    origin = scenario_hash(scenario)
    if session.get(ORIGIN) != origin:
        session[ORIGIN], session[DRAFT] = origin, scenario
        session.pop(FAULTS, None)
    found: Scenario = session[DRAFT]
    return found


def tell(faults: Sequence[str]) -> None:
    """Keep faults until the form is sent again."""
    st.session_state[FAULTS] = tuple(fields.in_form_units(fault) for fault in faults)


def told() -> tuple[str, ...]:
    """The faults of the form as it was sent last."""
    return st.session_state.get(FAULTS, ())


def _reshape(change: Callable[[Scenario], Scenario]) -> None:
    try:
        st.session_state[DRAFT] = change(st.session_state[DRAFT])
    except ScenarioError as error:
        tell(error.faults)
    else:
        st.session_state.pop(FAULTS, None)


def _pick_kind(path: str) -> None:
    kind = st.session_state[f"kind_{path}"]
    _reshape(lambda scenario: shape.with_kind(scenario, path, kind=kind))


def _pick_part(path: str) -> None:
    present = st.session_state[f"part_{path}"]
    _reshape(lambda scenario: shape.with_part(scenario, path, present=present))


def _kinds(scenario: Scenario, product: Product) -> None:
    with st.grid(3, min_column_width=250, gap=("small", "medium")):
        for path, words, kind in shape.kinds(scenario):
            if path.startswith(f"products.{product.id}."):
                name = Product.model_fields[path.rsplit(".", 1)[1]].title or path.rsplit(".", 1)[1].capitalize()
                st.session_state[f"kind_{path}"] = kind
                st.selectbox(
                    text.OWN_KIND.format(of=name), list(words), format_func=fields.worded(words),
                    key=f"kind_{path}", on_change=partial(_pick_kind, path),
                )  # fmt: skip


def _parts(scenario: Scenario, prefix: str) -> None:
    for path, title, help, present in shape.optional_parts(scenario):
        if path.startswith(prefix):
            st.session_state[f"part_{path}"] = present
            st.checkbox(title, key=f"part_{path}", help=help, on_change=partial(_pick_part, path))


def _remove(id: str) -> None:
    _reshape(lambda scenario: shape.without_product(scenario, id))


def _copy(id: str) -> None:
    _reshape(lambda scenario: shape.with_product(scenario, id))


def _products(scenario: Scenario, entered: Entered, faults: Sequence[str]) -> None:
    fields.show_faults(faults, ("products",))
    for product in scenario.products:
        with st.container(key=f"product_{product.id}", gap="small"):
            with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
                st.html(f'<h3 class="lb-story">{escape(product.label)}</h3>')
                st.button(
                    text.OWN_COPY, key=f"copy_{product.id}", type="tertiary", on_click=_copy, args=(product.id,)
                )
                st.button(
                    text.OWN_REMOVE, key=f"remove_{product.id}", type="tertiary", on_click=_remove,
                    args=(product.id,), disabled=len(scenario.products) == 1,
                )  # fmt: skip
            _kinds(scenario, product)
            _parts(scenario, f"products.{product.id}.")
            entered.changed |= fields.grid(scenario, [f"products.{product.id}."], faults=faults)


def _world(scenario: Scenario, entered: Entered, faults: Sequence[str]) -> None:
    entered.changed |= fields.grid(scenario, ["world."], faults=faults)
    _heading("users")
    entered.take(lists.shares(scenario, "users", faults=faults))


def _platform(scenario: Scenario, entered: Entered, faults: Sequence[str]) -> None:
    _parts(scenario, "platform.")
    entered.changed |= fields.grid(scenario, ["platform."], faults=faults)


def _company(scenario: Scenario, entered: Entered, faults: Sequence[str]) -> None:
    entered.changed |= fields.grid(scenario, ["company."], faults=faults)
    _heading("lockin")
    entered.take(lists.shares(scenario, "lockin", faults=faults))


def _events(scenario: Scenario, entered: Entered, faults: Sequence[str]) -> None:
    for name in ("changes", "shocks"):
        _heading(name)
        if name == "changes":
            st.html(f'<p class="lb-measure">{text.OWN_SETS}</p>')
        entered.take(lists.editor(scenario, name, faults=faults))


def _assumptions(scenario: Scenario, entered: Entered, faults: Sequence[str]) -> None:
    _heading("assumptions")
    entered.take(lists.editor(scenario, "assumptions", faults=faults))


def _decisions(scenario: Scenario, entered: Entered, faults: Sequence[str]) -> None:
    entered.changed |= fields.grid(scenario, ["decisions."], faults=faults)


def _whole(scenario: Scenario, entered: Entered, faults: Sequence[str]) -> None:
    entered.changed |= fields.grid(scenario, [""], faults=faults)


def _heading(name: str) -> None:
    declared = Scenario.model_fields[name]
    st.html(
        f'<h3 class="lb-story">{escape(declared.title or name)}</h3>'
        f'<p class="lb-measure">{escape(declared.description or "")}</p>'
    )


Tab = Callable[[Scenario, Entered, Sequence[str]], None]
TABS: dict[str, tuple[Tab, tuple[str, ...]]] = {
    "Decisions": (_decisions, ("decisions",)),
    "Platform": (_platform, ("platform",)),
    "The world": (_world, ("world", "users")),
    "Products": (_products, ("products",)),
    "Company": (_company, ("company", "lockin")),
    "Changes and shocks": (_events, ("changes", "shocks")),
    "Catalogue": (_assumptions, ("assumptions",)),
    "The scenario": (_whole, ("name", "summary", "start", "months", "seed")),
}
"""Tabs of the form, with the parts whose faults they show."""


def form(scenario: Scenario) -> Entered:
    """Show the whole form; what was typed in it by now."""
    entered = Entered()
    faults = told()
    faulty = [title for title, (_, parts) in TABS.items() if any(fault.startswith(parts) for fault in faults)]
    tabs = st.tabs(list(TABS), default=faulty[0] if faulty else None)
    for tab, (show, _) in zip(tabs, TABS.values(), strict=True):
        with tab:
            show(scenario, entered, faults)
    return entered
