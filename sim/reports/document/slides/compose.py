"""Which slides a report gets, and what stands on each: ten to twelve where a board gets everything."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sim.reports import words
from sim.reports.document.look import GRAY, INK, TEXT
from sim.reports.document.parts import Chart, Grid, Points, Prose, Section, Table
from sim.reports.document.slides.deck import ASIDE, BODY_BOTTOM, BODY_TOP, LEFT, RIGHT, Deck
from sim.reports.document.slides.draw import draw
from sim.reports.document.slides.tables import Shown, add_table, plain_cells

Writer = Callable[[Deck, Section], None]
BODY = (LEFT, BODY_TOP, RIGHT - LEFT, BODY_BOTTOM - BODY_TOP)
UPPER = 0.42
"""Part of a slide's height for the futures that pass, above what is regretted."""
SAME = "At the end of the horizon"
"""In place of a chart's finding that is the slide's title."""
HALF = (RIGHT - LEFT - 0.4) / 2
MOST_ROWS = 7


def compose(deck: Deck) -> None:
    """All slides of the deck's report, in the order in which a board reads them."""
    for key, write in WRITERS:
        section = deck.report.section(key)
        if section is not None:
            write(deck, section)
    _decisions_ahead(deck)
    _rests_on(deck)


# --- what is asked ----------------------------------------------------------------------------------------------------


def _decision(deck: Deck, section: Section) -> None:
    report = deck.report
    slide = deck.slide(report.decision, subtitle=f"{report.stamp.horizon}.", notes=_notes(section))
    left = (LEFT, BODY_TOP + 0.1, 6.2, 0.3)
    deck.text(slide, left, "WE RECOMMEND", size=11, color=report.brand.accent, bold=True)
    box = (LEFT, BODY_TOP + 0.45, 6.2, BODY_BOTTOM - BODY_TOP - 0.45)
    deck.text(slide, box, report.recommendation, color=INK, serif=True, sizes=(24, 21, 18, 16, 14))
    deck.rule(slide, (7.2, BODY_TOP + 0.1), (7.2, BODY_BOTTOM))
    deck.text(slide, (7.5, BODY_TOP + 0.1, 5.1, 0.3), "WHAT WOULD CHANGE OUR MIND", size=11, color=GRAY, bold=True)
    box = (7.5, BODY_TOP + 0.45, 5.1, BODY_BOTTOM - BODY_TOP - 0.45)
    deck.text(slide, box, report.change_our_mind, sizes=(16, 15, 14, 13, 12), space=10)
    _chart(deck, section, "difference")


def _options(deck: Deck, section: Section) -> None:
    decision = deck.report.section("decision")
    grid = decision.block("key_figures") if decision else None
    table = section.block("decisions")
    slide = deck.slide(section.headline, subtitle=section.standfirst, notes=_notes(section))
    has_grid, has_table = isinstance(grid, Grid), isinstance(table, Table)
    width = HALF if has_grid and has_table else RIGHT - LEFT
    height = BODY_BOTTOM - BODY_TOP - 0.4
    if isinstance(grid, Grid):
        deck.text(slide, (LEFT, BODY_TOP, width, 0.3), grid.title, size=13, bold=True, color=INK)
        heads = [Shown(""), *(Shown(o.short, right=True, bold=True, color=GRAY) for o in deck.report.options)]
        rows = [
            [Shown(row.label, bold=True), *(Shown(_ranged(f.text, f.note), right=True) for f in row.figures)]
            for row in grid.rows
        ]
        shares = [1.5, *[1.2] * len(deck.report.options)]
        add_table(slide, (LEFT, BODY_TOP + 0.35, width, height), heads=heads, rows=rows, shares=shares, name=grid.title)
    if isinstance(table, Table):
        left = LEFT + (width + 0.4 if has_grid else 0)
        deck.text(slide, (left, BODY_TOP, width, 0.3), table.title, size=13, bold=True, color=INK)
        heads, rows, shares = plain_cells(table, most_rows=MOST_ROWS)
        box = (left, BODY_TOP + 0.35, width, height)
        add_table(slide, box, heads=heads, rows=rows, shares=shares, name=table.title)


# --- findings ---------------------------------------------------------------------------------------------------------


