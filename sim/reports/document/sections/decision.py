"""First page: what is asked, what we recommend, what would change our mind, one chart and the key figures."""

from math import isfinite

import numpy as np

from sim.lockin import WHOLE
from sim.reports import words
from sim.reports.document import claims
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Axis, Line, Lines, Points, Section
from sim.reports.document.sections.key_figures import key_figures
from sim.reports.document.worth import break_even_month, discounted_cash, portability
from sim.reports.money import cash_finding
from sim.reports.sentences import TIE_SHARE
from sim.reports.series import SERIES
from sim.strategy.answers import quality_break_even
from sim.strategy.outcome import Outcome

MOST_REASONS = 3
MILLION = Axis(1e6, "M")


def write(facts: Facts) -> Section:
    """Always there."""
    return Section(
        key="decision",
        kicker="Decision asked",
        headline=decision_asked(facts),
        standfirst=recommendation(facts),
        blocks=(
            Points("What would change our mind", change_our_mind(facts)),
            difference_chart(facts) if facts.against is not None else cash_chart(facts),
            key_figures(facts),
        ),
        sources=(
            "Cash is discounted at the rate of the scenario; the paired difference is one plan less the other, "
            "month by month.",
        ),
    )


# --- what is asked and recommended ----------------------------------------------------------------------------------


def decision_asked(facts: Facts) -> str:
    """What the reader is asked to approve, with the most cash that it takes before any comes back."""
    name = facts.options[facts.proposed].short
    hole = min(facts.plan.cumulative_cash_usd)
    cash = words.money(-hole) if hole < 0 else ""
    if facts.against is None:
        return f"Approve {cash} for {name}" if cash else f"Approve {name}"
    if facts.proposed == 0:
        return f"Stay with {name} rather than change to {facts.options[facts.against].short}"
    return f"Approve {f'{cash} ' if cash else ''}to change from {facts.options[0].short} to {name}"


def recommendation(facts: Facts) -> str:
    """One sentence, as strong as what is known of the difference."""
    ours = facts.options[facts.proposed].short
    months = facts.months
    if facts.against is None:
        worth = words.money(facts.plan.npv_usd)
        back = claims.breaks_even("the plan", month=facts.plan.payback_month, months=len(facts.plan.months))
        return f"As planned, {ours} is worth {worth} over {words.months(months)}, and {back}"
    theirs = facts.options[facts.against].short
    saved = facts.leaving_less
    freer = claims.cheaper_to_leave(ours, theirs, saved=saved) if saved else ""
    instead = f"choose on cash to leave, where {freer}" if freer else "choose on what else differs"
    gain = facts.gain
    if gain is not None:
        return claims.worth_more(ours, theirs, gain=gain, months=months, instead=instead)
    gain_usd = facts.plan.npv_usd - facts.outcomes[facts.against].npv_usd
    if abs(gain_usd) <= TIE_SHARE * abs(facts.plan.npv_usd):
        return claims.worth_alike(ours, theirs, gain_usd=gain_usd, months=months, instead=instead)
    if gain_usd < 0:
        ours, theirs = theirs, ours
    return claims.worth_more_unranged(ours, theirs, gain_usd=gain_usd, months=months)


def change_our_mind(facts: Facts) -> tuple[str, ...]:
    """What would turn the recommendation, each with what is assumed now: switch points come first."""
    found = [*_switch_points(facts), *_without_futures(facts)]
    return tuple(found[:MOST_REASONS]) or ("Nothing we tried turns the recommendation.",)


def _switch_points(facts: Facts) -> list[str]:
    sensitivity = facts.evidence.sensitivity
    if sensitivity is None:
        return []
    other = facts.options[sensitivity.theirs].short
    return [
        claims.switches(
            other,
            input_words=words.as_clause(pull.label),
            flip=pull.flip_input,
            below=pull.flips_below,
            likely=pull.likely_input,
            low=pull.low_input,
            high=pull.high_input,
        )
        for pull in sensitivity.pulls
        if pull.flip_input
    ]


def _without_futures(facts: Facts) -> list[str]:
    if facts.against is None:
        return _of_one_plan(facts)
    said = []
    theirs = facts.outcomes[facts.against]
    quality = quality_break_even(facts.plan, theirs) if facts.plan.flows and theirs.flows else None
    if quality is not None and isfinite(quality.unpaid_share) and 0 < quality.unpaid_share <= 1:
        ahead = facts.options[facts.proposed if facts.plan.npv_usd >= theirs.npv_usd else facts.against].short
        said.append(
            f"Answers of {ahead} that stand less often: its lead in worth is gone if "
            f"{words.points(quality.unpaid_share)} more of them go unpaid (we assume none more)."
        )
    found = portability(facts)
    if found is not None:
        chance = float(found.verdict.whole.break_even_probability[-1])
        if isfinite(chance) and 0 < chance <= 1:
            said.append(
                f"The chance of having to leave everything within {words.months(facts.months)}: being able to move "
                f"pays above {words.percent(chance)}, and not below."
            )
    share = theirs.scenario.world.growth_per_month
    below = _harder_below(theirs)
    if below:
        said.append(
            f"Growth: {below}, leaving {facts.options[facts.against].short} gets ever harder (we assume "
            f"{words.percent(share)})."
        )
    return said


