"""CEF and LEEF alike: a line says the same among many as alone, and no line breaks a format."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.discovery.formats import by_name
from sim.engine.discovery.formats.base import Chunk, Context
from sim.engine.discovery.formats.extension import CEF, LEEF, Splitter, Syntax
from sim.engine.discovery.formats.reading import reader
from tests.engine.formats import test_cef, test_leef

Values = list[tuple[object, ...]]
Body = list[tuple[str, str]]


@dataclass(frozen=True)
class Wanted:
    """What a splitter is asked for, and a line that has all of it."""

    syntax: Syntax
    words: tuple[str, ...]
    phrases: tuple[str, ...]
    header: tuple[str, ...]
    usual: str
    """A line; what stands between its pairs is a tab."""
    says: tuple[str, ...]
    start: str
    """How a line of drawn pairs begins."""

    def values(self, lines: list[str]) -> Values:
        """Return what a splitter says of lines read together."""
        splitter = Splitter(self.syntax, self.words, self.phrases, self.header)
        return splitter.split(pl.Series(lines, dtype=pl.String)).drop("|line", "|before").rows()


CEF_LINES = Wanted(
    CEF,
    ("dst", "src", "in"),
    ("suser", "act"),
    ("|vendor", "|name"),
    "CEF:0|V|P|1|e|n|3|act=x\tcs1=a b\tdst=10.0.0.1\tsrc=10.0.0.2\tin=5\tsuser=bob\tx=1",
    ("V", "n", "10.0.0.1", "10.0.0.2", "5", "bob", "x"),
    "CEF:0|V|P|1|e|n|3|",
)
LEEF_LINES = Wanted(
    LEEF,
    ("dst", "src"),
    ("usrName", "cat"),
    ("|vendor", "|event"),
    "LEEF:2.0|V|P|1|e|src=10.0.0.2\tcat=a b\tdst=10.0.0.1\tusrName=bob\tx=1",
    ("V", "e", "10.0.0.1", "10.0.0.2", "bob", "a b"),
    "LEEF:1.0|V|P|1|e|",
)
VALUE = st.one_of(
    st.sampled_from(["10.1.1.1", "a b", "", " lead", "trail ", r"a\=b", "a=b", '"q w"', "\ttab", "é 日本"]),
    st.sampled_from(["x|y", "x^y", "\x01"]),
    st.text(max_size=8),
)
KEY = st.sampled_from(["dst", "src", "in", "suser", "act", "cs1", "usrName", "cat", "sev"])
BODIES = st.lists(st.lists(st.tuples(KEY, VALUE), max_size=7), min_size=1, max_size=8)


def together(wanted: Wanted, usual: str, odd: list[str]) -> None:
    """See that lines say the same among many as alone; so many that templates are learnt of both kinds."""
    found = wanted.values([*([usual] * 100), *(odd * 20)])
    assert found[0] == wanted.says
    assert found == found[:1] * 100 + [wanted.values([line])[0] for line in odd] * 20


@settings(max_examples=60)
@given(BODIES)
def test_many_lines_of_cef_say_what_each_says_alone(bodies: list[Body]) -> None:
    odd = [CEF_LINES.start + " ".join(f"{key}={value}" for key, value in body) for body in bodies]
    together(CEF_LINES, CEF_LINES.usual.replace("\t", " "), odd)


@settings(max_examples=60)
@given(BODIES, st.sampled_from("\t|^"), st.sampled_from(["", "x09|", "^|"]))
def test_many_lines_of_leef_say_what_each_says_alone(bodies: list[Body], between: str, declared: str) -> None:
    head, pairs = LEEF_LINES.usual[:17], LEEF_LINES.usual[17:].replace("\t", between)
    odd = [
        f"{LEEF_LINES.start}{declared}{between.join(f'{key}={value}' for key, value in body)}"
        for body in bodies
    ]
    together(LEEF_LINES, head + declared + pairs, odd)


LINES = test_cef.LINES | test_leef.LINES


@settings(max_examples=80)
@given(
    st.lists(st.text(max_size=60), max_size=6),
    st.sampled_from(sorted(LINES)),
    st.integers(0, 400),
    st.text(max_size=9),
)
def test_no_line_breaks_a_format_or_counts_twice(
    texts: list[str], name: str, cut: int, inserted: str
) -> None:
    known, line = by_name(name), LINES[name]
    assert known is not None
    mutated = [
        line[:cut],
        line[:cut] + inserted + line[cut:],
        line[cut:],
        *(line[:cut] + text for text in texts),
    ]
    for lines in ([*texts, *mutated], mutated * 10):
        chunk = Chunk(pl.Series(lines, dtype=pl.String), 1)
        parsed = reader(known, Context(evidence=True))(chunk)
        bad = sum(found.count for found in parsed.bad.values())
        assert len(parsed.traffic) + bad + sum(parsed.skipped.values()) == len(lines)
        for text in lines:
            assert known.explain(text)
