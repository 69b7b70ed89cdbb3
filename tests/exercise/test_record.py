"""The learner's record: kept whole, and never written over where it cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.base.errors import InputError
from sim.exercise.record import Commitment, KeptResult, Record, read_record, write_record

RESULT = KeptResult(day="2026-11-26", scenario="first-block", seed=7, score=61, engine="0.1.0", run="a.jsonl")
PROMISE = Commitment(day="2026-11-26", scenario="first-block", text="I will test a block in every browser.")


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "folder" / "record.json"
    assert read_record(path) == Record()
    record = Record().with_result(RESULT).with_commitment(PROMISE).with_preference("theme", "light")
    write_record(path, record)
    assert read_record(path) == record
    assert record.commitment == PROMISE
    assert json.loads(path.read_text(encoding="utf-8"))["format"] == 1
    assert [file.name for file in path.parent.iterdir()] == ["record.json"]


def test_a_run_that_is_reviewed_again_is_kept_once():
    again = RESULT.model_copy(update={"answers": {"happened": "a leak"}})
    other = RESULT.model_copy(update={"run": ""})
    record = Record().with_result(RESULT).with_result(other).with_result(other).with_result(again)
    assert record.results == (other, other, again)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "RECORD-BROKEN"),
        ("{", "RECORD-BROKEN"),
        ("[]", "RECORD-BROKEN"),
        ("\xff", "RECORD-BROKEN"),
        ("[" * 100_000, "RECORD-BROKEN"),
        ('{"format": 1, "results": [{"day": 3}]}', "RECORD-BROKEN"),
        ('{"format": 1, "unknown": 3}', "RECORD-BROKEN"),
        ('{"format": 2, "anything": true}', "RECORD-NEWER"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_left_as_it_is(tmp_path, text, rule):
    path: Path = tmp_path / "record.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as told:
        read_record(path)
    assert told.value.problems[0].rule == rule
    assert path.read_bytes() == text.encode("latin-1")


def test_a_record_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError) as told:
        write_record(tmp_path / "file" / "record.json", Record())
    assert told.value.problems[0].rule == "RECORD-WRITE"
