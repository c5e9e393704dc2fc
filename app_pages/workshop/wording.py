"""Every fixed string of the workshop's pages. What depends on figures is in `sim.workshop.telling`."""

TITLE = "Workshop"
LEAD = "Teams decide in rounds, predict, and see how far they were off. No names, no accounts."
WAYS = {"join": "Join a team", "run": "Run a session", "solo": "Play alone"}
WAY = "What would you like to do?"
CODE, PIN, TEAM, FACILITATOR_PIN = "Session code", "PIN of your team", "Your team", "Facilitator's PIN"
CODE_HELP = "Eight letters and digits, shown by the projector and on your slip. Spaces do not matter."
ENTER, GO_ON, LEAVE = "Enter", "Go on", "Leave this seat"
AGAIN = "The session cannot be reached right now. What was saved is safe; this page tries again each second."
WATCH = "watch"
"""Name of the link's part that opens a session for reading."""
CODE_PARAM = "code"
"""Name of the link's part that fills in the session's code."""
JOIN_TITLE, QR_LABEL = "Join with your phone", "Opens this session on a phone"
THIS_MACHINE = (
    "Phones cannot open this address: it names this machine itself. Open the projector under the name or the address "
    "that this machine has in the room\N{RIGHT SINGLE QUOTATION MARK}s network; a code to scan then stands here."
)

RUN_WAYS = {"new": "Create one", "back": "Come back to one", "file": "Import a file"}
DECK, OWN_DECK, SESSION_TITLE, TEAMS, SEED = "Deck", "A deck of your own (YAML)", "Title", "Teams", "Seed"
BUDGET, DELETE_ON, OPEN_DECK = "Cards a team may play in a round", "Deletion date", "Teams see the shock deck"
SCENARIO, ROUNDS, PRACTICE = "Starting point", "Rounds that count", "Begin with a practice turn"
TWO_STEPS = "Decide twice: quickly first, then again"
CREATE, IMPORT, FILE = "Create the session", "Import", "Exported session"
DELETE_NOTE = "The session and everything in it is deleted on this day. No names are stored."
SEED_HELP = "All teams play on the same seed, so a difference is never luck."
MINUTES = "Minutes: {round}"

KEYS = "Keys of this session"
KEYS_ONCE = "Shown this once: only their hashes are kept. Note them, or print the slips."
KEYS_NOTED = "I have noted them"
PROJECTOR_LINK = "Projector and observers"
PROJECTOR_NOTE = "Whoever has this link sees what the projector may show, and can do nothing."
SLIPS, CARDS, EXPORT = "Joining slips (PDF)", "Cards (PDF)", "Export session"
OPEN_PROJECTOR, NEW_LINK = "Open projector", "New projector link"
NEW_PIN, NEW_PIN_FOR = "New PIN", "New PIN for"
NEW_PIN_NOTE = "Tabs that used the old one are put out."
DELETE, DELETE_SURE = "Delete the session now", "Delete everything in it"
DELETED = "The session and everything in it is deleted."

UNTIL_TIME = "When time runs out, a team's last cards count."
THROW_NOW, THROW_LATER, TAKE_BACK, THROW = "Throw now", "Set a month", "Take back", "Throw"
HIDDEN, SIZE, STRIKES = "Hidden until its month is revealed", "Size", "Strikes in month"
SIZES = {"low": "mild", "likely": "as expected", "high": "grave"}
ASK = "Ask the room next"
ON_PROJECTOR = "On the projector"
SHOWS = {
    "join": "how to join",
    "timer": "the clock",
    "results": "guesses: cash to leave",
    "margin": "guesses: margin",
    "latency": "guesses: slowest answers",
    "medals": "four medals",
    "futures": "other futures",
    "rewind": "one card changed",
    "why": "why a figure is so",
    "bids": "the bids",
    "poll": "the poll",
}
AGENDA, AGENDA_GO, STAGES = "Agenda, minutes", "Move on to", {
    "brief": "Brief",
    "bid": "Reverse one decision",
    "debrief": "Debrief",
    "commitments": "Commitments",
    "ended": "The end",
}  # fmt: skip
UNDO, HAND_IN_FOR = "Undo", "Hand in for them"
EXTEND_MINUTES = 2
PREPARING = "Playing the teams' decisions"

