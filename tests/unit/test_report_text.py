"""Text of any script in the PDF: joined, in the order in which it is read, and set in a face that holds it."""

import pytest
from reportlab.lib.styles import ParagraphStyle

from sim.reports.document import pdf_fonts
from sim.reports.document.clean import one_line, recut
from sim.reports.document.direction import FROM_LEFT, from_left, held_together
from sim.reports.document.pdf_blocks import _Turning
from sim.reports.document.pdf_fonts import SANS, faces


@pytest.fixture
def without_scripts(monkeypatch):
    """Faces as where the package with other scripts is not installed."""
    monkeypatch.setattr(pdf_fonts, "_SCRIPTS", ())
    faces.cache_clear()
    yield faces()
    faces.cache_clear()


@pytest.fixture
def with_scripts():
    if not faces().others:
        pytest.skip("the package with faces of other scripts is not installed")
    return faces()


# Of the reference implementation of UAX #9, lines that run left to right.
@pytest.mark.parametrize(
    ("logical", "visual"),
    [
        ("plain 12 % (a)", "plain 12 % (a)"),
        ("Approve שלום עולם now", "Approve םלוע םולש now"),
        ("שלום (עולם) 12", "12 (םלוע) םולש"),
        ("to (אבג) x", "to (גבא) x"),
        ("אב 1,234.5% גד", "דג 1,234.5% בא"),
        ("אב 1/2 x", "1/2 בא x"),
        ("מחיר $5.00", "$5.00 ריחמ"),
        ("אב!", "בא!"),
        ("ab אב-12", "ab 12-בא"),
    ],
)
def test_lines_are_in_the_order_in_which_they_are_read(logical, visual):
    assert from_left(logical) == visual


@pytest.mark.parametrize(
    ("word", "shapes"),
    [
        ("مرحبا", "ﻣﺮﺣﺒﺎ"),
        ("السلام", "ﺍﻟﺴﻼﻡ"),
        ("لا", "ﻻ"),
        ("پلتفرم", "ﭘﻠﺘﻔﺮﻡ"),
    ],
)
def test_arabic_letters_are_joined(word, shapes):
    assert from_left(word) == shapes[::-1]


def test_marks_stay_with_their_letters():
    assert from_left("שָׁל") == "לשָׁ"


def test_a_name_from_the_right_does_not_draw_in_the_figure_after_it():
    name = held_together("שלום")
    assert name == f"{FROM_LEFT}שלום{FROM_LEFT}" and held_together("plain") == "plain"
    assert held_together("plain שלום") == f"plain שלום{FROM_LEFT}"
    assert from_left(f"{name} 75 %") == f"{FROM_LEFT}םולש{FROM_LEFT} 75 %"
    assert from_left("שלום 75") == "75 םולש"
    assert recut(name, most=10) == name and one_line(name, most=10) == "שלום"


def test_without_faces_of_other_scripts_there_are_words(without_scripts):
    fit = without_scripts.fit
    assert fit("ab שלום 🚀!") == "ab [4 hebrew letters] [rocket]!"
    assert fit("हिन्दी") == "[5 devanagari letters]" and fit("日本") == "[2 cjk letters]"
    assert without_scripts.markup("<שלום>") == "&lt;[4 hebrew letters]&gt;"


def test_letters_are_set_in_a_face_that_holds_them(with_scripts):
    pieces = with_scripts.pieces("ab שלום 🚀")
    assert pieces == [("", "ab "), ("LB-NotoSansHebrew", "םולש"), ("", " "), ("LB-NotoEmoji", "🚀")]
    assert with_scripts.markup("<🚀>") == '&lt;<font name="LB-NotoEmoji">🚀</font>&gt;'
    # Parts of a composed sign stand beside one another; scripts that have to be composed are words.
    assert with_scripts.fit("👩\u200d💻") == "👩💻" and with_scripts.fit("日本") == "[2 cjk letters]"
    assert with_scripts.width("🚀", SANS, 10) > 5


def test_a_paragraph_from_the_right_is_broken_before_it_is_turned(with_scripts):
    said = "אחת שתים שלוש ארבע חמש שש שבע שמונה תשע עשר"
    style = ParagraphStyle("plain", fontName=SANS, fontSize=10, leading=12)
    paragraph = _Turning(said, style, with_scripts)
    width = with_scripts.width(said, SANS, 10) / 2.5
    _, height = paragraph.wrap(width, 1000)
    assert height == 36
    lines = with_scripts.broken(said, SANS, size=10, width=width)
    assert len(lines) == 3 and " ".join(lines) == said
    first = "".join(fragment.text for fragment in paragraph.blPara.lines[0].words).replace("\u00a0", " ")
    assert first.strip() == lines[0][::-1]


def test_a_word_longer_than_the_line_is_cut_where_the_line_ends():
    lines = faces().broken("short " + "W" * 40, SANS, size=10, width=100)
    assert lines[0] == "short" and "".join(lines[1:]) == "W" * 40
    assert all(faces().width(line, SANS, 10) <= 100 for line in lines)
