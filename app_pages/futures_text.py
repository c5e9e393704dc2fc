"""Words of the page of futures."""

TITLE = "Nobody knows the growth, the prices or the shocks: see which plan survives them"
LEAD = (
    "Every plan meets the same futures: growth, prices, people and lock-in are drawn over their ranges in the "
    "catalogue, by triangular laws, and shocks strike as often as the deck says."
)
EMPTY = "Pick at least one plan. What you move on Strategy appears here as a plan of its own."
HOW_MANY = "Futures"
ASK = "Meet {n} futures"
ASK_NOTE = (
    "Surfaces are simulated once, then every future is read from them. It takes about a minute, and can be stopped."
)
PASS_NOTE = "Share of futures in which margin, promise, worth, cash hole and exit all reach their thresholds"
REGRET_NOTE = (
    "Mean worth less than the plan that is best over the futures of each kind; lowest and highest are tenths; "
    "tie: too close to the best to tell"
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
LAST = "Found last, and shown until there is something newer: {n} futures of {names}"
SEARCH_TITLE = "Other architectures than that of {name}"
SEARCH_NOTE = "The world and the products stay; a search moves the eight levers"
SEARCH_ASK = "Try {n} architectures"
SEARCH_TIME = "Each is read in the likely world and in a few futures; it takes some minutes, and can be stopped."
FRONT_TITLE = "No other architecture beats these in margin, p95 and cash to leave at once"
FRONT_NOTE = "Margin of the last year against cash to leave; a larger point comes closer to its promise at p95"
