"""What stands behind a path: one log, the members of a zip archive, or a table in Parquet."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from sim.base.errors import InputError, Place, Problem
from sim.base.time import from_datetime
from sim.engine.discovery.formats.base import Chunk
from sim.engine.discovery.logfile import Log, LogFile, unreadable

MOST_MEMBERS = 1000
"""How many files an archive may hold (guess)."""

_PARQUET_ROWS = 100_000


def open_logs(path: Path) -> Iterator[Log | InputError]:
    """Yield what stands behind a path, each opened for one pass, or why it cannot be read.

    The caller closes a log before it asks for the next.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
    except (OSError, ValueError) as error:
        yield unreadable(Place(str(path)), error)
        return
    try:
        if head == b"PAR1":
            yield ParquetLog(path)
        elif head == b"PK\x03\x04":
            yield from _members(path)
        else:
            yield LogFile.from_path(path)
    except InputError as error:
        yield error


def _members(path: Path) -> Iterator[Log | InputError]:
    try:
        with zipfile.ZipFile(path) as archive:
            files = [member for member in archive.infolist() if not member.is_dir()]
            if len(files) > MOST_MEMBERS:
                what = f"Unsupported file type: an archive of {len(files):,} files"
                advice = f"give archives of at most {MOST_MEMBERS:,}"
                raise InputError(Problem("LOG-ARCHIVE", what, Place(str(path)), advice))
            for member in files:
                name = f"{path}/{member.filename}"
                try:
                    log = LogFile(name, archive.open(member), member.file_size, packed=member.compress_size)
                    log.modified = _modified(member)
                    yield log
                except InputError as error:
                    yield error
                except (RuntimeError, NotImplementedError, zipfile.BadZipFile) as error:
                    yield unreadable(Place(name), error)
    except (zipfile.BadZipFile, OSError) as error:
        yield unreadable(Place(str(path)), error)


def _modified(member: zipfile.ZipInfo) -> int | None:
    """Return when a member was written; archives say it without a zone, and it is taken as UTC."""
    try:
        return from_datetime(datetime(*member.date_time, tzinfo=UTC))
    except ValueError:
        return None


class ParquetLog(Log):
    """A table in Parquet as lines of JSON, one a row: what the formats for JSON read.

    Times without a zone are UTC, as Defender exports them.
    """

    def __init__(self, path: Path) -> None:
        import polars as pl

        self.name = str(path)
        self._hash = sha256()
        self._read = 0
        try:
            self.size = path.stat().st_size
            self._table = pl.scan_parquet(path)
            self._rows = int(self._table.select(pl.len()).collect().item())
            self._schema = self._table.collect_schema()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise unreadable(self.place, error) from None

    def position(self) -> int:
        return (self.size or 0) * self._read // max(self._rows, 1)

    def digest(self) -> bytes:
        return self._hash.digest()

    def close(self) -> None:
        """A scan holds nothing open."""

    def chunks(self) -> Iterator[Chunk]:
        import polars as pl

        times = [
            column.dt.convert_time_zone(str(UTC)) if kind.time_zone else column
            for name, kind in self._schema.items()
            if isinstance(kind, pl.Datetime)
            for column in [pl.col(name)]
        ]
        table = self._table.with_columns(t.dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ") for t in times)
        while self._read < self._rows:
            try:
                text = table.slice(self._read, _PARQUET_ROWS).collect().write_ndjson()
            except (OSError, pl.exceptions.PolarsError) as error:
                self.damage = f"the file cannot be read to its end ({error})"
                return
            self._hash.update(text.encode())
            lines = text.split("\n")[:-1]
            yield Chunk(pl.Series(lines, dtype=pl.String), self._read + 1)
            self._read += len(lines)
