"""Log files as chunks of lines: plain or gzip, of any size, however damaged.

Memory stays flat because a file is read in blocks that end at a line end. What cannot be decoded,
a last line that is cut off and a damaged end of a compressed file do not stop the reading.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from stat import S_ISREG
from types import TracebackType
from typing import TYPE_CHECKING

from sim.base.errors import InputError, Place, Problem
from sim.engine.discovery.formats.base import Chunk

if TYPE_CHECKING:
    import polars as pl
    from typing_extensions import Buffer

BLOCK = 64 * 1024 * 1024
"""Bytes in a block, after decompression; a longer line is cut here."""

STDIN = Place("standard input")

_PIECE = 1024 * 1024
_HEAD = 8192
_GZIP = b"\x1f\x8b"
_OTHERS = {
    b"PK\x03\x04": "a zip archive",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
}
# Polars reads lines as a table of one column. No line holds this byte once a block is prepared.
_SEPARATOR = b"\x01"


class LogFile:
    """A log opened for one pass from start to end."""

    def __init__(self, name: str, stream: io.RawIOBase, size: int | None, block: int = BLOCK) -> None:
        self.name = name
        """The path as given, `-` for standard input."""
        self.size = size
        """Bytes in the file as stored; None where nobody can say, as for standard input."""
        self.damage: str | None = None
        """Why reading stopped before the end, set once it did."""
        self._stored = _Stored(stream)
        self._block = block
        try:
            self._content = self._open()
        except BaseException:
            self._stored.close()
            raise

    @classmethod
    def from_path(cls, path: Path) -> LogFile:
        """Open a file; raise InputError if that is impossible or it is no log."""
        try:
            stream = path.open("rb", buffering=0)
            status = path.stat()
        except (OSError, ValueError) as error:
            raise _unreadable(Place(str(path)), error) from None
        return cls(str(path), stream, status.st_size if S_ISREG(status.st_mode) else None)

    @classmethod
    def from_stdin(cls) -> LogFile:
        """Open standard input; raise InputError if it is closed or no log."""
        try:
            stream = io.FileIO(0, closefd=False)
        except OSError as error:
            raise _unreadable(STDIN, error) from None
        return cls("-", stream, None)

    def __enter__(self) -> LogFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stored.close()

    @property
    def place(self) -> Place:
        """The file as an error names it."""
        return STDIN if self.name == "-" else Place(self.name)

    def position(self) -> int:
        """Return how many of the stored bytes have been read."""
        return self._stored.taken

    def chunks(self) -> Iterator[Chunk]:
        """Yield the lines of the file in order."""
        first_line = 1
        for lines in map(_lines, self._blocks()):
            if first_line == 1:
                lines = lines.str.strip_prefix("\ufeff")
            yield Chunk(lines, first_line)
            first_line += len(lines)
            # Not to hold these while the next ones are read.
            del lines

    def _open(self) -> io.BufferedReader[io.RawIOBase] | gzip.GzipFile:
        try:
            head = self._stored.fill_head()
        except OSError as error:
            raise _unreadable(self.place, error) from None
        buffered: io.BufferedReader[io.RawIOBase] = io.BufferedReader(self._stored, _PIECE)
        if head.startswith(_GZIP):
            return gzip.GzipFile(fileobj=buffered)
        kind = next((what for magic, what in _OTHERS.items() if head.startswith(magic)), None)
        if kind is None and b"\0" in head:
            kind = "not text"
        if kind is not None:
            what = f"Unsupported file type: this is {kind}"
            advice = "give the log as text in UTF-8, plain or .gz"
            raise InputError(Problem("LOG-FILE-TYPE", what, self.place, advice))
        return buffered

    def _blocks(self) -> Iterator[bytes]:
        pieces: list[bytes] = []
        length = 0
        for piece in self._pieces():
            cut = 0
            length += len(piece)
            if length >= self._block:
                cut = piece.rfind(b"\n") + 1
                if not cut and length >= 2 * self._block:
                    cut = len(piece)
            if cut:
                yield _joined(pieces, piece[:cut])
                length = len(piece) - cut
            pieces.append(piece[cut:])
        if length:
            yield _joined(pieces, b"")

    def _pieces(self) -> Iterator[bytes]:
        try:
            while piece := self._content.read1(_PIECE):
                yield piece
        except (OSError, EOFError, zlib.error) as error:
            self.damage = f"the file cannot be read to its end ({error})"


class _Stored(io.RawIOBase):
    """The bytes as stored: the first of them can be looked at, and all that are taken counted."""

    def __init__(self, stream: io.RawIOBase) -> None:
        self.taken = 0
        self._stream = stream
        self._head = b""

    def fill_head(self) -> bytes:
        """Return the first bytes without taking them; a pipe may give them in many portions."""
        while len(self._head) < _HEAD and (piece := self._stream.read(_HEAD - len(self._head))):
            self._head += piece
        return self._head

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        if self._head:
            count = min(len(self._head), len(view))
            view[:count], self._head = self._head[:count], self._head[count:]
        else:
            count = self._stream.readinto(buffer) or 0
        self.taken += count
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


def _joined(pieces: list[bytes], last: bytes) -> bytes:
    """Return the pieces as one, behind an empty line, and let go of them."""
    block = b"".join((b"\n", *pieces, last))
    pieces.clear()
    return block


def _unreadable(place: Place, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(Problem("LOG-UNREADABLE", f"cannot read the log: {reason}", place, "check the path"))


def _lines(block: bytes) -> pl.Series:
    """Return the lines of a block, without line ends; bytes that are not UTF-8 become U+FFFD.

    The block begins with an empty line of ours: polars would unpack what looks compressed from its
    first byte on, and takes a mark of byte order off any block that begins with one.
    """
    import polars as pl

    if _SEPARATOR in block:
        block = block.replace(_SEPARATOR, b"\x02")
    table = pl.read_csv(
        io.BytesIO(block),
        has_header=False,
        schema={"line": pl.String},
        separator=_SEPARATOR.decode(),
        quote_char=None,
        encoding="utf8-lossy",
    )
    return table["line"].slice(1).fill_null("")
