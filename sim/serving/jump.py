"""Closed forms of a jump: a run of iterations whose times grow by a constant slope.

Iteration j = 0, 1, ... takes first + slope*j, so k of them take
k*first + slope*k*(k-1)/2, and every boundary is computed from the jump's own start.
"""

from math import sqrt


def elapsed_s(first_s: float, slope_s: float, steps: int) -> float:
    """Time of the first `steps` iterations [s]."""
    half = 0.5 * slope_s
    return steps * (first_s - half + half * steps)


def steps_until(first_s: float, slope_s: float, wait_s: float) -> int:
    """Fewest iterations, at least one, that take `wait_s` or longer.

    The positive root of the quadratic is taken in its form 2r/(b + sqrt(b^2 + 2gr)):
    the textbook form cancels where the slope is tiny. Rounding is then settled
    against the closed form itself, so that an arrival exactly at a boundary is
    at that boundary.
    """
    if wait_s <= first_s:
        return 1
    half = 0.5 * slope_s
    linear = first_s - half
    steps = int(2.0 * wait_s / (linear + sqrt(linear * linear + 4.0 * half * wait_s)))
    while steps > 1 and (steps - 1) * (linear + half * (steps - 1)) >= wait_s:
        steps -= 1
    while steps * (linear + half * steps) < wait_s:
        steps += 1
    return steps
