"""What is printed is the deck, whole, on either paper, with its fonts inside."""

from io import BytesIO

import pypdf
import pytest

from sim.workshop import WorkshopError, load_deck, new_setup, printing
from sim.workshop.offers import Offer
from sim.workshop.printing import money, price_words, printed_cards, printed_slips
from sim.workshop.seats import Created, Seat
from tests.unit.workshop_small import DELETE_ON, small_deck


def pages_of(file: bytes) -> list[pypdf.PageObject]:
    return list(pypdf.PdfReader(BytesIO(file)).pages)


def text_of(file: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in pages_of(file))


@pytest.mark.parametrize(("paper", "points"), [("a4", (595, 842)), ("letter", (612, 792))])
def test_every_card_is_printed_once_eight_to_a_page(paper: printing.Paper, points: tuple[int, int]) -> None:
    deck = load_deck("three_years")
    file = printed_cards(deck, paper=paper)
    pages, text = pages_of(file), text_of(file)
    count = len(deck.cards) + len(deck.shocks) + len(deck.roles)
    assert len(pages) == -(-count // 8)
    assert all((round(float(page.mediabox.width)), round(float(page.mediabox.height))) == points for page in pages)
    for entry in (*deck.cards, *deck.shocks, *deck.roles):
        assert text.count(entry.text) == 1, entry.id
    fonts = {str(font["/BaseFont"]) for page in pages for font in
             (held.get_object() for held in page["/Resources"]["/Font"].values())}  # type: ignore[index]
    assert fonts and all("+" in name for name in fonts), "a subset of each face is in the file"
    assert printed_cards(deck, paper=paper) == file


def test_nothing_runs_over_its_card() -> None:
    """The longest texts that a card may have end above the source on its lower edge."""
    long = {"title": "Wide title " * 5, "text": "wide words " * 36, "usd_once": 1, "usd_per_month": 1, "group": "x"}
    source = {"title": "zz " * 130, "grade": "judgement"}
    layers = ["model_api", "agent_framework", "orchestration", "data", "network"]
    deck = small_deck(cards=[{"id": "long", "touches": layers, "source": source, **long}], shocks=[])
    page = pages_of(printed_cards(deck, paper="letter"))[0]
    rows: list[tuple[float, str]] = []
    page.extract_text(visitor_text=lambda text, cm, tm, font, size: rows.append((cm[5] + tm[5], text.strip())))
    card = [(y, text) for y, text in rows if text and y > 792 - 28 - 184]
    lowest = min(y for y, text in card if not text.startswith(("Source", "zz")))
    source_top = max(y for y, text in card if text.startswith("Source"))
    assert lowest > source_top


def test_slips_carry_each_teams_pin_and_no_key_of_the_facilitators() -> None:
    setup = new_setup(load_deck("one_year"), teams=2, seed=1, delete_on=DELETE_ON)
    seat = Seat(token="tab-token", session_id="x", role="facilitator")
    created = Created("K74M2Q9R", "87654321", {"heron": "111222", "otter": "333444"}, "watch", seat)
    text = text_of(printed_slips(setup, created, paper="a4"))
    assert text.count("K7 4M 2Q 9R") == 2 and "PIN 111222" in text and "PIN 333444" in text
    assert not any(secret in text for secret in ("87654321", "watch", "tab-token"))


@pytest.mark.parametrize(
    ("usd", "words"),
    [(0, "$0"), (949, "$949"), (951, "$1.0k"), (9_949, "$9.9k"), (9_950, "$10k"), (-14_200, "\u2212$14k"),
     (999_499, "$999k"), (999_500, "$1.0M")],
)  # fmt: skip
def test_money_as_a_card_shows_it(usd: float, words: str) -> None:
    assert money(usd) == words


def test_a_price_says_what_is_fixed_and_what_is_touched() -> None:
    card = small_deck().card("gateway")
    plain = Offer(card, usd_now=4e4, usd_per_month=-6e3, launch_months=1, move_months=2.1, leaves=(), in_force=False)
    words = ("$40k now, \u2212$6.0k a month", "launch +1 month, takes 2.1 months", "touches: model")
    assert price_words(plain) == words
    free = small_deck().card("formats")
    nothing = Offer(free, usd_now=0.2, usd_per_month=0, launch_months=-2, move_months=0, leaves=(), in_force=True)
    assert price_words(nothing) == ("no fixed cost", "launch \u22122 months")


def test_without_reportlab_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "find_spec", lambda name: None)
    with pytest.raises(WorkshopError, match="pip install loadbearing"):
        printed_cards(small_deck(), paper="a4")
