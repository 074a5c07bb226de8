"""Every bad file is refused with its reason, quickly, and with nothing stored."""

import json
import random
import subprocess
import sys
import time
from zipfile import ZIP_STORED

import pytest

from plugins.imports.limits import MEGABYTE, Limits
from plugins.imports.reading import HOME, read_file
from plugins.imports.refusals import FOUND, SENTENCES, Reason, Refused, sentence
from plugins.imports.sniffing import SUFFIXES, recognise_file
from plugins.imports.tables import open_table
from tests.plugins.imports import hostile
from tests.plugins.imports.files import ods, ods_row, xlsx, xlsx_parts, zipped


def read(path, name=None):
    with open_table(path, recognise_file(path, name or path.name)) as table:
        rows = list(table.rows)
        if not rows:
            raise Refused(Reason.NO_ROWS)
        return rows


@pytest.mark.parametrize("name", hostile.FILES)
def test_bad_file_is_refused_with_its_reason(tmp_path, name):
    file_name, content, reason = hostile.content_of(name)
    path = tmp_path / file_name
    path.write_bytes(content)
    started = time.monotonic()
    with pytest.raises(Refused) as refusal:
        read(path)
    assert refusal.value.reason == reason
    assert refusal.value.message
    assert refusal.value.field == "file"
    assert time.monotonic() - started < 10


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
WIDE = ods_row("a") + ods_row("b", repeated=' table:number-rows-repeated="1000000"').replace(
    "<table:table-cell", '<table:table-cell table:number-columns-repeated="16000"'
)
GREEDY = {
    "cell far away": ("a.xlsx", lambda: xlsx(FAR), {Reason.MEMORY}),
    "row without end": (
        "a.xlsx",
        lambda: zipped(xlsx_parts("<row>" + "<c><v>1</v></c>" * 1_300_000), ZIP_STORED),
        {Reason.MEMORY},
    ),
    "value repeated": ("a.ods", lambda: ods(WIDE), {Reason.MEMORY, Reason.DAMAGED}),
    "nested": (
        "a.xlsx",
        lambda: zipped(xlsx_parts(f"<row>{'<a>' * 1_000_000}</row>"), ZIP_STORED),
        {Reason.EMPTY},
    ),
}
# A process of its own, because a child's peak memory begins with that of its parent.
SCRIPT = """
import json, resource, sys, time
from pathlib import Path
from plugins.imports.reading import HOME, read_file
from plugins.imports.refusals import Refused
path, target = map(Path, sys.argv[1:])
started = time.monotonic()
try:
    read_file(path, path.name, target)
    reason = None
except Refused as refused:
    reason = refused.reason
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
print(json.dumps({"reason": reason, "seconds": time.monotonic() - started, "peak": peak}))
"""


def measured(path, target):
    command = [sys.executable, "-c", SCRIPT, str(path), str(target)]
    return json.loads(subprocess.run(command, cwd=HOME, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("name", GREEDY)
def test_greedy_file_is_refused_within_its_bounds_and_leaves_nothing(tmp_path, name):
    file_name, content, reasons = GREEDY[name]
    path = tmp_path / file_name
    path.write_bytes(content())
    told = measured(path, tmp_path / "rows")
    assert told["reason"] in reasons
    assert told["seconds"] < 10
    assert told["peak"] <= 500 * MEGABYTE
    assert [left.name for left in tmp_path.iterdir()] == [file_name]


def test_hundred_megabytes_of_nothing_are_refused_at_once(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(100 * MEGABYTE)
    with pytest.raises(Refused) as refusal:
        recognise_file(path, "a.csv")
    assert refusal.value.reason == Reason.BINARY


def test_too_big_file_is_refused_naming_both_sizes(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(130 * MEGABYTE)
    with pytest.raises(Refused) as refusal:
        recognise_file(path, "a.csv")
    assert refusal.value.message == "File: 130 MB, allowed 100 MB."


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
def test_workbook_cut_anywhere_is_refused(fixture_files, tmp_path, suffix):
    whole = (fixture_files / f"people.{suffix}").read_bytes()
    path = tmp_path / f"a.{suffix}"
    for length in random.Random(3).sample(range(4, len(whole) - 600), 60):
        path.write_bytes(whole[:length])
        with pytest.raises(Refused):
            read(path)


def test_reading_that_takes_too_long_is_ended(fixture_files, tmp_path):
    limits = Limits(seconds=0.01, seconds_per_megabyte=0)
    with pytest.raises(Refused) as refusal:
        read_file(fixture_files / "people.xlsx", "people.xlsx", tmp_path / "rows", limits=limits)
    assert refusal.value.reason == Reason.TIME


def test_output_is_bounded(fixture_files, tmp_path):
    limits = Limits(output_bytes=100)
    with pytest.raises(Refused) as refusal:
        read_file(fixture_files / "people.ods", "people.ods", tmp_path / "rows", limits=limits)
    assert refusal.value.reason == Reason.OUTPUT
    assert not list(tmp_path.iterdir())


def test_each_reason_has_a_sentence():
    assert set(SENTENCES) == set(Reason)
    assert sentence("not_as_named", {"named": "xls", "found": "html"}) == (
        "The name of the file ends with .xls, but its content is a web page (HTML). Save it in the"
        " right format, or correct the name, and add it again."
    )


def test_each_kind_of_file_has_a_name():
    assert set(SUFFIXES.values()) <= set(FOUND)