def _money(deck: Deck, section: Section) -> None:
    """Margin and what a token costs, on one slide where the worth of futures needs one of its own."""
    worth = _chart_of(section, "worth_ranges")
    if worth is None:
        _chart(deck, section, "margin")
        _chart(deck, section, "unit_cost")
        return
    slide = deck.slide(section.headline, subtitle=section.standfirst, notes=_notes(section, "margin", "unit_cost"))
    _halves(deck, slide, section, ("margin", "unit_cost"))
    slide = deck.slide(worth.title, subtitle=worth.note, notes=_notes(section, "worth_fan", "worth_ranges"))
    _halves(deck, slide, section, ("worth_fan", "worth_ranges"))


def _service(deck: Deck, section: Section) -> None:
    _chart(deck, section, "p95")


def _reversal(deck: Deck, section: Section) -> None:
    """Leaving altogether, beside what waiting costs where that was played; then door by door."""
    whole, waiting = _chart_of(section, "whole"), _chart_of(section, "waiting_gain")
    if whole is None or waiting is None:
        _chart(deck, section, "whole")
    else:
        notes = _notes(section, "whole", "waiting_gain", "waiting")
        title = f"{whole.title}; {words.as_clause(waiting.title)}"
        slide = deck.slide(title, subtitle=waiting.note, notes=notes)
        _halves(deck, slide, section, ("whole", "waiting_gain"))
    _chart(deck, section, "door_ranges", title=section.headline)


def _futures(deck: Deck, section: Section) -> None:
    slide = deck.slide(section.headline, subtitle=section.standfirst, notes=_notes(section, "passing", "regret"))
    passing, regret = _chart_of(section, "passing"), _chart_of(section, "regret")
    width = ASIDE - LEFT - 0.4
    half = (BODY_BOTTOM - BODY_TOP) * UPPER
    if passing is not None:
        deck.text(slide, (LEFT, BODY_TOP, width, 0.3), passing.title, size=13, bold=True, color=INK)
        height = half - 0.5 if regret is not None else BODY_BOTTOM - BODY_TOP - 0.4
        draw(deck, slide, chart=passing, box=(LEFT, BODY_TOP + 0.3, width, height), compact=True)
    if regret is not None:
        top = BODY_TOP + half
        deck.text(slide, (LEFT, top - 0.1, width, 0.45), regret.title, bold=True, color=INK, sizes=(13, 12, 11))
        draw(deck, slide, chart=regret, box=(LEFT, top + 0.4, width, BODY_BOTTOM - top - 0.4), compact=True)
    points = [block for block in section.blocks if isinstance(block, Points)]
    deck.rule(slide, (ASIDE - 0.25, BODY_TOP), (ASIDE - 0.25, BODY_BOTTOM))
    said = [line for block in points for line in (f"{block.title}:", *block.items)]
    box = (ASIDE, BODY_TOP, RIGHT - ASIDE, BODY_BOTTOM - BODY_TOP)
    deck.text(slide, box, said or ["No condition was found in the failures."], sizes=(15, 14, 13, 12, 11), space=6)


def _sensitivity(deck: Deck, section: Section) -> None:
    _chart(deck, section, "tornado", title=section.headline)


def _halves(deck: Deck, slide: Any, section: Section, keys: tuple[str, str]) -> None:
    """Two charts beside one another, each under its finding."""
    for at, key in enumerate(keys):
        block = _chart_of(section, key)
        if block is None:
            continue
        left = LEFT + at * (HALF + 0.4)
        finding = block.title if block.title != slide.shapes.title.text_frame.text else SAME
        deck.text(slide, (left, BODY_TOP, HALF, 0.5), finding, bold=True, color=INK, sizes=(13, 12, 11))
        draw(deck, slide, chart=block, box=(left, BODY_TOP + 0.55, HALF, BODY_BOTTOM - BODY_TOP - 0.55), compact=True)


def _chart_of(section: Section, key: str) -> Chart | None:
    """The chart of that key, if the section has it."""
    block = section.block(key)
    return None if block is None or isinstance(block, Table | Grid | Points | Prose) else block


def _chart(deck: Deck, section: Section, key: str, *, title: str = "") -> None:
    """A slide for one chart; its finding is the title unless another is given."""
    block = _chart_of(section, key)
    if block is None:
        return
    notes = _notes(section, key)
    slide = deck.slide(title or block.title, subtitle=block.note, notes=notes)
    draw(deck, slide, chart=block, box=BODY, compact=False)


# --- what is ahead, and what it rests on ------------------------------------------------------------------------------


