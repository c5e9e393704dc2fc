"""What happened to a plan, a sentence each: moves that were carried out, and shocks. Months count from 1."""

from math import isfinite, isnan

from sim.reports import words
from sim.strategy.outcome import Migration, ShockResult


def move_sentence(move: Migration, months: int) -> str:
    """What is left from when to when, why, and for how much; a move may end past the months played."""
    left = _listed(move.layers)
    done = f"done in month {move.done_month + 1}" if move.done_month < months else f"not done by month {months}"
    # Work that waits for another move, or is frozen, takes longer than the lock-in state says.
    waited = move.ends_at - move.decided_month - move.exit_months
    slow = f" and {words.months(waited)} of standing still" if waited > 0.05 else ""
    because = f" ({move.because.rstrip('.')})" if move.because else ""
    return (
        f"Month {move.decided_month + 1}: leave {left}{because}; {words.money(move.cash_usd)} and "
        f"{words.months(move.exit_months)} of work{slow}, {done}."
    )


def shock_sentence(shock: ShockResult) -> str:
    """What struck, how leaving went against the notice, and what it came to."""
    parts = [*_leaving(shock), *_felt(shock)]
    return f"Month {shock.month + 1}: {shock.label}, {shock.gravity}; {', '.join(parts)}."


def _leaving(shock: ShockResult) -> list[str]:
    if not shock.must_leave:
        return ["nothing has to be left"]
    left = f"{_listed(shock.must_leave)} left in {words.months(shock.exit_months)}"
    if isnan(shock.notice_months) or not isfinite(shock.notice_months):
        return [left]
    late = f"{words.months(shock.late_months)} late" if shock.late_months > 0 else "in time"
    return [f"{left} at {words.months(shock.notice_months)} of notice, {late}"]


def _felt(shock: ShockResult) -> list[str]:
    felt = []
    if isfinite(shock.captured_share):
        felt.append(f"{words.percent(shock.captured_share)} of the saving earned")
    if shock.lost_requests > 0:
        felt.append(f"{words.count(shock.lost_requests)} requests lost")
    usd = shock.consequence_usd
    felt.append(f"profit {'lower' if usd < 0 else 'higher'} by {words.money(abs(usd))}" if usd else "profit unchanged")
    return felt


def _listed(layers: tuple[str, ...]) -> str:
    names = [words.LAYER_WORDS[layer] for layer in layers]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
