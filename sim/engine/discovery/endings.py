"""What the host names of a log end in: an entry of the catalog, or else a domain that someone registered.

A long log names hundreds of thousands of hosts, nearly all of them one label or two below a name that the
catalog or the public suffix list knows. What holds below such a name is worked out once.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from publicsuffixlist import PSLFILE, PublicSuffixList

from sim.engine.catalog.domains import suffixes
from sim.engine.catalog.model import App, Catalog
from sim.engine.traffic import I64

if TYPE_CHECKING:
    import polars as pl

Match = tuple[App, str]
"""An app, and the catalog's entry that gave it away."""

_PECULIAR = re.compile(r"[^a-z0-9._-]|\.\.|^\.|\.$|xn--")
"""What is not written as a plain name is, empty labels, and punycode, which the public suffix list has as it
is read."""
_LONGEST = 253
"""Characters of a host name (RFC 1035, section 2.3.4; documented)."""
_EACH = ""
"""Below this name each host is a case of its own."""
_MANY = 20_000
"""As many hosts are looked up together, as only long logs have them: fewer cost less one by one."""


class Endings:
    """Looks hosts up in one catalog, and in the public suffix list where that knows no app."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._below: dict[str, Match | str | None] = {}
        self._themselves: dict[str, Match | str] = {}

    @staticmethod
    def of(catalog: Catalog) -> Endings:
        """Return what looks hosts up in a catalog, the same for all who ask with that very catalog."""
        held = next((each for each in _LATEST if each._catalog is catalog), None)
        if held is None:
            held = Endings(catalog)
            _LATEST.append(held)
        return held

    def look_up(self, host: str) -> Match | str:
        """Return the app behind a host and the entry that gave it away, else its registrable domain."""
        if len(host) > _LONGEST or _PECULIAR.search(host):
            return self._alone(host)
        tree, labels = self._known_names, host.split(".")
        known, longer = "", labels.pop()
        while longer in tree:
            if not labels:
                # There are only so many of them, so that what they lead to can be kept.
                if host not in self._themselves:
                    self._themselves[host] = self._alone(host)
                return self._themselves[host]
            known, longer = longer, f"{labels.pop()}.{longer}"
        found = self._below_name(known)
        if found is None:
            return longer
        return self._alone(host) if found == _EACH else found

    def look_up_all(self, hosts: Sequence[str]) -> tuple[list[Match | str], I64]:
        """Look many hosts up; return what they lead to, and the position in it of what each host does."""
        if len(hosts) < _MANY:
            return [*map(self.look_up, hosts)], np.arange(len(hosts))
        import polars as pl

        from sim.engine.discovery.formats.dictionary import Dictionary

        ends = self._ends(hosts)
        below = {known: self._below_name(known) for known in ends["known"].unique()}
        longer = [known for known, found in below.items() if found is None]
        each = [known for known, found in below.items() if found == _EACH]
        # A longer name is in no tree, and so never one of the known.
        name = pl.when(pl.col("known").is_in(longer)).then("longer").otherwise("known")
        leading = ends.filter(~pl.col("known").is_in(each)).select("row", name=name)
        names = Dictionary(len(hosts)).encode(leading["name"])
        which = np.full(len(hosts), -1, dtype=np.int64)
        which[leading["row"].to_numpy()] = names.codes
        alone = np.flatnonzero(which < 0)
        which[alone] = np.arange(len(names.names), len(names.names) + len(alone))
        found = [below.get(name) or name for name in names.names]
        return [*found, *(self.look_up(hosts[row]) for row in alone.tolist())], which

    def _ends(self, hosts: Sequence[str]) -> pl.DataFrame:
        """Return `row`, `known` and `longer` name of every plain host that is not itself in the tree."""
        import polars as pl

        host, labels = pl.col("host"), pl.col("labels")
        tree = pl.Series([*self._known_names]).implode()
        plain = (host.str.len_bytes() <= _LONGEST) & ~host.str.contains(_PECULIAR.pattern)
        walking = (
            pl.DataFrame({"host": hosts}, schema={"host": pl.String})
            .with_row_index("row")
            .filter(plain)
            .select(
                "row", labels=host.str.split("."), known=pl.lit(""), longer=host.str.split(".").list.last()
            )
        )
        ended = []
        while len(walking):
            inside = walking["longer"].is_in(tree)
            ended.append(walking.filter(~inside).drop("labels"))
            next_label = labels.list.get(-1 - len(ended), null_on_oob=True)
            walking = (
                walking.filter(inside)
                .with_columns(known="longer", longer=pl.concat_str(next_label, "longer", separator="."))
                .drop_nulls("longer")
            )
        return pl.concat(ended)

    def _below_name(self, known: str) -> Match | str | None:
        if known not in self._below:
            self._below[known] = self._what_holds_below(known)
        return self._below[known]

    @cached_property
    def _known_names(self) -> frozenset[str]:
        """The names that the catalog or the public suffix list knows, and all that they end in."""
        entries = (*(domain for app in self._catalog.apps for domain in app.domains), *self._catalog.shared)
        return _rules()[0] | _tree(entry.partition("/")[0] for entry in entries)

    def _alone(self, host: str) -> Match | str:
        return self._catalog.match(host) or registrable_domain(host)

    def _what_holds_below(self, known: str) -> Match | str | None:
        """Return what each host is that ends in a name of the tree, but in no longer one; None is the
        domain one label longer."""
        if not known or known in _rules()[1]:
            return _EACH
        return self._catalog.match(known) or (
            None if _public_suffixes().is_public(known) else registrable_domain(known)
        )


_LATEST: deque[Endings] = deque(maxlen=2)
"""Those of the newest catalogs: the reports of a portal share one."""


def registrable_domain(host: str) -> str:
    """Return the part of `host` that someone registered; an address or a bare name stays."""
    last = host[-1:]
    if last.isdigit() or ":" in host:
        try:
            return str(ip_address(host))
        except ValueError:
            pass
    return _public_suffixes().privatesuffix(host) or host


@lru_cache(maxsize=1)
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=1)
def _rules() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the public suffix list and all that they end in, and those below which every
    label is a suffix."""
    lines = Path(PSLFILE).read_text(encoding="utf-8").splitlines()
    rules = [line.split()[0] for line in lines if line.strip() and not line.startswith("//")]
    wild = frozenset(rule.removeprefix("*.") for rule in rules if rule.startswith("*."))
    return _tree(rule.removeprefix("*.").removeprefix("!") for rule in rules), wild


def _tree(names: Iterable[str]) -> frozenset[str]:
    """Return the names and all that they end in."""
    return frozenset(ending for name in names for ending in suffixes(name))