def _decisions_ahead(deck: Deck) -> None:
    """Risks in front and decisions by date, beside one another."""
    risks, dates = deck.report.section("risks"), deck.report.section("dates")
    found = [
        (section, table)
        for section, key in ((risks, "risks"), (dates, "dates"))
        if section is not None and isinstance(table := section.block(key), Table)
    ]
    if not found:
        return
    first = found[0][0]
    notes = [note for section, _ in found for note in _notes(section)]
    subtitle = found[1][0].headline + "." if len(found) > 1 else first.standfirst
    slide = deck.slide(first.headline, subtitle=subtitle, notes=notes)
    width = HALF if len(found) > 1 else RIGHT - LEFT
    for at, (_, table) in enumerate(found):
        left = LEFT + at * (HALF + 0.4)
        deck.text(slide, (left, BODY_TOP, width, 0.3), table.title, size=13, bold=True, color=INK)
        heads, rows, shares = plain_cells(table, most_rows=5)
        if len(found) > 1:
            heads, rows, shares = heads[:3], [row[:3] for row in rows], shares[:3]
        box = (left, BODY_TOP + 0.35, width, BODY_BOTTOM - BODY_TOP - 0.35)
        add_table(slide, box, heads=heads, rows=rows, shares=shares, name=table.title)


def _rests_on(deck: Deck) -> None:
    """Method, limits and the register in a few lines; notes hold the rest."""
    method, register = deck.report.section("method"), deck.report.section("assumptions")
    if method is None:
        return
    title = register.headline if register else method.headline
    slide = deck.slide(title, subtitle=method.standfirst, notes=[*_notes(method), *_register_notes(register)])
    blocks = [block for block in method.blocks if isinstance(block, Prose | Points)][:2]
    for at, block in enumerate(blocks):
        left = LEFT + at * (HALF + 0.4)
        deck.text(slide, (left, BODY_TOP, HALF, 0.3), block.title, size=13, bold=True, color=INK)
        said = block.paragraphs if isinstance(block, Prose) else block.items
        box = (left, BODY_TOP + 0.35, HALF, 2.2)
        deck.text(slide, box, said, color=TEXT, sizes=(15, 14, 13, 12, 11), space=5)
    table = method.block("validation")
    if isinstance(table, Table):
        top = BODY_TOP + 2.75
        deck.text(slide, (LEFT, top, HALF, 0.3), table.title, size=13, bold=True, color=INK)
        heads, rows, shares = plain_cells(table, most_rows=4)
        add_table(slide, (LEFT, top + 0.3, HALF, 1.2), heads=heads, rows=rows, shares=shares, name=table.title)
    _full_hashes(deck, slide)


def _full_hashes(deck: Deck, slide: Any) -> None:
    left, top = LEFT + HALF + 0.4, BODY_TOP + 2.75
    deck.text(slide, (left, top, HALF, 0.3), "How to check it", size=13, bold=True, color=INK)
    said = [
        f"{option.short}: scenario {option.scenario_hash[:16]}, seed {outcome.scenario.seed}"
        for option, outcome in zip(deck.report.options, deck.report.outcomes, strict=True)
    ]
    box = (left, top + 0.35, HALF, BODY_BOTTOM - top - 0.35)
    said = [f"Version {deck.report.stamp.version}; each scenario reloads from its own file to these figures.", *said]
    deck.text(slide, box, said, sizes=(13, 12, 11, 10), space=3)


# --- notes ------------------------------------------------------------------------------------------------------------


def _notes(section: Section, *keys: str) -> list[str]:
    """What a speaker may be asked: the standfirst, what charts mean, and sources."""
    said = [section.standfirst]
    for key in keys:
        block = section.block(key)
        if block is not None:
            said.append(f"{block.title}. {getattr(block, 'note', '')}")
    said += [f"Source: {source}" for source in section.sources]
    return said if section.sources else [*said, "Source: results of the runs named below; see the report's annex."]


def _register_notes(register: Section | None) -> Iterable[str]:
    """Sources of the assumptions with the strongest grades named one by one."""
    table = register.block("register") if register else None
    if not isinstance(table, Table):
        return ()
    sources: Sequence[str] = sorted({str(row[4]) for row in table.rows if str(row[5]) in ("A", "B")})
    return [f"Source: {source}" for source in sources[:40]]


def _ranged(text: str, note: str) -> str:
    return f"{text} ({note})" if note and text != words.NONE else text


WRITERS: tuple[tuple[str, Writer], ...] = (
    ("decision", _decision),
    ("options", _options),
    ("money", _money),
    ("service", _service),
    ("reversal", _reversal),
    ("futures", _futures),
    ("sensitivity", _sensitivity),
)
