"""Sentences about decisions: whether portability is worth it, waiting, what can be sold, petabytes, quality, a lift.

Each states its numbers and allows the answer no. Lengths of time count from
the start, so `after 12 months` is the thirteenth month played.
"""

from collections.abc import Sequence
from math import isfinite, isinf, isnan

from sim.lockin.portability import EventVerdict
from sim.reports import words
from sim.reports.sentences import TIE_SHARE
from sim.scenario import lever_cards
from sim.strategy.answers import EuBreakEven, QualityBreakEven
from sim.strategy.dragged import Dragged
from sim.strategy.lift import Lift, Tried
from sim.strategy.petabytes import Stored
from sim.strategy.selling import LowestPrice, Sellable, TightestPromise
from sim.strategy.sustainable import Sustainable
from sim.strategy.waiting import CostOfWaiting
from sim.strategy.worth_it import WorthOfPortability

# --- is portability worth it ----------------------------------------------------------------------------------------


def portability_sentences(worth: WorthOfPortability) -> tuple[str, ...]:
    """The verdict, of what plans, what the premium is made of, every event, leaving everything, deciding later."""
    return (
        portability_verdict(worth),
        _compared(worth),
        _premium(worth),
        *(event_sentence(event) for event in worth.verdict.events),
        _everything(worth),
        *((_later(worth),) if worth.later is not None else ()),
    )


def portability_verdict(worth: WorthOfPortability) -> str:
    """Whether portability is expected to pay over the horizon, with growth forgone and without."""
    premium = worth.premium_usd
    length = words.months(len(worth.managed.months))
    saved = worth.verdict.expected_avoided_usd
    in_cash = words.money(worth.verdict.expected_avoided_usd_cash_only)
    if premium <= 0 and saved >= 0:
        return (
            f"Portability costs nothing here: over {length} the portable plan is worth {words.money(-premium)} more "
            f"even if nothing ever forces you to leave, and is expected to save {words.money(saved)} if something does."
        )
    figures = (
        f"over {length} it costs {words.money(premium)} and is expected to save {words.money(saved)} "
        f"({in_cash} without growth forgone)"
    )
    if abs(worth.verdict.worth_usd) <= TIE_SHARE * abs(premium):
        return f"Portability is a toss-up: {figures}."
    return f"Portability {'pays' if worth.pays else 'does not pay'}: {figures}."


def _compared(worth: WorthOfPortability) -> str:
    """What the two plans differ in: a reader who has compared presets would take the managed plan for one of them."""
    portable, managed = worth.portable.scenario.decisions, worth.managed.scenario.decisions
    said = []
    for card in lever_cards():
        name = card.path.removeprefix("decisions.")
        ours, theirs = (
            card.options[value] if isinstance(value, str) else words.percent(value)
            for value in (getattr(portable, name), getattr(managed, name))
        )
        if ours != theirs:
            said.append(f"{words.as_clause(card.title)}: {ours}, not {theirs}")
    same = "Both plans decide alike" if not said else f"Portable differs from managed in {'; '.join(said)}"
    return f"{same}. All other decisions are the same." if said else f"{same}."


def _premium(worth: WorthOfPortability) -> str:
    premium = worth.premium
    later = worth.portable.launch_month - worth.managed.launch_month
    delay = f"by launching {words.months(later)} later" if later > 0 else "in other ways"
    return (
        f"Portability takes {words.money(premium.once_usd)} of longer building, "
        f"{words.money(premium.usd_per_month)} a month, and {words.money(premium.delay_usd)} of profit missed {delay}."
    )


def event_sentence(event: EventVerdict) -> str:
    """How likely one shock is, and how likely it would have to be for portability to pay because of it alone."""
    forced = " and ".join(words.LAYER_WORDS[layer] for layer in words.LAYER_WORDS if layer in event.shock.forces)
    chance = words.percent(float(event.chance[-1]))
    needed = float(event.verdict.break_even_probability[-1])
    cash_only = float(event.verdict.break_even_probability_cash_only[-1])
    start = f"{event.shock.label} (leave {forced}; {chance} likely by the end): "
    if isinf(needed):
        return f"{start}being portable saves nothing."
    if needed > 1:
        return f"{start}cannot pay for portability alone, even if it were certain."
    return f"{start}portability pays above {words.percent(max(0.0, needed))}, {_above(cash_only)} in cash alone."


def _above(chance: float) -> str:
    return "never" if chance > 1 else f"above {words.percent(max(0.0, chance))}"


