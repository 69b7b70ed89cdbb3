"""From text columns with known meanings to the columns that a format gives.

Every table - a CSV with a header, W3C fields, keys of JSON - ends here, once its columns are named after
what they mean: `time` or `date` and `clock`, `host`, `url`, `user` and so on (`names.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engine.discovery.formats.base import Context
from sim.engine.discovery.formats.fields import known
from sim.engine.discovery.formats.names import DENIED
from sim.engine.discovery.formats.times import Reads, Times

if TYPE_CHECKING:
    import polars as pl

NO_DESTINATION = "names no destination"
_NO_TIME = "has no time"
_ODD_TIME = "its time is in no known layout"
_TEXTS = ("user", "source_ip", "machine", "process", "destination_ip", "method", "action", "skip")
_SIZES = ("bytes_up", "bytes_down", "bytes_total")


class Meaning:
    """Says what rows of texts mean, chunk by chunk."""

    def __init__(
        self,
        context: Context,
        *,
        denied: str = DENIED,
        utc: bool = False,
        url_first: bool = False,
        times: Reads | None = None,
    ) -> None:
        """`denied` is a regular expression for actions that let nothing through. `utc` says that times
        without a zone are UTC by definition. `url_first` prefers the host in the URL to `host`. `times`
        reads times whose layout is known."""
        self._times = times or Times(context, utc=utc)
        self._pairs = Times(context, utc=utc)
        self._denied = denied
        self._url_first = url_first

    def rows(self, texts: pl.DataFrame) -> pl.LazyFrame:
        """Return the columns of a format; `texts` may hold `bad` and `skip` too."""
        import polars as pl

        table = self._timed(merged(texts))
        table = table.with_columns(size(table[name]) for name in _SIZES if name in table.columns)
        table = table.with_columns(host=self._hosts(table))
        names = set(table.columns)
        columns = {name: pl.col(name) for name in (*_TEXTS, "assumed") if name in names}
        columns["time"] = pl.col("time")
        columns |= {name: pl.col(name) for name in _SIZES if name in names}
        columns |= {name: small(pl.col(name)) for name in ("port", "status") if name in names}
        if "url" in names:
            columns["port"] = pl.coalesce(
                *(columns[n] for n in ("port",) if n in columns), port_of(pl.col("url"))
            )
        columns["host"] = pl.col("host")
        columns["url"] = _first("url", "path", names=names)
        blocked = self._blocked(names)
        if blocked is not None:
            columns["blocked"] = blocked
        bad = pl.when(pl.col("time").is_null()).then(_time_fault(names))
        columns["bad"] = pl.coalesce("bad", bad) if "bad" in names else bad
        frame = table.lazy().with_columns(**columns)
        nowhere = pl.col("bad").is_null() & _says_nothing("host")
        if "destination_ip" in names:
            nowhere &= _says_nothing("destination_ip")
        aimless = pl.when(nowhere).then(pl.lit(NO_DESTINATION))
        skip = pl.coalesce("skip", aimless) if "skip" in names else aimless
        return frame.with_columns(skip=skip).select(*columns, *({"skip"} - columns.keys()))

    def _timed(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return the table with `time` as microseconds, and `assumed`."""
        import polars as pl

        names = set(table.columns)
        if "time" in names:
            text = table["time"]
            if "zone" in names:
                # Seconds since 1970 are in no zone.
                zone = pl.when(~pl.col("time").str.contains(r"^[0-9.]+$")).then("zone")
                zoned = pl.concat_str("time", zone, separator=" ", ignore_nulls=True)
                text = table.select(time=zoned).to_series()
            table = table.rename({"time": "time_text"}).hstack(self._times.read(text))
        else:
            nothing = {"time": pl.lit(None, pl.Int64), "assumed": pl.lit(None, pl.String)}
            table = table.with_columns(time_text=pl.lit(None, pl.String), **nothing)
        if {"date", "clock"} <= names and table["time"].null_count():
            both = pl.concat_str("date", "clock", *(["zone"] if "zone" in names else []), separator=" ")
            pair = self._pairs.read(table.select(time=both).to_series())
            table = table.with_columns(
                time_text=pl.coalesce("time_text", "date"),
                assumed=pl.when(pl.col("time").is_null()).then(pair["assumed"]).otherwise("assumed"),
                time=pl.coalesce(pl.col("time"), pair["time"]),
            )
        return table

    def _hosts(self, table: pl.DataFrame) -> pl.Series:
        """Return what was asked for: the host where a column names it, else that of the URL."""
        import polars as pl

        order = ("url", "host") if self._url_first else ("host", "url")
        hosts = pl.repeat(None, len(table), dtype=pl.String, eager=True)
        for name in (*order, "destination"):
            if name in table.columns and hosts.null_count():
                there = (
                    host_of(table[name]) if name == "url" else table.select(known(pl.col(name))).to_series()
                )
                hosts = there if hosts.null_count() == len(hosts) else hosts.fill_null(there)
        return hosts

    def _blocked(self, names: set[str]) -> pl.Expr | None:
        import polars as pl

        said = []
        for name in sorted(names):
            if name == "action" or name.startswith("verdict"):
                said.append(pl.col(name).str.contains(self._denied))
        if "blocked" in names:
            said.append(pl.col("blocked").str.to_lowercase().is_in(["true", "1", "yes", "blocked", "denied"]))
        if "allowed" in names:
            said.append(pl.col("allowed").str.to_lowercase().is_in(["false", "0", "no"]))
        return pl.any_horizontal(*(word.fill_null(False) for word in said)) if said else None


