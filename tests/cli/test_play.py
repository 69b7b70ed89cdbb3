"""`unsanctioned play` in a real terminal, and what it says before it opens one."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from sim.session.runfile import read_run

PATIENCE = 30.0


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sim.cli.main", *arguments]


def environment(data: Path) -> dict[str, str]:
    return {**os.environ, "XDG_DATA_HOME": str(data), "TERM": "xterm-256color"}


class Terminal:
    """A program on a pseudo-terminal of 80x24."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self._fd, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            command(*arguments),
            stdin=child,
            stdout=child,
            stderr=child,
            env=environment(data),
            start_new_session=True,
        )
        os.close(child)
        self.said = ""

    def until(self, words: str) -> None:
        """Read until the words are there; colours stand between words, so give one."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.said:
            assert time.monotonic() < deadline, self.said[-2000:]
            ready, _, _ = select.select([self._fd], [], [], 0.2)
            if ready:
                try:
                    self.said += os.read(self._fd, 65536).decode("utf-8", "replace")
                except OSError:
                    break
        assert words in self.said, self.said[-2000:]

    def type(self, text: str) -> None:
        """Type, and forget what was said before."""
        self.said = ""
        os.write(self._fd, text.encode())

    def end(self) -> int:
        """Wait for the program and return its exit code."""
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            os.close(self._fd)


def test_play_in_a_terminal_keeps_the_run_and_goes_on_with_it(tmp_path):
    terminal = Terminal(tmp_path, "play", "first-block")
    terminal.until("Briefing")
    terminal.until("PAUSED")
    terminal.type("gs")
    terminal.until("Custom")
    terminal.type(" ")
    terminal.until("Then")
    terminal.type("y")
    terminal.until("● On")
    terminal.type("q")
    terminal.until("Leave")
    terminal.type("y")
    terminal.until("The run is kept in")
    terminal.until("--resume")
    assert terminal.end() == 0
    (path,) = (tmp_path / "unsanctioned" / "runs").iterdir()
    kinds = [record["kind"] for record in read_run(path).records]
    assert kinds == ["command", "mark"]

    again = Terminal(tmp_path, "play", "--resume", str(path), "--until", "+30m")
    again.until("Briefing")
    again.until("09:30")
    again.type("q")
    again.until("Leave")
    again.type("y")
    again.until("The run is kept in")
    assert again.end() == 0
    copies = [p for p in path.parent.iterdir() if p != path]
    assert len(copies) == 1
    assert [record["kind"] for record in read_run(copies[0]).records] == [
        "command",
        *["mark"] * 3,
    ]
    assert [record["kind"] for record in read_run(path).records] == kinds


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "error[NO-TERMINAL]: play needs a terminal"),
        (("play", "first-block"), "unsanctioned run first-block"),
        (("play", "first-block", "--until", "+1h"), "--until goes with --resume RUN"),
        (("play", "first-block", "--resume", "x"), "not both"),
        (("play", "--assessed", "--name", "Ada"), "with --name, --class and --minutes"),
        (("play", "--resume", "x", "--seed", "1"), "keeps its seed"),
    ],
)
def test_what_cannot_be_played_is_one_line_and_exit_code_2(tmp_path, arguments, words):
    done = subprocess.run(
        command(*arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [(), ("play", "first-block"), ("play", "no-such-scenario")])
def test_a_place_that_cannot_be_written_or_a_wrong_name_is_said_before_the_interface_opens(
    tmp_path, arguments
):
    blocked = tmp_path / "a file, not a folder"
    blocked.write_text("")
    wrong_name = "no-such-scenario" in arguments
    terminal = Terminal(tmp_path if wrong_name else blocked, *arguments)
    terminal.until("error[SCENARIO-UNKNOWN]" if wrong_name else "error[RUN-WRITE]")
    assert terminal.end() == 2
    assert "\x1b[?1049h" not in terminal.said
