"""Words of the page of futures."""

TITLE = "Nobody knows the growth, the prices or the shocks: see which plan survives them"
LEAD = (
    "Every plan meets the same futures: growth, prices, people and lock-in are drawn over their ranges in the "
    "catalogue, and shocks strike as often as the deck says."
)
EMPTY = "Pick at least one plan. What you move on Strategy appears here as a plan of its own."
HOW_MANY = "Futures"
ASK = "Meet {n} futures"
ASK_NOTE = (
    "Surfaces are simulated once, then every future is read from them. It takes about a minute, and can be stopped."
)
PASS_NOTE = "Share of futures in which margin, promise, worth, cash hole and exit all reach their thresholds"
REGRET_TITLE = "{name} is least regretted at worst"
REGRET_NOTE = (
    "Worth less than the best plan of each future: largest in each twentieth, from poor to rich; at the right, overall"
)
FAILS_TITLE = "When each plan fails"
FAILS_NOTE = "Conditions under which failures are concentrated, found by peeling the space of futures (PRIM)"
FAN_OF = "Plan"
FAN_NOTE = "Half of the futures in the dark band, nine of ten in the light one; dotted: what is likely"
TORNADO_TITLE = "What matters, and what turns the ranking"
TORNADO_NOTE = "One assumption at a time at its low and its high end, and where the order of the plans flips"
TORNADO_ASK = "Move every assumption"
TORNADO_TIME = "Some hundred readings of the surfaces; about half a minute."
TORNADO_MEASURE = "{name}, one assumption at a time: blue at its high or grave end, gray at its low or mild one"
SWITCH_TITLE = "Where the ranking by worth turns"
SWITCH_NOTE = "The value of each assumption, nearest to what is likely, at which the order of the plans changes"
