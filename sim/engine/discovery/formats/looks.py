"""How lines show what format they are in, and what is wrong with those that are not.

Only the beginning of a line is looked at, so that no line, however long, takes long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_LOOKED_AT = 10_000
"""How many characters of a line are looked at (guess); what tells formats apart stands before that."""


def share(lines: Sequence[str], like: str, company: str | None = None) -> float:
    """Say which part of some lines is like a format, given as a regular expression.

    Lines like `company` count too where at least one line is like the format: noise of the same device
    that alone would say too little.
    """
    first = re.compile(like)
    sure = [first.search(line, 0, _LOOKED_AT) is not None for line in lines]
    if not any(sure):
        return 0.0
    also = 0
    if company is not None:
        second = re.compile(company)
        rest = (line for line, mine in zip(lines, sure, strict=True) if not mine)
        also = sum(1 for line in rest if second.search(line, 0, _LOOKED_AT))
    return (sum(sure) + also) / len(lines)


def explainer(*layout: tuple[str, str], last: str) -> Callable[[str], str]:
    """Return how to say what is wrong with a line.

    `layout` has pairs of a regular expression that a good line matches and what is wrong with a line that
    does not; `last` is what is wrong with a line that matches all of them.
    """

    def explain(line: str) -> str:
        short = line[:_LOOKED_AT]
        return next((why for like, why in layout if not re.search(like, short)), last)

    return explain


def lacks(times: Sequence[str], example: str, destinations: Sequence[str]) -> Callable[[str], str]:
    """Return how to say what a line of pairs lacks: the keys for its time, or those for a destination."""

    def any_of(keys: Sequence[str]) -> str:
        names = "|".join(re.escape(key) for key in keys)
        return rf'(?:^|[\s,|;>\["])(?:{names})[=:]"*[^"\s,|;-]'

    return explainer(
        (any_of(times), f"has no time ({' or '.join(times)})"),
        (any_of(destinations), f"names no destination ({' or '.join(destinations)})"),
        last=f"its time ({' or '.join(times)}) is not like {example}",
    )
