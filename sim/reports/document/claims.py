"""Sentences that say no more than an interval holds: verbs come from the range, never from the mean.

Each is a pure function of values, so that it can be tested where its wording turns.
"""

from math import ceil, isfinite

from sim.reports import words
from sim.reports.document.evidence import Paired, Share

LIKELY, UNLIKELY = 0.65, 0.35
"""A gain is called likely where the whole interval of its share of futures lies at or above the first."""
EITHER_WAY = 60
"""Fewer futures of 100 than this for a behavior, and it could go either way."""
HUNDRED = 100


def signed(usd: float) -> str:
    """An amount that is a change: `+$0.6M`, `$0`; a loss wears its minus."""
    text = words.money(usd)
    return f"+{text}" if usd > 0 and any(c in "123456789" for c in text) else text


def money_range(low: float, high: float) -> str:
    """`$0.3M to $1.6M`; one amount where both are written alike; empty where it is not known."""
    if not (isfinite(low) and isfinite(high)):
        return ""
    one, other = words.money(low), words.money(high)
    return one if one == other else f"{one} to {other}"


def months_range(low: float, high: float) -> str:
    """`4 to 10`, without the unit; empty where it is not known."""
    if not (isfinite(low) and isfinite(high)):
        return ""
    one, other = (words.months(value).split(words.NBSP)[0] for value in (low, high))
    return one if one == other else f"{one} to {other}"


def of_hundred(share: float) -> str:
    """A share of futures in words."""
    return f"{share * HUNDRED:.0f} of 100"


def can_be_told(gain: Paired) -> bool:
    """Whether the first of two is ahead: in nearly every future, or likely so beyond the interval of its share."""
    return gain.mean > 0 and (gain.low > 0 or gain.above.low >= LIKELY)


# --- what is worth more ---------------------------------------------------------------------------------------------


def worth_more(ours: str, theirs: str, *, gain: Paired, months: int, instead: str) -> str:
    """The first option against the second over futures, as strongly as the range allows.

    Args:
        gain: worth of the first less the second.
        instead: what to choose on where worth does not decide, as a clause; may be empty.
    """
    if gain.mean < 0:
        return worth_more(theirs, ours, gain=gain.turned, months=months, instead=instead)
    span = f"{signed(gain.low)} to {signed(gain.high)}"
    length = words.months(months)
    if gain.low > 0:
        missed = ceil((1 - gain.above.mean) * HUNDRED - 1e-9)
        none = (
            "and in no future we drew is it not"
            if missed == 0
            else (f"and we found no more than {missed} futures of 100 in which it is not")
        )
        return f"{ours} is worth {words.money(gain.mean)} more than {theirs} over {length} (range {span}), {none}."
    if can_be_told(gain):
        return (
            f"{ours} is expected to be worth {words.money(gain.mean)} more than {theirs} over {length}, "
            f"within a range of {span}: a likely gain, not a sure one."
        )
    return cannot_tell(ours, theirs, measure=f"worth over {length}", low=gain.low, high=gain.high, instead=instead)


def cannot_tell(ours: str, theirs: str, *, measure: str, low: float, high: float, instead: str) -> str:
    """There is no difference beyond the range of the futures."""
    choose = f"; {instead}" if instead else ""
    return (
        f"{ours} and {theirs} cannot be told apart on {measure}, where the difference lies between "
        f"{signed(low)} and {signed(high)}{choose}."
    )


def worth_more_unranged(ours: str, theirs: str, *, gain_usd: float, months: int) -> str:
    """The same of a single case, which has no range; it says so."""
    return (
        f"As planned, {ours} is worth {words.money(abs(gain_usd))} more than {theirs} over {words.months(months)}; "
        "no other futures were drawn, so how sure that is remains open."
    )


def worth_alike(ours: str, theirs: str, *, gain_usd: float, months: int, instead: str) -> str:
    """A difference in worth too small to choose on."""
    choose = f": {instead}" if instead else ""
    return (
        f"{ours} and {theirs} are worth about the same over {words.months(months)}, as planned "
        f"({words.money(abs(gain_usd))} apart), so worth cannot decide{choose}."
    )


def cheaper_to_leave(ours: str, theirs: str, *, saved: Paired) -> str:
    """A clause on cash to leave, as strong as its range; empty where nothing can be told apart."""
    if saved.mean < 0:
        return cheaper_to_leave(theirs, ours, saved=saved.turned)
    if saved.low <= 0:
        return ""
    return f"{ours} takes {words.money(saved.mean)} less to leave ({money_range(saved.low, saved.high)})"


# --- notice, breaking even ------------------------------------------------------------------------------------------


def notice_words(*, notice_months: float, needed: float, low: float, high: float) -> str:
    """Whether one would be gone in time, as sure as the range of the months needed."""
    if not isfinite(low) or not isfinite(high):
        low = high = needed
    if high <= notice_months:
        return "in time"
    if needed <= notice_months:
        return "probably in time"
    return "too late" if low > notice_months else "probably late"


def breaks_even(name: str, *, month: int | None, months: int) -> str:
    """When cash is back above zero, as planned."""
    if month is None:
        return f"{name} does not pay back within {words.months(months)}, as planned."
    return f"{name} pays back in {words.month(month + 1)}, as planned."


def passes(name: str, *, tests: int, share: Share, ranged: bool = True) -> str:
    """In how many futures an option passes every test, rounded to tens, and the interval of the count."""
    about = 10 * round(share.mean * 10)
    span = f" ({share.low * HUNDRED:.0f} to {share.high * HUNDRED:.0f})" if ranged else ""
    all_tests = {1: "its test", 2: "both tests"}.get(tests, f"all {tests} tests")
    return f"{name} passes {all_tests} in about {about} futures of 100{span}"


def switches(other: str, *, input_words: str, flip: str, below: bool, likely: str, low: str, high: str) -> str:
    """At which value of one input the other option would be the better one."""
    side = "below" if below else "above"
    return (
        f"{other} would be the better choice if {input_words} were {side} {flip} "
        f"(we assume {likely}; range {low} to {high})."
    )