def _of_one_plan(facts: Facts) -> list[str]:
    said = []
    plan = facts.plan
    below = _harder_below(plan)
    if below:
        said.append(
            f"Growth {below}: then leaving gets ever harder "
            f"(we assume {words.percent(plan.scenario.world.growth_per_month)})."
        )
    ceiling = plan.ceiling
    if isfinite(ceiling.multiplier) and ceiling.gives_way != "none":
        said.append(
            f"Demand beyond {ceiling.multiplier:.1f} times that of {words.month(ceiling.reference_month + 1)}: then "
            f"{words.BINDS_WORDS[ceiling.gives_way]}."
        )
    target = plan.scenario.company.target_margin
    margin = plan.months[-1].gross_margin
    if isfinite(margin):
        side = "above" if margin >= target else "below"
        said.append(
            f"A margin target other than {words.percent(target)}: the plan ends {side} it, at {words.percent(margin)}."
        )
    return said


def _harder_below(outcome: Outcome) -> str:
    """Growth below which leaving everything gets harder, and that in cash alone; empty where it never does."""
    whole = next((door for door in outcome.doors if door.decision == WHOLE), None)
    if whole is None or not isfinite(whole.compounds_below_growth):
        return ""
    in_cash = whole.compounds_below_growth_cash_only
    alone = f"{words.percent(in_cash)} in cash alone" if isfinite(in_cash) else "at no growth in cash alone"
    return f"below {words.percent(whole.compounds_below_growth)} a month ({alone})"


# --- the chart ------------------------------------------------------------------------------------------------------


def difference_chart(facts: Facts) -> Lines:
    """Cash of the other options less that of doing nothing, discounted and added up; never levels."""
    base = discounted_cash(facts.outcomes[0])[: facts.months]
    lines = []
    low: tuple[float, ...]
    high: tuple[float, ...]
    for at, outcome in enumerate(facts.outcomes[1:], start=1):
        gain = np.cumsum(discounted_cash(outcome)[: facts.months] - base)
        note, low, high = "", (), ()
        if facts.evidence.futures is not None:
            found = facts.evidence.futures.paired(at, 0)
            note = f"range {claims.signed(found.low)} to {claims.signed(found.high)}"
            low, high = facts.evidence.futures.gain_band(at, 0)
        label = f"{facts.options[at].short} {claims.signed(float(gain[-1]))}"
        lines.append(Line(facts.options[at].short, at, tuple(gain.tolist()), label, note, low=low, high=high))
    shown = facts.proposed if facts.proposed > 0 else facts.against or 1
    name, base_name = facts.options[shown].short, facts.options[0].short
    values = next(line.values for line in lines if line.option == shown)
    return Lines(
        key="difference",
        title=_difference_finding(name, base_name, values),
        note=f"Discounted cash since the start, less that of {base_name}, $M. "
        + (
            "As planned: no other futures were drawn."
            if facts.evidence.futures is None
            else "Line: as planned. Band: 80 of 100 futures."
        ),
        axis=MILLION,
        lines=tuple(lines),
        zero=f"better than {base_name}",
    )


def _difference_finding(name: str, base: str, values: tuple[float, ...]) -> str:
    even = break_even_month(values)
    if even is not None:
        return f"{name} costs more at first and is ahead of {base} from {words.month(even)}, as planned"
    if values[-1] > 0:
        return f"{name} is ahead of {base} from its first months, as planned"
    if max(values) > 0:
        return f"{name} falls behind {base} and is not ahead at the end, as planned"
    return f"{name} does not catch up with {base}, as planned"


def cash_chart(facts: Facts) -> Lines:
    cash = facts.plan.cumulative_cash_usd
    series = SERIES["cash"]
    label = f"{facts.options[0].short} {words.money(cash[-1])}"
    return Lines(
        "difference",
        cash_finding(facts.plan),
        "Cash since the start, not discounted, $M. As planned.",
        Axis(series.scale, series.unit),
        (Line(facts.options[0].short, 0, cash, label),),
        "paid back",
    )
