"""What is costly to make is made once, and the latest few are kept."""

from __future__ import annotations

from threading import Barrier, Thread

from sim.base.kept import Kept


def test_the_latest_few_are_made_once():
    made: list[str] = []
    kept: Kept[str, str] = Kept(2)

    def ask(key: str) -> str:
        def make() -> str:
            made.append(key)
            return key.upper()

        return kept.get(key, make)

    assert [ask(key) for key in ("a", "b", "a", "c", "b", "a")] == ["A", "B", "A", "C", "B", "A"]
    assert made == ["a", "b", "c", "a"]


def test_threads_that_ask_at_once_share_one():
    kept: Kept[str, object] = Kept(1)
    together = Barrier(4)
    found: list[object] = []

    def ask() -> None:
        together.wait()
        found.append(kept.get("key", object))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(map(id, found))) == 1
