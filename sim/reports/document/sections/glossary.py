"""The words of a report, for those who meet them first here."""

from sim.reports.document.facts import Facts
from sim.reports.document.parts import Column, Section, Table

TERMS = (
    ("All in", "Allocated cost: idle capacity included."),
    ("As planned", "Every input at its likely value; no range."),
    ("Cash to leave", "Exit cost: money that leaving would take if it were decided that month."),
    ("Ceiling", "Largest demand served within the promises, before growth takes the margin below its target."),
    ("Costly but steady", "Sticky: leaving costs, and not more and more."),
    ("Door", "A decision that may have to be taken back."),
    ("Easy to undo", "Two-way door: leaving is cheap and quick in every judged month."),
    ("Future", "One draw of every uncertain input over its range; all options meet the same one."),
    ("Gets harder to undo", "Compounding: leaving takes ever more months of profit."),
    ("Gross margin", "Revenue less cost to serve, over revenue; people who run the platform included."),
    ("Growth forgone", "Profit that does not come while part of the roadmap stands still; no cash."),
    ("Cost of staying one more month", "Lock-in interest: how much dearer leaving is a month later."),
    ("Months to leave", "From the decision until the old way is off."),
    ("p*", "Break-even probability: the chance of having to leave above which being able to move pays."),
    ("Promise", "The latency that a product promises its users (SLO)."),
    ("Range", "80 of 100 futures lie within, unless another basis is named."),
    ("Regret", "How far an option is from the best one in the same future."),
    ("Slowest 5 % of answers", "p95: 95 of 100 are faster; not served counts as infinitely late."),
    ("Worth", "Net present value (NPV): cash of the horizon, discounted to the start."),
)


def write(facts: Facts) -> Section:
    return Section(
        key="glossary",
        kicker="Glossary",
        headline="Words used here",
        standfirst="",
        blocks=(Table("glossary", "Words", "", (Column("Word", 1.0), Column("Meaning", 3.0)), TERMS),),
    )
