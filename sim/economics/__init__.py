"""From a month of service to money: revenue, cost by line, margin, cash and the bill."""

from sim.economics.choices import Choices, choices, chosen_rows
from sim.economics.commitment import Commitment, contracts, owed_usd
from sim.economics.energy import Energy, PoolEnergy
from sim.economics.explain import FIGURES, Node, explain, figures
from sim.economics.focus import Bill, bill, billed_usd
from sim.economics.focus_csv import focus_csv
from sim.economics.lines import BILLED_LINES, COST_LINES, COST_PER_TOKEN, COST_TO_SERVE, LINES
from sim.economics.prices import PriceBook, PriceLevel, Prices, price_level, price_levels
from sim.economics.purchase import PurchaseMix, purchase_mix, split
from sim.economics.quality import break_even_share, fallen_answers_usd, standing_share
from sim.economics.revenue import Retention, next_retention
from sim.economics.statement import MonthStatement, gross_margin, statement
from sim.economics.term import Term
from sim.economics.tiers import Tier, internet_tiers, tiered_usd
from sim.economics.worth import cash_flows, cumulative, deepest_hole, payback_month, present_value

__all__ = [
    "BILLED_LINES",
    "COST_LINES",
    "COST_PER_TOKEN",
    "COST_TO_SERVE",
    "FIGURES",
    "LINES",
    "Bill",
    "Choices",
    "Commitment",
    "Energy",
    "MonthStatement",
    "Node",
    "PoolEnergy",
    "PriceBook",
    "PriceLevel",
    "Prices",
    "PurchaseMix",
    "Retention",
    "Term",
    "Tier",
    "bill",
    "billed_usd",
    "break_even_share",
    "cash_flows",
    "choices",
    "chosen_rows",
    "contracts",
    "cumulative",
    "deepest_hole",
    "explain",
    "fallen_answers_usd",
    "figures",
    "focus_csv",
    "gross_margin",
    "internet_tiers",
    "next_retention",
    "owed_usd",
    "payback_month",
    "present_value",
    "price_level",
    "price_levels",
    "purchase_mix",
    "split",
    "standing_share",
    "statement",
    "tiered_usd",
]
