"""The lock-in page: which decisions are doors of what kind, and what leaving would take."""

from dataclasses import dataclass
from math import isfinite, nan

from sim.lockin import LAYERS, WHOLE, Door, DoorClass, deck
from sim.reports import words
from sim.reports.sentences import Part
from sim.reports.waterfall import Step
from sim.scenario.assumptions import catalogue_of
from sim.strategy.explain_exit import COMPONENT_NAMES
from sim.strategy.months import first_day
from sim.strategy.outcome import Outcome

EXAMPLES = {
    "model_api": "prompts and tests tuned to one model",
    "agent_framework": "tools, memory, workflow code",
    "orchestration": "pipelines, deployment, schedulers",
    "data": "vector store, index, logs",
    "network": "private links, gateways, zones",
    "identity": "roles, secrets, dashboards",
    WHOLE: "shared work is counted once, so not the sum of the six",
}
_FINDING_WORDS = {
    "move": "the fee to move data out",
    "embed": "rebuilding the index",
    "rework": "rewriting what is tied in",
    "dual": "running both for a while",
    "reval": "testing the answers again",
    "compliance": "compliance",
    "commitment": "the contract still owed",
}
_NUMBERS = ("None", "One", "Two", "Three", "Four", "Five", "Six")
ORDER: dict[DoorClass, int] = {"compounding": 0, "sticky": 1, "two_way": 2}
MARKS = (1, 12, 24, 36)
"""Months whose cash to leave is printed: the first, and the end of each year."""


def layer_name(layer: str) -> str:
    """A layer as a row head, capitalized."""
    name = words.LAYER_WORDS[layer] if layer != WHOLE else "all six at once"
    return name[0].upper() + name[1:]


def lockin_headline(outcome: Outcome, *, month: int) -> tuple[Part, ...]:
    """How many decisions get harder to undo, and what undoing all of them takes at the end of a month."""
    single = [door for door in outcome.doors if door.decision in LAYERS]
    hard = sum(door.door_class == "compounding" for door in single)
    verb = "gets" if hard == 1 else "get"
    count = _NUMBERS[hard] if hard < len(_NUMBERS) else str(hard)
    all_of = "All six decisions get" if hard == len(single) else f"{count} of six decisions {verb}"
    in_cash = sum(door.class_cash_only == "compounding" for door in single)
    also = "as many" if in_cash == hard else _NUMBERS[in_cash].lower()
    whole = outcome.months[month - 1].exit[WHOLE]
    parts = [
        Part(f"{all_of} harder to undo, {also} in cash alone. Undoing all six at {words.year_end(month)} takes "),
        Part(words.money(whole.usd_cash), True),
    ]
    if not isfinite(whole.months_of_profit):
        return (*parts, Part(" and "), Part(words.months(whole.exit_months), True),
                Part("; gross profit is too thin to pay it from."))  # fmt: skip
    return (
        *parts,
        Part(", "),
        Part(words.months(whole.exit_months), True),
        Part(" and "),
        Part(words.months(whole.months_of_profit), True),
        Part(f" of gross profit ({words.months(whole.months_of_profit_cash_only)} in cash alone)."),
    )


@dataclass(frozen=True, slots=True)
class DoorRow:
    """One decision in the table of doors, ready to print."""

    decision: str
    label: str
    examples: str
    door_class: DoorClass
    class_words: str
    share: float
    usd: tuple[str, ...]
    """At each of `marks`."""
    exit_months: str
    notice: str
    staying: str
    harder: str
    """Under which growth it gets harder to undo: a class alone would hide that it rests on growth."""
    in_cash: str
    """Its class, and that growth, without growth forgone: without the judgment how much of the roadmap stands still."""


def marks(outcome: Outcome) -> tuple[int, ...]:
    """Months of MARKS that the outcome has."""
    return tuple(month for month in MARKS if month <= len(outcome.months))


def door_rows(outcome: Outcome, *, month: int) -> tuple[DoorRow, ...]:
    """The doors, the hardest first and the dearest before the cheaper, then all at once.

    Args:
        month: whose cost of staying one more month, and time, are printed.
    """
    single = [door for door in outcome.doors if door.decision in LAYERS]
    last = outcome.months[-1]
    single.sort(key=lambda door: (ORDER[door.door_class], -last.exit[door.decision].usd_cash))
    whole = [door for door in outcome.doors if door.decision == WHOLE]
    return tuple(_row(door, outcome, month) for door in (*single, *whole))


def _row(door: Door, outcome: Outcome, month: int) -> DoorRow:
    layer = door.decision
    return DoorRow(
        decision=layer,
        label=layer_name(layer),
        examples=EXAMPLES[layer],
        door_class=door.door_class,
        class_words=words.DOOR_WORDS[door.door_class],
        share=door.class_share,
        usd=tuple(words.money(outcome.months[mark - 1].exit[layer].usd_cash) for mark in marks(outcome)),
        exit_months=words.months(outcome.months[month - 1].exit[layer].exit_months).split(words.NBSP)[0],
        notice=_notice(layer, outcome),
        staying=words.money(staying_usd(outcome, layer, month=month)),
        harder=harder_words(door),
        in_cash=in_cash_words(door),
    )


