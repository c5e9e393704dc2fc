"""Top risks in front: what could force us, how likely, what it would take, and what we would do."""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.reports import words
from sim.reports.document import claims
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Cell, Column, Figure, Section, Table
from sim.reports.document.sections.leaving import forcing, needed
from sim.strategy.outcome import Outcome

MOST_RISKS = 8


@dataclass(frozen=True, slots=True)
class _Risk:
    name: str
    chance: Cell
    consequence: Cell
    answer: str
    weight: float
    """Chance times cash; what the run itself warns of comes first."""


def write(facts: Facts) -> Section:
    name = facts.options[facts.proposed].short
    found = sorted(_risks(facts, facts.plan), key=lambda risk: -risk.weight)[:MOST_RISKS]
    rows = tuple((risk.name, risk.chance, risk.consequence, risk.answer) for risk in found)
    columns = (Column("Risk", 1.7), Column("How likely", 0.9), Column("What it would take", 1.2), Column("Answer", 1.6))
    first = found[0].name.rstrip(".") if found else ""
    return Section(
        key="risks",
        kicker="Top risks",
        headline=f"First risk of {name}: {words.as_clause(first)}" if first else f"No risk of {name} was found",
        standfirst="What the run warns of, then events that would force us to leave, by chance times cash.",
        blocks=(
            Table(
                "risks",
                f"Risks of {name}",
                "Chances are those of the shock deck over the horizon, a judgment; cash "
                f"is that of leaving what the event forces at {words.year_end(facts.months)}.",
                columns,
                rows,
            ),
        ),
    )


def _risks(facts: Facts, plan: Outcome) -> Iterator[_Risk]:
    certain = float("inf")
    for at, warning in enumerate(plan.warnings):
        yield _Risk(warning, "as planned", words.NONE, "see Service, and the levers that lift it", certain - at)
    for played in plan.shocks:
        size = words.money(abs(played.consequence_usd))
        side = "costs" if played.consequence_usd < 0 else "gains"
        text = f"{side} {size} over the horizon"
        yield _Risk(
            f"{played.label}, played in {words.month(played.month + 1)}",
            "played in this scenario",
            Figure(played.consequence_usd, text),
            played.because,
            certain,
        )
    for shock in forcing(facts):
        chance = 1 - (1 - shock.hazard_per_month) ** facts.months
        likely, low, high = needed(facts, facts.proposed, shock=shock)
        exits = plan.months[facts.months - 1].exit
        cash = (
            float(plan.lockin.leaving(sorted(shock.forces)).usd_cash[facts.months - 1])
            if plan.lockin is not None
            else max(exits[layer].usd_cash for layer in shock.forces)
        )
        notice = shock.notice_months.likely
        verdict = claims.notice_words(notice_months=notice, needed=likely, low=low, high=high)
        layers = " and ".join(words.LAYER_WORDS[layer] for layer in words.LAYER_WORDS if layer in shock.forces)
        yield _Risk(
            f"{shock.label}: we would have to leave {layers}",
            Figure(chance, f"{words.percent(chance)} within {words.months(facts.months)}"),
            Figure(cash, f"{words.money(cash)}, {words.months(likely)}"),
            f"Notice of {words.months(notice)}: {verdict}",
            chance * cash,
        )
