"""How it was computed, what it cannot see, how well it is validated, and what was run."""

from sim.catalogue import load_catalogue
from sim.reports import words
from sim.reports.document.facts import Facts
from sim.reports.document.parts import Cell, Column, Figure, Points, Prose, Section, Table
from sim.strategy.evaluate import DOOR_DRAWS

LIMITS = (
    "Quality of answers is seen only as the share that stands; answers of different models are taken as equally good.",
    "Latency of a vendor's API is assumed from a stated law, not simulated inside the vendor.",
    "Discounts that are on no price list, and how customers react to slow answers, are not in it.",
    "The cost of leaving rests on judgments about rework and growth forgone; each is a row of the register.",
    "Prices, laws and failure rates are those known at the start; what nobody has seen yet is in no range.",
)
STRESS = (
    ("1.1 Purpose", "To show what decisions about an AI platform make possible, cost, and how hard they are to undo."),
    ("1.2 Outputs", "Latency, outcomes of requests, statements, cash, worth, cash and months to leave, by month."),
    ("1.3 Aims of the experiment", "The options of this report, played over the same requests and compared in pairs."),
    (
        "2.1–2.4 Logic",
        "Users, residency, router, pool or API, users; continuous batching, capacity plans; chapter “Model”.",
    ),
    (
        "2.5 Components",
        "Requests; travel, wait, prefill, decode, search; replicas and API quotas; queues with patience.",
    ),
    ("3.1 Data", "Catalogue rows with source, date and grade: the register of this report."),
    ("3.3 Inputs", "The scenario files written beside this report hold every setting."),
    ("3.4 Assumptions", "The register, and every row of grade J in it."),
    ("4.1 Initialization", "A fifth of each window is warm-up; overload opens with its queue."),
    ("4.3 Estimation", "Student's interval at 95 % over replications, or over eight batches in a quick estimate."),
    ("5.1 Software", "Loadbearing, open source, on Python and SimPy; the version stands below."),
    ("5.2 Randomness", "Named streams from one seed: equal scenario, seed and version give equal results."),
)


def write(facts: Facts) -> Section:
    return Section(
        key="method",
        kicker="Method and limits",
        headline="How it was computed, what it cannot see, and how to check it",
        standfirst="Run the scenario with the seed below: the figures come back to the last digit.",
        blocks=(
            Prose("How it was computed", (_how(facts),)),
            Points("What it cannot see", LIMITS),
            validation(),
            stamp_table(facts),
            Table(
                "stress",
                "STRESS-DES",
                "The checklist for reporting discrete-event simulations; the whole answers are "
                "in the model's documentation.",
                (Column("Item", 1.0), Column("Answer", 3.0)),
                STRESS,
            ),
        ),
    )


def _how(facts: Facts) -> str:
    fidelity = words.FIDELITY_WORDS[facts.plan.fidelity].lower()
    draws = facts.evidence.futures
    drawn = (
        f" {draws.n} futures were drawn from the ranges of the register, by triangular laws from low over likely to "
        "high; shocks strike at random with their stated chances. Ranges of leaving are drawn uniformly."
        if draws
        else (
            f" Ranges of cash and months to leave come from {DOOR_DRAWS} futures of the lock-in rows, drawn "
            "uniformly from low to high; no other futures were drawn, so money has no range here."
        )
    )
    return (
        f"Requests were simulated one by one through GPU pools and vendor interfaces ({fidelity}), then priced month "
        f"by month. Every option faced the same requests.{drawn}"
    )


def validation() -> Table:
    """Errors of the serving model against measured servers."""
    catalogue = load_catalogue()
    names = {"ttft": "Time to first words", "tpot": "Time per further token", "tokens_per_s": "Tokens a second"}
    rows: list[tuple[Cell, ...]] = []
    for id in catalogue.ids("validation"):
        median, p90 = (catalogue.value("validation", id, q) for q in ("median_error", "p90_error"))
        rows.append((names.get(id, id), Figure(median, words.percent(median)), Figure(p90, words.percent(p90))))
    return Table(
        "validation",
        "How far the serving model is off",
        "Relative error against public rows of measured servers: of half the rows, and of nine in ten, at most.",
        (Column("Metric", 1.6), Column("Median", numeric=True), Column("90th percentile", numeric=True)),
        tuple(rows),
    )


def stamp_table(facts: Facts) -> Table:
    """What was run, whole."""
    rows: list[tuple[Cell, ...]] = []
    for option, outcome in zip(facts.options, facts.outcomes, strict=True):
        rows.append(
            (
                option.short,
                words.FIDELITY_WORDS[outcome.fidelity],
                str(outcome.scenario.seed),
                outcome.version,
                outcome.scenario_hash,
            )
        )
    columns = (
        Column("Option", 1.0),
        Column("Fidelity", 0.8),
        Column("Seed", 0.4),
        Column("Version", 0.5),
        Column("Scenario, SHA-256", 3.9),
    )
    return Table("stamp", "What was run", "", columns, tuple(rows))
