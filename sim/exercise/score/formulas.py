"""The arithmetic of the score: whole numbers only, published in docs/scoring.md.

Every function is monotone: more of what is right, less of what is wrong, or an earlier time never gives less.
"""

from __future__ import annotations

from dataclasses import dataclass

GUESS = 50
"""Confidence of a coin: a verdict's lower confidence counts as this."""
SENSITIVITY, CALIBRATION = 70, 30
"""Per cent of the judgement that each part makes (ours)."""


def share(part: int, whole: int) -> int:
    """Return the part in hundredths of the whole, 0 to 100; 0 of nothing."""
    return max(0, min(100, part * 100 // whole)) if whole else 0


def late(took: int, best: int, worst: int) -> int:
    """Return 100 up to `best`, 0 from `worst` on, and a straight line between them."""
    if took <= best:
        return 100
    return 0 if took >= worst else (worst - took) * 100 // (worst - best)


def weighed(right: int, wrong: int, missed: int) -> int:
    """Return the weighed F1: twice what is right, against itself, what is wrong and what is missed."""
    return share(2 * right, 2 * right + wrong + missed)


def f1(right: int, cited: int, covered: int, wanted: int) -> int:
    """Return F1 where one thing cited may cover several that are wanted.

    Precision is `right` of `cited`, recall `covered` of `wanted`.
    """
    if not right or not covered:
        return 0
    return 200 * right * covered // (right * wanted + covered * cited)


@dataclass(frozen=True, slots=True)
class Tally:
    """Verdicts on one class of things: what there is to judge, and how it was judged."""

    things: int
    right: int
    wrong: int


def sensitivity(signal: Tally, noise: Tally) -> int:
    """Return how well the bad is told from the harmless, 0 to 100; who calls all of it the same gets 0.

    In each class right less wrong verdicts, as a share of the class; the mean of both. What is not judged
    counts for nothing. Where everything is judged this is Youden's index: hit rate less false-alarm rate.
    """
    rated = [tally for tally in (signal, noise) if tally.things]
    if not rated:
        return 0
    over = signal.things * noise.things if len(rated) == 2 else rated[0].things
    net = sum((tally.right - tally.wrong) * (over // tally.things) for tally in rated)
    return share(max(0, net), over * len(rated))


def bias(signal: Tally, noise: Tally) -> int:
    """Return in hundredths how much more often bad was said of what was judged than it is; below 0, less."""
    judged = signal.right + signal.wrong + noise.right + noise.wrong
    said = signal.right + noise.wrong
    really = signal.right + signal.wrong
    return (said - really) * 100 // judged if judged else 0


def gain(confidence: int, right: bool) -> int:
    """Return what a verdict's confidence earns: a quadratic score, in ten thousandths.

    Right and certain gives 10,000, a coin's confidence 0 either way, wrong and certain -30,000: nobody gains
    on average by saying other than what they believe.
    """
    sure = max(GUESS, min(100, confidence))
    return 10_000 - 4 * (100 - sure) ** 2 if right else 10_000 - 4 * sure**2


def judged(signal: Tally, noise: Tally, gains: int) -> int:
    """Return the judgement: sensitivity, and the calibration of confidence over everything to judge."""
    things = signal.things + noise.things
    calibration = max(0, gains) // (100 * things) if things else 0
    return (SENSITIVITY * sensitivity(signal, noise) + CALIBRATION * min(100, calibration)) // 100