def harder_words(door: Door) -> str:
    """What follows a door's class: `below 6.5 % growth a month`; `gets harder below ...` where it does not now."""
    below = _below(door.compounds_below_growth, " growth a month")
    return below if door.door_class == "compounding" else f"gets harder {below}"


def in_cash_words(door: Door) -> str:
    """The same without growth forgone: `in cash: costly but steady, harder below 3 %`, or `in cash too, below 5 %`."""
    below = _below(door.compounds_below_growth_cash_only)
    hard = door.class_cash_only == "compounding"
    if door.class_cash_only == door.door_class:
        return f"in cash too, {below if hard else f'harder {below}'}"
    cash_only = words.DOOR_WORDS[door.class_cash_only]
    return f"in cash: {cash_only} {below}" if hard else f"in cash: {cash_only}, harder {below}"


def _below(growth_per_month: float, unit: str = "") -> str:
    return f"below {words.percent(growth_per_month)}{unit}" if isfinite(growth_per_month) else "at no growth tried"


def staying_usd(outcome: Outcome, layer: str, *, month: int) -> float:
    """Cash by which leaving grows from the end of this month to the next; from the month before, in the last one."""
    cash = [result.exit[layer].usd_cash for result in outcome.months]
    at = min(month, len(cash) - 1)
    return cash[at] - cash[at - 1] if at > 0 else nan


def _notice(layer: str, outcome: Outcome) -> str:
    """The shortest notice of any shock that forces the layer."""
    shocks = deck(catalogue_of(outcome.scenario), first_day(outcome.scenario.start, 0))
    notices = [s.notice_months.likely for s in shocks if layer in s.forces and s.hazard_per_year.likely > 0]
    return words.months(min(notices)).split(words.NBSP)[0] if notices else words.NONE


def exit_steps(outcome: Outcome, *, month: int, layer: str = WHOLE) -> tuple[Step, ...]:
    """Cash to leave at the end of a month by component, those that cost nothing left out."""
    parts = outcome.months[month - 1].exit[layer].components
    return tuple(Step(COMPONENT_NAMES[name], parts[name]) for name in COMPONENT_NAMES if parts.get(name, 0.0) > 0)


def exit_finding(outcome: Outcome, *, month: int) -> str:
    """What the waterfall shows: the largest part of the bill."""
    whole = outcome.months[month - 1].exit[WHOLE]
    if whole.usd_cash <= 0:
        return f"Leaving in {words.month(month)} would cost nothing"
    name = max(_FINDING_WORDS, key=lambda part: whole.components.get(part, 0.0))
    share = whole.components[name] / whole.usd_cash
    start = _FINDING_WORDS[name]
    return f"{start[0].upper()}{start[1:]} is {words.percent(share)} of the bill"


def layers_finding(outcome: Outcome) -> str:
    """What the lines by layer show: those that get harder to undo, or the dearest."""
    last = outcome.months[-1].exit
    hard = [door.decision for door in outcome.doors if door.decision in LAYERS and door.door_class == "compounding"]
    hard.sort(key=lambda layer: -last[layer].usd_cash)
    if hard:
        names = _joined([words.LAYER_WORDS[layer] for layer in hard])
        return f"{names[0].upper()}{names[1:]} {'pulls' if len(hard) == 1 else 'pull'} away"
    dearest = max(LAYERS, key=lambda layer: last[layer].usd_cash)
    return f"{layer_name(dearest)} costs most to leave; nothing pulls away"


def time_finding(outcome: Outcome) -> str:
    """What the lines of months show: the slowest single layer, and whether time grows."""
    last, first = outcome.months[-1].exit, outcome.months[outcome.launch_month].exit
    slowest = max(LAYERS, key=lambda layer: last[layer].exit_months)
    grew = last[slowest].exit_months - first[slowest].exit_months
    took = words.months(last[slowest].exit_months)
    if grew <= 0:
        return f"{layer_name(slowest)} takes longest to leave: {took}"
    return f"{layer_name(slowest)} takes longest to leave: {took}, {words.months(grew)} more than at launch"


def _joined(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# --- leaving rehearsed ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Leaving, decided at the end of a month: how long each layer would take alone, and all of them at once."""

    month: int
    ends_at: dict[str, float]
    """By layer and for all at once: when it would be done, in months from the start."""
    horizon: int
    sentence: tuple[Part, ...]


def rehearse(outcome: Outcome, *, month: int) -> Rehearsal:
    """Leaving in a month, as cash, time and what stands still meanwhile."""
    exits = outcome.months[month - 1].exit
    whole = exits[WHOLE]
    horizon = len(outcome.months)
    done = month + whole.exit_months
    ends = (
        f"and is over in {words.month(round(done))}" if done <= horizon
        else f"and is not over when the {words.months(horizon)} end"
    )  # fmt: skip
    sentence = (
        Part("Leaving everything, decided in "),
        Part(words.month(month), True),
        Part(", costs "),
        Part(words.money(whole.usd_cash), True),
        Part(", takes "),
        Part(words.months(whole.exit_months), True),
        Part(f" {ends}; meanwhile {words.money(whole.usd_growth_forgone)} of growth is forgone."),
    )
    return Rehearsal(
        month, {layer: month + exits[layer].exit_months for layer in (*LAYERS, WHOLE)}, horizon, sentence
    )