def _everything(worth: WorthOfPortability) -> str:
    chances = worth.verdict.whole.break_even_probability
    ends = [*range(12, len(chances), 12), len(chances)]
    if all(float(chances[month - 1]) > 1 for month in ends):
        return f"Having to leave everything would not make it pay by {words.year_end(ends[-1])}, however likely."
    said = ", ".join(f"{_chance(float(chances[month - 1]))} by {words.year_end(month)}" for month in ends)
    return f"Chance of having to leave everything at which portability pays: {said}."


def _chance(chance: float) -> str:
    return "none pays" if chance > 1 else words.percent(max(0.0, chance))


def _later(worth: WorthOfPortability) -> str:
    later = worth.later
    assert later is not None
    if later.value_usd <= 0:
        return f"Worth of deciding later: nothing; the {later.committed} plan is best whatever is learned."
    return (
        f"Worth of deciding later: {words.money(later.value_usd)}, by starting {later.start} and deciding after "
        f"{words.months(later.month)}, against staying {later.committed} throughout."
    )


# --- waiting --------------------------------------------------------------------------------------------------------


def waiting_sentence(waiting: CostOfWaiting) -> str:
    """When the decision is worth most, and how cash to leave grows while one waits."""
    first, last = waiting.taken[0], waiting.taken[-1]
    best = waiting.best
    held = f"Cash to leave grows from {words.money(first.leave_then_usd)} to {words.money(last.leave_then_usd)}"
    if last.leave_then_usd <= first.leave_then_usd:
        held = f"Cash to leave goes from {words.money(first.leave_then_usd)} to {words.money(last.leave_then_usd)}"
    span = f"{held} between deciding {_when(first.month)} and {_when(last.month)}."
    if best is None:
        never = words.money(waiting.never.npv_usd)
        top = words.money(max(waited.npv_usd for waited in waiting.taken))
        return f"This decision never pays: the plan is worth {never} without it, at most {top} with. {span}"
    worths = [waited.npv_usd for waited in waiting.taken]
    if max(worths) == min(worths):
        return f"It makes no difference when this is decided: the plan is worth {words.money(worths[0])}. {span}"
    lost = waiting.lost_usd(last)
    verb = "costs" if lost > 0 else "gains"
    return (
        f"This decision is worth most {_when(best.month)} ({words.money(best.npv_usd)}); deciding "
        f"{_when(last.month)} {verb} {words.money(abs(lost))} against deciding {_when(first.month)}. {span}"
    )


def _when(month: int) -> str:
    return "at the start" if month == 0 else f"after {words.months(month)}"


# --- what you can sell ----------------------------------------------------------------------------------------------


def sellable_sentences(sellable: Sellable) -> tuple[str, ...]:
    return (
        _load(sellable),
        *(promise_sentence(promise) for promise in sellable.promises),
        *(price_sentence(price, sellable.target_margin) for price in sellable.prices),
    )


def _load(sellable: Sellable) -> str:
    if isnan(sellable.highest_rps):
        return "Highest load: nothing is sold yet."
    load = f"{words.count(sellable.highest_rps)} requests a second in the busiest hour"
    if sellable.open_ended:
        return f"Highest load: at least {load}; nothing gave way."
    return f"Highest load: {load}; then {words.BINDS_WORDS[sellable.binds]}."


def promise_sentence(promise: TightestPromise) -> str:
    """The tightest promise that a product would keep."""
    share = words.percent(promise.kept_share)
    if not isfinite(promise.limit_s):
        return f"{promise.label}: no promise can be kept for {share}, since more than the rest get no answer."
    careful = f"{words.seconds(promise.careful_limit_s)} with model error"
    basis = "assumed, not simulated" if promise.assumed else careful
    measure = words.MEASURE_WORDS[promise.measure]
    return f"{promise.label}: {measure} within {words.seconds(promise.limit_s)} for {share} of requests ({basis})."


PRICED = {"per_request": "an answer", "per_mtok": "a million tokens", "per_seat": "a seat"}


def price_sentence(price: LowestPrice, target_margin: float) -> str:
    """The lowest price of a product at the margin target."""
    goal = f"the margin target of {words.percent(target_margin)}"
    if not isfinite(price.lowest_usd):
        return f"{price.label}: no price reaches {goal}."
    return (
        f"{price.label}: {words.money(price.lowest_usd)} for {PRICED[price.kind]} keeps {goal}, "
        f"against {words.money(price.price_usd)} planned (prices of month 1)."
    )