GROUPS = {
    "serving": "Who answers",
    "routing": "Which request goes where",
    "framework": "Agent framework",
    "orchestration": "Platform software",
    "vectors": "Vector store",
    "region": "Regions",
    "commitment": "Contracts",
    "room": "Spare room",
}
OTHERS = "More"
HAND_IN, HAND_IN_AGAIN = "Hand in", "Hand in again"
CHANGE_UNTIL = "You can change it until time runs out."
HANDED_IN = "Handed in. You can change it until time runs out."
CHANGED_SINCE = "Saved as you go. Hand in again when you are done."
GUESS = "Before you see it: your guess for month {month}"
GUESS_MARGIN, GUESS_P95, GUESS_EXIT = "Gross margin (%)", "Slowest 5 % of answers (s)", "Cash to leave ($k)"
GUESS_FIRST = "Write your three guesses first, then hand in. Nothing was lost."
PRICED = "Looking up what each card would cost you"
IN_FORCE = "in force already"
WAIT_OPEN = "The round has not been opened yet. Your facilitator opens it."
WAIT_REVEAL = "The round is closed. What your team saved last counts. Results come when they are revealed."
NOTHING_SAVED = "Your team saved nothing in this round: it takes no new card, and its earlier decisions stand."
COMPANY, DECIDED, SHOCKS, SHOCK_DECK, ROLES = "Your company", "Decided so far", "Shocks", "Shock deck", "Roles"
STATE_AFTER, STATE_START = "Your company after month {month}", "Your company as you take it over"
LAUNCHES, NOT_YET, STATED = "It launches in month {month} unless a card moves that.", "not launched", "(stated)"
FIGURE_MARGIN, FIGURE_P95 = "Gross margin", "Slowest 5 % of answers"
FIGURE_EXIT, FIGURE_MONTHS = "Cash to leave", "Months to leave"
PEOPLE, PEOPLE_SAVE = "How many are you?", "Save"
BID_TITLE = "Reverse one decision"
BID_NOTE = "Which of your decisions would you undo, and what do you think it costs? Sealed until all bids are in."
BID_CARD, BID_USD, BID_MONTHS, BID_SAVE = "Decision", "It costs ($k)", "and takes (months)", "Seal the bid"
BID_SEALED = "Your bid is sealed. You can change it until the bids are revealed."
POLL_TITLE = {"before": "Six questions before we begin", "after": "The same six questions, once more"}
POLL_NOTE = "Counted for the room, tied to no person. It never enters the model."
POLL_SEND, POLL_THANKS = "Send", "Thank you. Somebody else at this phone can answer too."
POLL_MISSING = "Answer all six questions, then send. Nothing was lost."
WHY, WHY_MONTH, WHY_FIGURE = "Why", "Month", "Figure"
WHY_FIGURES = {
    "gross_margin": "Gross margin",
    "p95_s": "Slowest 5 % of answers",
    "exit_usd": "Cash to leave",
    "exit_months": "Months to leave",
    "margin_so_far": "Margin so far",
    "in_time_so_far": "Answered in time so far",
    "cash_usd": "Cash so far",
    "npv_usd": "Worth, if nothing more is decided",
    "launch_month": "Launch month",
    "revenue": "Revenue",
    "cost_to_serve": "Cost to serve",
    "usd_per_mtok_allocated": "Cost per 1M tokens",
}
WHY_FUTURE = "Future"
YOUR_RESULTS, GAP = "Guess and result, month {month}", "off by"
ROUND, DROP, ADD, NONE = "Round", "Take out", "Put in", "nothing"
QUICK = "What the first, quick decision would have led to"
QUICK_ESTIMATE = "Quick estimates, seed {seed}, model {version}. Band: 80 of 100 draws of what is known least."
MEDALS = {"margin": "Margin", "service": "Service", "freedom": "Freedom", "speed": "Speed"}
MEDAL_NOTES = {
    "margin": "gross margin of all months so far",
    "service": "requests answered in time",
    "freedom": "cash and months to leave, the lowest of both",
    "speed": "first to launch",
}
NO_TOTAL = "There is no total: what a company should want is for the room to say."
FUTURES_NOTE = "Net worth given up against the best team of the room in that future, if nothing more were decided"
TAKE_HOME = "Take your page home"
MEDALS_TITLE, NO_MEDAL = "Medals", "None of the four this time; the gaps above are what to talk about."
COMMITMENT = "What we will find out, and by when"
KEPT_NOTE = "Figures are of a simulation and no forecast. The session is deleted on {date}; no names were stored."
NO_CARDS = "no new card"
SOLO_LEAD = "Play a deck alone, against strategies that were played before. Nothing is saved."
SOLO_BEGIN, SOLO_PLAY, SOLO_AGAIN = "Begin", "Play this round", "Begin again"
SOLO_GO_ON, SOLO_OTHERS = "Go on: decide for months {first} to {last}", "Whom you play against"
