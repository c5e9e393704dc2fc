"""Answers that do not stand: what they cost, and how many it takes to turn a ranking round."""

from math import inf


def fallen_answers_usd(answers: float, *, standing_share: float, usd_per_fallen_answer: float) -> float:
    """Cost of the answers that do not stand [USD].

    Args:
        answers: answers delivered.
        standing_share: share that need no correction, 0 to 1.
        usd_per_fallen_answer: cost of one that does: its price where the
            customer does not pay, or the person who answers instead.
    """
    return answers * (1 - standing_share) * usd_per_fallen_answer


def break_even_share(gain_usd: float, *, answers: float, usd_per_fallen_answer: float) -> float:
    """Additional share of answers that may fall before a cheaper model is no longer the better one.

    Both the gain and the answers may be discounted sums over months, if both
    are. `inf` where a fallen answer costs nothing: then quality never turns
    the ranking round. Above 1 it does not either.

    Args:
        gain_usd: by how much the cheaper model is ahead at equal quality.
        answers: answers delivered.
        usd_per_fallen_answer: cost of one that does not stand.
    """
    at_stake_usd = answers * usd_per_fallen_answer
    return gain_usd / at_stake_usd if at_stake_usd > 0 else inf