def curve_sentence(curve: Sequence[Sustainable]) -> str:
    """How far replicas carry, and where more of them stop helping."""
    if not curve:
        return "No GPUs of our own: the API's quota sets the highest load."
    first, last = curve[0], curve[-1]
    flat = next((p for p in curve if p.requests_per_s >= (1 - TIE_SHARE) * last.requests_per_s), last)
    least = words.count(first.requests_per_s)
    said = f"{first.replicas} in every region serve {least} requests a second within promise"
    if flat is first:
        return f"Replicas: {said}, and more add nothing: the API's quota gives way first."
    end = "" if flat is last else "; beyond, the API's quota gives way first"
    return f"Replicas: {said}, {flat.replicas} serve {words.count(flat.requests_per_s)}{end}."


# --- petabytes ------------------------------------------------------------------------------------------------------

FINE_SHARE = 0.001
BINDS = {"move": "the link", "embed": "making the vectors again", "rework": "rewriting what uses them"}


def petabyte_sentence(stored: Stored) -> str:
    """Leaving the data layer with so many vectors, with and without making them again."""
    again, kept = stored.made_again, stored.kept
    forced = "This store forces it." if stored.must_be_made_again else "This store does not force it."
    return (
        f"{words.count(stored.vectors_start)} vectors at the start: leaving takes {words.money(kept.usd_cash)} and "
        f"{words.months(kept.exit_months)} with the vectors taken along, {words.money(again.usd_cash)} and "
        f"{words.months(again.exit_months)} if they are made again, when {BINDS[again.binds]} takes longest. {forced}"
    )


def dragged_sentence(dragged: Dragged) -> str:
    """What a swap moves beside what it names."""
    name, alone, together = words.LAYER_WORDS[dragged.layer], dragged.alone, dragged.together
    return (
        f"Leaving the {name} also moves the embeddings, so the data comes along: {words.money(together.usd_cash)} and "
        f"{words.months(together.exit_months)} at the end of month {dragged.month + 1}, where the {name} alone would "
        f"take {words.money(alone.usd_cash)} and {words.months(alone.exit_months)}."
    )


# --- quality and demand ---------------------------------------------------------------------------------------------


def quality_sentence(quality: QualityBreakEven) -> str:
    """How much worse the leading plan's answers may be."""
    if quality.gain_usd == 0:
        return f"{quality.ahead} and {quality.behind} are worth the same: the better answers decide."
    unpaid = (
        f"turns when {words.points(quality.unpaid_share)} more of its answers go unpaid"
        if quality.unpaid_share <= 1
        else "holds even if none of its answers were paid"
    )
    return (
        f"{quality.ahead} is worth {words.money(quality.gain_usd)} more than {quality.behind}. That "
        f"{unpaid}; where a bad answer costs a person's {words.money(quality.ticket_usd)}, at "
        f"{_fine_points(quality.ticket_share)}."
    )


def _fine_points(share: float) -> str:
    """Percentage points where few of thousands of answers matter."""
    return f"{share * 100:.1g}{words.NBSP}points" if 0 < share < FINE_SHARE else words.points(share)


def eu_sentence(eu: EuBreakEven) -> str:
    """The share of customers needing the EU at which processing there pays."""
    if isnan(eu.break_even_share):
        side = "at every share" if eu.gain_usd[0] >= 0 else "at no share"
        return f"Processing data with '{eu.residency}' pays {side} of customers needing it that was tried."
    needed = words.percent(eu.break_even_share)
    return (
        f"Processing data with '{eu.residency}' pays when more than {needed} of demand needs it; the plan assumes "
        f"{words.percent(eu.planned_share)}."
    )


# --- the cheapest lift ----------------------------------------------------------------------------------------------


def lift_sentence(lift: Lift) -> str:
    """The cheapest single step that lifts the ceiling, or that none does."""
    best = lift.cheapest
    if best is None:
        if not lift.tried:
            return "Nothing gives way within the volumes tried, so there is nothing to lift."
        return f"None of {len(lift.tried)} single steps lifts the ceiling."
    said = f"Cheapest step that lifts the ceiling: {_lifted(best)}"
    same = lift.cheapest_same_models
    if best.step.other_model:
        said += ", if its answers stand as well" + (f"; with the same models, {_lifted(same)}" if same else "")
    return f"{said}."


def _lifted(tried: Tried) -> str:
    figure = f"{words.count(tried.lifted_rps)} requests a second more"
    if tried.cost_usd <= 0:
        return f"{tried.step.title} ({figure}, and worth {words.money(-tried.cost_usd)} more)"
    return f"{tried.step.title} ({figure}, for {words.money(tried.usd_per_lifted_rps)} each over the horizon)"
