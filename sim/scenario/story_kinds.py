"""Ready-made uses for a story: what an adversary does, and what merely looks like it.

Each malicious kind has a benign one beside it with the same shape in the traffic, so that the shape alone
decides nothing. Sizes and rhythms that no source gives are guesses, and say so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from sim.base.time import MINUTE, SECOND

Range = tuple[int, int]
"""Lowest and highest, both included."""
MB = 1_000_000


class Label(Enum):
    """What a use really is: truth, shown to nobody before the end."""

    MALICIOUS = "malicious"
    BENIGN = "benign"
    NONE = ""
    """A use that the story says nothing about."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a use looks on the wire."""

    label: Label
    about: str
    sessions: int
    """Sessions a working day, spread over the working hours; 0 where `every` decides."""
    requests: Range
    """Requests in a session."""
    gap: Range
    """Microseconds between the requests of a session."""
    up: Range
    """Bytes sent by a request."""
    down: Range
    """Bytes received by a request."""
    mark: str
    """Where the figures come from."""
    says: str
    """What a person who has it says of it, if they tell the truth."""
    hidden: bool = False
    """Whoever does it never tells the truth about it."""
    at_once: bool = False
    """The first session begins when the use does, and there is no other."""
    every: int = 0
    """Microseconds between one request and the next while the machine is on; 0: sessions."""
    jitter: int = 0
    """How far, in hundredths of `every`, a request may come before or after its time."""


_SMALL = (300, 1_800)
_PAGE = (1_000, 60_000)
_TYPING = (2 * SECOND, 40 * SECOND)

KINDS: Mapping[str, Pattern] = {
    "use": Pattern(
        Label.NONE,
        "someone uses an app",
        sessions=3,
        requests=(5, 15),
        gap=_TYPING,
        up=_SMALL,
        down=_PAGE,
        mark="guess",
        says="I use it myself; nobody told me to.",
    ),
    "exfiltration-slow": Pattern(
        Label.MALICIOUS,
        "documents leave low and slow",
        sessions=5,
        requests=(2, 5),
        gap=(20 * SECOND, 3 * MINUTE),
        up=(800_000, 4 * MB),
        down=(200, 2_000),
        mark="pieces below a threshold: MITRE ATT&CK T1030 (third-party); the sizes: guess",
        says="It is mine.",
        hidden=True,
    ),
    "exfiltration-at-once": Pattern(
        Label.MALICIOUS,
        "documents leave all at once",
        sessions=1,
        requests=(30, 60),
        gap=(5 * SECOND, 40 * SECOND),
        up=(10 * MB, 60 * MB),
        down=(200, 2_000),
        at_once=True,
        mark="guess",
        says="It is mine.",
        hidden=True,
    ),
    "malicious-app": Pattern(
        Label.MALICIOUS,
        "a look-alike of an approved app takes what people give it",
        sessions=3,
        requests=(4, 12),
        gap=_TYPING,
        up=(400, 900_000),
        down=_PAGE,
        mark="guess",
        says="The link came by mail. I thought it was the app that we all have.",
    ),
    "command-channel": Pattern(
        Label.MALICIOUS,
        "a program asks for orders through a cloud app",
        sessions=0,
        requests=(1, 1),
        gap=(0, 0),
        up=(250, 900),
        down=(150, 900),
        every=60 * SECOND,
        jitter=10,
        mark="60 s and less than 1 kB are common defaults (third-party); the jitter: guess",
        says="I have never opened it. I do not know what that is.",
    ),
    "risky-consent": Pattern(
        Label.MALICIOUS,
        "a person lets a risky app into the organisation's data",
        sessions=1,
        requests=(4, 9),
        gap=_TYPING,
        up=_SMALL,
        down=_PAGE,
        at_once=True,
        # What such an app reads, it reads in the cloud: no machine and no proxy sees more than the visit.
        mark="guess",
        says="It asked whether it may read my mail and files, and I said yes.",
    ),
    "backup-client": Pattern(
        Label.BENIGN,
        "a backup client sends what has changed",
        sessions=5,
        requests=(2, 6),
        gap=(20 * SECOND, 3 * MINUTE),
        up=(500_000, 5 * MB),
        down=(200, 2_000),
        mark="guess",
        says="That is the backup of this machine. It was there when I got it.",
    ),
    "big-upload": Pattern(
        Label.BENIGN,
        "a large delivery that the business asked for",
        sessions=1,
        requests=(20, 60),
        gap=(5 * SECOND, 40 * SECOND),
        up=(8 * MB, 50 * MB),
        down=(200, 2_000),
        at_once=True,
        mark="guess",
        says="A customer asked for a large delivery, and this is where they wanted it.",
    ),
    "pilot": Pattern(
        Label.BENIGN,
        "a team tries a new app with its owner's leave",
        sessions=3,
        requests=(4, 12),
        gap=_TYPING,
        up=(400, 700_000),
        down=_PAGE,
        mark="guess",
        says="We are trying it out; our head of department knows of it.",
    ),
    "monitoring-beacon": Pattern(
        Label.BENIGN,
        "an agent reports that its machine is well",
        sessions=0,
        requests=(1, 1),
        gap=(0, 0),
        up=(400, 1_200),
        down=(150, 600),
        every=60 * SECOND,
        jitter=3,
        mark="a heartbeat a minute: MicrosoftDocs azure-monitor-ref/queries/heartbeat.md (documented); "
        "the sizes: guess",
        says="I have never opened it. Something on the machine must do that.",
    ),
    "approved-integration": Pattern(
        Label.BENIGN,
        "a person connects an app that was approved",
        sessions=1,
        requests=(4, 9),
        gap=_TYPING,
        up=_SMALL,
        down=_PAGE,
        at_once=True,
        mark="guess",
        says="I connected it to our files. IT told us that we may.",
    ),
}

LOOK_ALIKES: Mapping[str, str] = {
    "exfiltration-slow": "backup-client",
    "exfiltration-at-once": "big-upload",
    "malicious-app": "pilot",
    "command-channel": "monitoring-beacon",
    "risky-consent": "approved-integration",
}
"""Each malicious kind and the benign one that looks like it."""
