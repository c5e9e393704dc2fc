"""Every fixed string of the pages. Text that depends on figures is in `sim.reports`."""

from sim.scenario.fields import Group

PRODUCT = "Loadbearing"

LEVER_GROUPS: tuple[Group, ...] = ("buy_or_own", "models", "data", "portability")
LEGEND = (("ring", "easy to undo"), ("square", "costly but steady"), ("triangle", "gets harder to undo"))
LEGEND_PRESET = "preset"
DOOR_HELP = {
    "two_way": "Easy to undo here.",
    "sticky": "Costly to undo here, but steadily so.",
    "compounding": "Gets harder to undo here as time passes.",
}

WORLD = "The world"
WORLD_NOTE = "not yours to choose"
AGAINST = ", against the preset as it stands"
MONTH = "Month"
REPLAY = "Replay the last change"
TABLE_MENU = "Show the table"
UNDO, RESET, SHARE = "Undo the last move", "Put all levers back to the preset", "Share"
SHARE_NOTE = "This link opens the same levers and the same figures:"
IGNORED = "The link named something unknown or invalid, which was ignored: "
STALE = "These levers could not be evaluated. The figures below are the last that worked."
NOTHING = (
    "These levers could not be evaluated, and there are no earlier figures to show. Put the levers back and retry."
)
PAGE_FAILED = (
    "This page stopped on a fault of its own. Your levers are safe in the link: go back to Strategy and put back the "
    "last one, or reload."
)
AS_PRESET = "as the preset"
SHOW_TABLE, HIDE_TABLE = "Show as table", "Hide the table"
CHART_MENU = "Another chart, or the table"
PLAYING = "Playing three years of requests"

FULL_RUN, CANCEL, WORKING = "Full run", "Cancel", "Playing"
TIME_LEFT = "about {left} left"
WORK_FAILED = "This stopped before it was done. Try again."

DOORS = "The doors"
DOORS_NOTE = (
    "Cash to leave each layer on its own, if that is decided in the month; the class with its share of futures drawn "
    "evenly over the ranges of lock-in; in cash: without growth forgone"
)
DOOR_HEADS = ("Decision", "This door is", "Probability")
DOOR_TAILS = ("Months to leave", "Shortest notice", "One more month costs")
LAYER_CASH_NOTE = "Cash to leave by layer if decided that month, thousand $; never stacked"
LAYER_TIME_NOTE = "Months to leave by layer if decided that month"
WATERFALL_NOTE = "Cash to leave everything in {month}, by part"
REHEARSE, REHEARSE_MONTH = "Rehearse leaving", "Leave in month"
REHEARSE_NOTE = "How long leaving each layer alone, and all at once, would take from then; months of the plan"
WAITING_TITLE, WAITING_ASK = "The cost of waiting", "Play the same decision in five months"
WAITING_NOTE = (
    "The same choice, {decision}, taken in month 0, 6, 12, 18 or 24: worth over the horizon against cash to leave"
)
WORTH_TITLE, WORTH_ASK = "Is portability worth it?", "Play the plan beside its managed twin"
WORTH_NOTE = "Chance of each shock over the horizon, against the chance above which being portable pays for itself"
ASK_NOTE = "A handful of quick estimates; they take a few seconds."
QUALITY = "How good the answers must be"
QUALITY_NOTE = "By how much the answers of the better plan may be worse before the other one is worth more"
VECTORS_TITLE, VECTORS_ASK = "If there were a petabyte of vectors", "Play four amounts of stored vectors"
VECTORS_NOTE = "Leaving the data in the last month, by the vectors stored at the start; made again, or taken along"
EU_TITLE, EU_ASK = "Does it pay to process in the EU?", "Play shares of demand that need it"
EU_NOTE = "Worth of processing in the EU less that of processing anywhere, by the share of demand that needs it"
CASH_TO_LEAVE = "Cash to leave"
MOVED_LEVERS, PORTABLE_SOFTWARE = "the levers as they are moved", "open software hosted for us"

WINDOW, ALL_IN, PER_MTOK = "Tokens and cost of", "All in", "$ per 1M tokens"
UNIT_NOTE = "Cost of 1M tokens of delivered answers by line, $; {window}, {month}"
AGGREGATE, STEP = "Cost divided by", "Step"
STACK_NOTE = "Cost by {step}, divided by {by}, $"
VOLUME_NOTE = "Gross margin against demand, capacity planned for each; 1× is the load of month 13"
CASH_NOTE = "Cash since the start by month, $M"
IDLE_NOTE = "Cost of our GPUs by month, and the part that pays for waiting, thousand $"