def _first(*wanted: str, names: set[str]) -> pl.Expr:
    """Return the first of some columns that says something."""
    import polars as pl

    there = [pl.col(name) for name in wanted if name in names]
    if len(there) > 1:
        return pl.coalesce(*(known(column) for column in there))
    return there[0] if there else pl.lit(None, pl.String)


def _says_nothing(name: str) -> pl.Expr:
    import polars as pl

    return pl.col(name).is_null() | pl.col(name).is_in(["", "-"])


def _time_fault(names: set[str]) -> pl.Expr:
    import polars as pl

    nothing = pl.col("time_text").is_null() | pl.col("time_text").is_in(["", "-"])
    return pl.when(nothing).then(pl.lit(_NO_TIME)).otherwise(pl.lit(_ODD_TIME))


def merged(texts: pl.DataFrame) -> pl.DataFrame:
    """Return one column for each meaning: the first of `user`, `user 2` and so on that says something."""
    import polars as pl

    groups: dict[str, list[str]] = {}
    for name in sorted(texts.columns, key=lambda name: int(name.partition(" ")[2] or 1)):
        groups.setdefault(name.partition(" ")[0], []).append(name)
    if all(group == [meaning] for meaning, group in groups.items()):
        return texts
    several = {
        meaning: pl.coalesce(*(known(pl.col(name)) for name in group))
        for meaning, group in groups.items()
        if group != [meaning]
    }
    return texts.with_columns(**several).select(*groups)


def size(texts: pl.Series) -> pl.Series:
    """Return numbers of bytes as Int64: digits, with or without `.0`; null where there are none."""
    import polars as pl

    sizes = texts.cast(pl.Int64, strict=False)
    if sizes.null_count():
        sizes = sizes.fill_null(
            texts.str.extract(r"^\s*\+?([0-9]+)(?:\.0*)?\s*$").cast(pl.Int64, strict=False)
        )
    return sizes


def small(text: pl.Expr) -> pl.Expr:
    """Return a port or a status as Int64; null where it is no number or a hundred thousand and more."""
    import polars as pl

    return text.str.extract(r"^\s*([0-9]{1,5})(?:\.0*)?\s*$").cast(pl.Int64, strict=False)


def host_of(urls: pl.Series) -> pl.Series:
    """Return the hosts of addresses with or without a scheme; null where there is only a path."""
    import polars as pl

    # Frames, since they use all processors and series do not.
    url = pl.col("url")
    frame = urls.to_frame("url")
    if urls.str.contains("://", literal=True).any():
        frame = frame.select(url.str.replace(r"^\s*[A-Za-z][A-Za-z0-9+.-]*://", ""))
    host = url.str.extract(r"^([^/?#@:\s\[\]]+)")
    usual = pl.col("host").str.contains(".", literal=True) & ~url.str.contains("@", literal=True)
    frame = frame.select(url, host=host).with_columns(usual=usual)
    odd = (~frame["usual"].fill_null(False)) & ~frame["url"].str.starts_with("/").fill_null(True)
    hosts = frame["host"]
    if odd.any():
        # A name and a password before the host, an address in brackets, blanks before all, and words
        # before a colon that name no host, as in `about:blank`.
        careful = r"^\s*(?:[^/?#@\s]*@)?(\[[0-9A-Fa-f:.%]+\]|[^/?#@:\s\[\]]+)(?::[0-9]*)?(?:[/?#].*)?\s*$"
        hosts = hosts.scatter(odd.arg_true(), frame["url"].filter(odd).str.extract(careful))
    return hosts


def port_of(url: pl.Expr) -> pl.Expr:
    """Return the port that an address names, or that its scheme stands for."""
    import polars as pl

    scheme = url.str.extract(r"^\s*([A-Za-z]+)://").str.to_lowercase()
    named = url.str.extract(
        r"^\s*(?:[A-Za-z][A-Za-z0-9+.-]*://)?(?:\[[^\]]*\]|[^/?#:\s]+):([0-9]{1,5})(?:[/?#\s]|$)"
    )
    by_scheme = pl.when(scheme == "https").then(443).when(scheme == "http").then(80)
    return pl.coalesce(named.cast(pl.Int64, strict=False), by_scheme.cast(pl.Int64))


def words(*exact: str) -> str:
    """Return a regular expression for one of some words as the whole of a text, in whatever case."""
    return f"(?i)^(?:{'|'.join(exact)})$"
