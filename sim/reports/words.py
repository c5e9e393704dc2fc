"""Numbers as people read them: money, shares, times and counts, with no more digits than they carry.

A number and its unit are joined by a non-breaking space, a negative number
wears a real minus sign, and a figure that does not exist is an en dash.
"""

from decimal import Decimal
from math import isfinite, isinf, isnan

from sim.lockin import LAYER_NAMES
from sim.strategy.explain_latency import MEASURES
from sim.strategy.outcome import Ceiling

NBSP = "\u00a0"
MINUS = "\u2212"
NONE = "\u2013"

LAYER_WORDS = {**LAYER_NAMES, "whole": "everything"}

DOOR_WORDS = {
    "two_way": "easy to undo",
    "sticky": "costly but steady",
    "compounding": "gets harder to undo",
}

BINDS_WORDS = {
    "compute": "our GPUs give way first",
    "rate_limit": "the rate limit binds first",
    "network": "the way to the users gives way first",
    "residency": "where data may be processed binds first",
    "unit_economics": "the margin gives way first",
    "none": "nothing gives way",
}

MEASURE_WORDS = MEASURES

FIDELITY_WORDS = {"draft": "Quick estimate", "standard": "Full run", "full": "Full run with failures"}


def _signed(value: float, text: str) -> str:
    return f"{MINUS}{text}" if value < 0 and any(c in "123456789" for c in text) else text


def money(usd: float) -> str:
    """Dollars: `$1.3M`, `$187k`, `$1.52`; cents only below 100 dollars."""
    if not isfinite(usd):
        return NONE
    size = abs(usd)
    for unit, scale in (("B", 1e9), ("M", 1e6), ("k", 1e3)):
        # Rounding decides the unit, or 999,600 dollars would read "$1000k".
        if size >= scale * 0.9995:
            scaled = size / scale
            digits = 1 if scaled < 9.95 else 0
            return _signed(usd, f"${scaled:.{digits}f}{unit}")
    if size >= 99.995 or size == 0:
        return _signed(usd, f"${size:.0f}")
    # Below ten cents two digits still tell prices apart.
    return _signed(usd, f"${size:.2f}" if size >= 0.0995 else f"${Decimal(f'{size:.2g}').normalize():f}")


def percent(share: float) -> str:
    """A share as percent: `56 %`; one decimal below 10 %, where it matters, except for whole numbers."""
    if not isfinite(share):
        return NONE
    value = abs(share * 100)
    whole = value >= 9.95 or abs(value - round(value)) < 0.05
    return _signed(share, f"{value:.{0 if whole else 1}f}{NBSP}%")


def points(difference: float) -> str:
    """A difference of two shares in percentage points, without its sign."""
    if not isfinite(difference):
        return NONE
    value = abs(difference * 100)
    text = f"{value:.0f}" if value >= 9.95 or abs(value - round(value)) < 0.05 else f"{value:.1f}"
    return f"{text}{NBSP}{'point' if text == '1' else 'points'}"


def seconds(time_s: float) -> str:
    """A time a user waits: `2.6 s`, `0.35 s`, `26 s`; an infinite wait is `no answer`."""
    if isnan(time_s):
        return NONE
    if isinf(time_s):
        return "no answer"
    digits = 2 if abs(time_s) < 0.995 else 1 if abs(time_s) < 9.95 else 0
    return _signed(time_s, f"{abs(time_s):.{digits}f}{NBSP}s")


def months(count: float) -> str:
    """A length in months: `5 months`, `1.5 months`; an infinite one is `never`."""
    if isnan(count):
        return NONE
    if isinf(count):
        return "never"
    whole = count >= 9.95 or abs(count - round(count)) < 0.05
    text = f"{count:.{0 if whole else 1}f}"
    return f"{text}{NBSP}{'month' if text == '1' else 'months'}"


def count(amount: float) -> str:
    """A large count: `26M`, `8.6M`, `180k`, `940`."""
    if not isfinite(amount):
        return NONE
    size = abs(amount)
    for unit, scale in (("bn", 1e9), ("M", 1e6), ("k", 1e3)):
        if size >= scale * 0.9995:
            scaled = size / scale
            return _signed(amount, f"{scaled:.{1 if scaled < 9.95 else 0}f}{unit}")
    return _signed(amount, f"{size:.0f}")


def month(number: int) -> str:
    """`month 11`, unbroken at the end of a line."""
    return f"month{NBSP}{number}"


def year_end(month_number: int) -> str:
    """The end of a played month in words: `the end of year 3`, or `the end of month 18`."""
    if month_number % 12 == 0:
        return f"the end of year{NBSP}{month_number // 12}"
    return f"the end of {month(month_number)}"


def away(share: float) -> str:
    """Whom residency keeps from becoming customers."""
    return f"{percent(share)} of the market may not be processed where we process, and stays away"


def ceiling_words(ceiling: Ceiling) -> str:
    """What the ceiling is due to; who stays away for residency, where growth ends before anything gives way."""
    if ceiling.held_back:
        return f"residency keeps {percent(ceiling.out_of_reach_share)} of the market away"
    return BINDS_WORDS[ceiling.binds]


def short(name: str, *, most: int = 22) -> str:
    """A name that fits beside a row or a line."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def as_clause(title: str) -> str:
    """A title inside a sentence: its first letter is small where it begins no abbreviation."""
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