MAP, MAP_NOTE = "Where the answers come from", "Disk: a region's share of requests. Ring: users. Line: who asks where"
REGIONS, REGIONS_NOTE = "By endpoint", "{month}; busiest hour: load as % of what it can serve"
LOAD_NOTE = "Slowest 5 % of answers, seconds, against demand with capacity planned for it; 1× is month 13"
HOURS_NOTE = "Offered load as % of what each can serve, by hour of a working day, UTC"
FLOWS_NOTE = "From users by way of who serves them to what became of the requests, % of the month"
LATENCY = "What users feel"
LATENCY_NOTE = "Time to the first words and to the finished answer, at the user, over the month"
HOUR, HOUR_ASK = "One busy hour, request by request", "Play the busiest hour"
HOUR_NOTE = "The busiest hour of {month}, from an empty platform, as the log has it"
HOUR_ASK_NOTE = "Every request of the hour is simulated in the background; it takes some seconds."
HOUR_TABLE, HOUR_TABLE_NOTE = (
    "The hour in figures",
    "Requests since the hour began; at each endpoint, those being answered + those waiting",
)
WAYS_NOTE = "Calls of the hour from users by way of the router's reason to who served them"
FELT = "What they felt, by product and place"
FELT_NOTE = "Served requests of the hour, at the user: half, 95 and 99 of 100 are faster than"

PICK = "Plans, the first is the one compared with"
REPORT_TITLE = "A report to keep: the same figures as a page, a document or a file"
REPORT_LEAD = (
    "The first plan named is what happens if nothing is decided. The sentences are written from the figures, and say "
    "no more than their ranges hold."
)
REPORT_PICK, REPORT_EMPTY = "Plans, the first is doing nothing", "Pick at least one plan."
REPORT_AUDIENCE, REPORT_SECTIONS, REPORT_FORMATS, REPORT_PAPER = "For", "Sections", "Formats", "Paper"
REPORT_PAPERS = {"a4": "A4", "letter": "Letter"}
REPORT_BRAND = "Branding"
REPORT_COLORS = "A YAML file with name, accent and counterpart (colors as #RRGGBB, in quotes)."
REPORT_LOGO = "Logo, PNG or JPEG"
REPORT_PREVIEW, REPORT_PREVIEW_NOTE = "Preview", "What the report says, section by section"
REPORT_CHART, REPORT_PICTURE = "Chart", "Its picture as"
REPORT_PICTURE_HELP = "The camera over the chart saves it; nothing leaves this browser."
REPORT_MORE, REPORT_MORE_FUTURES, REPORT_MORE_WAITING = "Add", "Futures and switch points", "Cost of waiting"
REPORT_MORE_HELP = (
    "Futures give money its ranges and add two sections: when we are wrong, and what moves the answer. The cost of "
    "waiting plays the decisions proposed in later months; it needs two plans that decide differently."
)
REPORT_ASK, REPORT_ASK_FULL = "Play what is added", "Play what is added in full"
REPORT_HOW_MANY = "Futures"
REPORT_ASK_NOTE = (
    "Plays in the background, a minute or a few, and can be stopped. The report shown is without it until it is done."
)
REPORT_FILES, REPORT_BUILD = "Files", "Build the files"
REPORT_BUILD_NOTE = "Built when you ask for them; a PDF takes a few seconds."
REPORT_DOWNLOAD = "Download {count} files, {size}"
REPORT_QUICK = "These are quick estimates, and every page says so; full runs take their place once played."
COMPARE_TITLE = "Set two to four plans side by side"
COMPARE_EMPTY = "Pick at least two. What you move on Strategy appears here as a plan of its own."
DECISIONS, DECISIONS_NOTE = "What they decide differently", "Only the decisions that are not the same in all"
OTHER_DIFFERENCES, OTHER_NOTE = "{count} other difference{s}", "Settings beside the decisions that differ"
FIGURES, FIGURES_NOTE = "What follows", "Differences are to the first plan; all face the same requests"
LEADS = "{name}: best {series} at the end"

BEHIND, WHY, WHY_HELP = "Behind this figure", "Why", "What stands behind: {of}"
BEHIND_NOTE = "How the figure is made, down to the rows it rests on. Open a line to see its parts."
DECIDE, DECIDE_HELP = (
    "Decide in month",
    "When the moved levers are decided. In month 0 they are part of what is built; later they are carried out from "
    "what stands by then, at the cost and in the time that moving takes.",
)
DECIDE_NOTHING = "Move a lever first."

