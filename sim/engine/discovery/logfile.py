"""Log files as chunks of lines: plain or gzip, UTF-8 or UTF-16, of any size, however damaged.

Memory stays flat because a file is read in blocks that end at a line end. What cannot be decoded,
a last line that is cut off and a damaged end of a compressed file do not stop the reading.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from types import TracebackType
from typing import IO, TYPE_CHECKING, Protocol, Self

from sim.base.errors import InputError, Place, Problem
from sim.engine.discovery.formats.base import Chunk

if TYPE_CHECKING:
    import polars as pl
    from typing_extensions import Buffer

BLOCK = 30 * 1024 * 1024
"""Bytes in a block, after decompression; a longer line is cut here. From 32 MB on the C library maps memory
anew for each, which takes as long as reading it (measured)."""

STDIN = Place("standard input")

MOST_UNPACKED = 250
"""How many times its stored size a log may unpack to (guess: real logs compress 5 to 40 times)."""

_UNCHECKED = 64 * 1024 * 1024
_PIECE = 1024 * 1024
_HEAD = 8192
_GZIP = b"\x1f\x8b"
_OTHERS = {
    b"PK\x03\x04": "a zip archive in another one, or a zip archive from standard input",
    b"PAR1": "a Parquet table in an archive or from standard input",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a zstd file",
}
# Polars reads lines as a table of one column. No line holds this byte once a block is prepared.
_SEPARATOR = b"\x01"


class Log(ABC):
    """A log opened for one pass from start to end."""

    name: str
    """The path as given, `-` for standard input; `archive.zip/member.log` inside an archive."""
    size: int | None
    """Bytes in the file as stored; None where nobody can say, as for standard input."""
    damage: str | None = None
    """Why reading stopped before the end, set once it did."""
    modified: int | None = None
    """When the file was last written, microseconds UTC; None where nobody can say."""

    @property
    def place(self) -> Place:
        """The file as an error names it."""
        return STDIN if self.name == "-" else Place(self.name)

    @abstractmethod
    def position(self) -> int:
        """Return how many of the stored bytes have been read."""

    @abstractmethod
    def chunks(self) -> Iterator[Chunk]:
        """Yield the lines of the file in order."""

    @abstractmethod
    def digest(self) -> bytes:
        """Return a SHA-256 of the content read so far."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the file."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class LogFile(Log):
    """A log as text, packed or not."""

    def __init__(
        self,
        name: str,
        stream: IO[bytes] | io.RawIOBase,
        size: int | None,
        block: int = BLOCK,
        packed: int | None = None,
    ) -> None:
        """`packed` is the size in its archive, where the stream unpacks one."""
        self.name = name
        self.size = size
        self._packed = packed
        self._stored = _Stored(stream)
        self._block = block
        self._content_hash = sha256()
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
            raise unreadable(Place(str(path)), error) from None
        log = cls(str(path), stream, status.st_size if S_ISREG(status.st_mode) else None)
        log.modified = status.st_mtime_ns // 1000
        return log

    @classmethod
    def from_stdin(cls) -> LogFile:
        """Open standard input; raise InputError if it is closed or no log."""
        try:
            stream = io.FileIO(0, closefd=False)
        except OSError as error:
            raise unreadable(STDIN, error) from None
        return cls("-", stream, None)

    def position(self) -> int:
        return self._stored.taken

    def digest(self) -> bytes:
        return self._content_hash.digest()

    def close(self) -> None:
        self._stored.close()

    def chunks(self) -> Iterator[Chunk]:
        first_line = 1
        for lines in map(_lines, self._blocks()):
            if first_line == 1:
                lines = lines.str.strip_prefix("\ufeff")
            yield Chunk(lines, first_line)
            first_line += len(lines)
            # Not to hold these while the next ones are read.
            del lines

    def _open(self) -> _Content:
        try:
            head = self._stored.fill_head()
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise unreadable(self.place, error) from None
        buffered = io.BufferedReader(self._stored, _PIECE)
        content: _Content = buffered
        if head.startswith(_GZIP):
            content = gzip.GzipFile(fileobj=buffered)
            head = _first_bytes(head)
        kind = next((what for magic, what in _OTHERS.items() if head.startswith(magic)), None)
        encoding = _utf_16(head)
        if kind is None and encoding is None and b"\0" in head:
            kind = "not text"
        if kind is not None:
            what = f"Unsupported file type: this is {kind}"
            advice = "give the log as text in UTF-8 or UTF-16, plain, .gz or .zip, or as a .parquet file"
            raise InputError(Problem("LOG-FILE-TYPE", what, self.place, advice))
        return content if encoding is None else _Recoded(content, encoding)

    def _blocks(self) -> Iterator[bytes]:
        """Yield blocks that end at a line end, each behind an empty line."""
        # Grown in place, which is several times as fast as to join pieces of so many bytes.
        block = _begun()
        for piece in self._pieces():
            cut = 0
            length = block.tell() + len(piece)
            if length > self._block:
                cut = piece.rfind(b"\n") + 1
                if not cut and length > 2 * self._block:
                    cut = len(piece)
            if cut:
                block.write(piece[:cut])
                yield block.getvalue()
                block = _begun()
            block.write(piece[cut:])
        if block.tell() > 1:
            yield block.getvalue()

    def _pieces(self) -> Iterator[bytes]:
        unpacked = 0
        try:
            while piece := self._content.read1(_PIECE):
                self._content_hash.update(piece)
                yield piece
                unpacked += len(piece)
                packed = self._stored.taken if self._packed is None else self._packed
                if unpacked > max(_UNCHECKED, MOST_UNPACKED * packed):
                    self.damage = f"it unpacks to more than {MOST_UNPACKED} times its size"
                    return
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            self.damage = f"the file cannot be read to its end ({error})"


class _Content(Protocol):
    """Bytes of text, as they are read piece by piece."""

    def read1(self, size: int, /) -> bytes: ...


class _Recoded:
    """UTF-16 as UTF-8."""

    def __init__(self, content: _Content, encoding: str) -> None:
        self._content = content
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")

    def read1(self, size: int, /) -> bytes:
        while piece := self._content.read1(size):
            if text := self._decoder.decode(piece):
                return text.encode("utf-8", "replace")
        return self._decoder.decode(b"", final=True).encode("utf-8", "replace")


def _utf_16(head: bytes) -> str | None:
    """Return the encoding where every other byte is zero, as in Latin text in UTF-16, or a mark says so."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        every_other = head[start::2]
        if len(head) > 3 and every_other.count(0) > len(every_other) * 0.7:
            return encoding
    return None


def _first_bytes(packed: bytes) -> bytes:
    """Return the beginning of what a packed beginning unpacks to."""
    try:
        return zlib.decompressobj(wbits=31).decompress(packed, _HEAD)
    except zlib.error:
        return b""


class _Stored(io.RawIOBase):
    """The bytes as stored: the first of them can be looked at, and all that are taken counted."""

    def __init__(self, stream: IO[bytes] | io.RawIOBase) -> None:
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
            data = self._stream.read(len(view)) or b""
            count = len(data)
            view[:count] = data
        self.taken += count
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


def _begun() -> io.BytesIO:
    """Return a block with its empty line, to be written to."""
    block = io.BytesIO()
    block.write(b"\n")
    return block


def unreadable(place: Place, error: Exception) -> InputError:
    """Return the error for a log that cannot be opened."""
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