OWN_TITLE = "Make it your own scenario"
OWN_LEAD = (
    "You start from {name}. Change any setting, or send a file; the result opens in Strategy, and its link holds it."
)
OWN_UPLOAD, OWN_DOWNLOAD = "Scenario file (YAML)", "Download this scenario"
OWN_UPLOAD_HELP = "A complete scenario, or one that extends a preset: 'extends: own_the_platform' and what differs."
OWN_READ, OWN_OPEN = "{name} is sound.", "Open it in Strategy"
OWN_SETTINGS, OWN_SEND = "Settings", "Play this scenario"
OWN_FAULTS = "This cannot be played yet:"
OWN_TOO_LONG = "This scenario is too long for a link. Shorten its summary, its dated changes or its catalogue rows."
OWN_KIND = "{of}: kind"
OWN_COPY, OWN_REMOVE = "Add a product like this", "Remove"
OWN_SETS = (
    "Sets: dotted names and values, a semicolon between two, as in "
    "decisions.own_share: 0.5; world.growth_per_month: 0.02"
)
CATALOGUE_TITLE = "Change the catalogue"
CATALOGUE_NOTE = (
    "Put prices, hardware or judgements of your own in place of the shipped rows. They hold for this scenario only: "
    "they travel in its link, nobody else sees them, and every figure that rests on one says so."
)
CATALOGUE_UPLOAD, CATALOGUE_DOWNLOAD = "Changed rows (CSV or YAML)", "Download the catalogue"
CATALOGUE_HELP = (
    "Columns table, id, quantity, likely; low, high, as_of and source if wanted. The whole catalogue may be sent back "
    "with a few lines edited."
)
CATALOGUE_BACK = "Back to the shipped catalogue"
TRACE_TITLE, TRACE, TRACE_PLAY = "Replay a recorded trace", "Trace (CSV)", "Play the trace"
TRACE_HELP = "Columns arrival_s, input_tokens, output_tokens; plain or packed by gzip."
TRACE_NOTE = "Every request of the trace is simulated on the platform as planned for month 13."
TRACE_FATES, TRACE_TIMES = "What became of the requests", "At the user, over served requests"

START_TITLE = "Which of your AI platform decisions hold the building up?"
START_LEAD = (
    "Choose how your company serves AI, play three years of requests through it, and see what it earns, how fast it "
    "answers, and what leaving would cost. Some decisions are load-bearing: hard and dear to change later. "
    "Find out which before you build on them."
)
START_CHART_NOTE = "Cumulative cash of the four starting points, $M"
START_STORIES = "Four starting points, one market"
START_FIGURES_AT = "Figures at the end of year 3, quick estimate; worth over three years, discounted."
OPEN = "Open in Strategy"
VOLUME_TITLE = "How the volume was chosen"
VOLUME = (
    "All four face the same demand. Its volume was set by a hand calculation without queues, so that the first three "
    "would tie within 2 % by worth; "
)
VOLUME_TAIL = "The simulated figures stand, whatever they are."

ABOUT_TITLE = "About the model"
ABOUT_LEAD = (
    "Requests are played against GPU pools, managed APIs and regions; money and the cost of leaving are computed from "
    "what was simulated. Every number the model takes from outside is a row below, with its range, date and source."
)
ABOUT_ASSUMPTIONS = "Assumptions"
ABOUT_TABLE, ABOUT_ALL, ABOUT_SEARCH = "Table", "all tables", "Search"
ABOUT_GRADES = (
    "Grade A: a specification, law, paper or primary data page. B: the trade press quoting a named primary. "
    "C: a single blog or aggregator. Judgement: our own. Futures draw a value by the triangular law from low over "
    "value to high; how sure a door's class is comes from values drawn uniformly from low to high."
)
ABOUT_CHANGED = "Your scenario changed these rows; the others are as shipped."
ABOUT_EQUATIONS = "Equations"
ABOUT_CHAPTER = "Chapter"
ABOUT_NO_EQUATIONS = "The equations ship in docs/model.md, which is not part of this installation."
ABOUT_LIMITS = "Limits"
LIMITS = (
    "A quick estimate plays few requests once; it carries no interval except for latency.",
    "Latency of a managed API is assumed from a stated law, not simulated inside the vendor.",
    "The median error of the time to the first words is far larger than the noise of a run; the range on the "
    "latency card includes it.",
    "The cost of leaving rests on judgements about rework and growth forgone; each is a row above and can be replaced.",
    "Answers of different models are taken as equally good: a cheaper model is not a saving if its answers fail.",
)
ABOUT_RUN = "This run"
