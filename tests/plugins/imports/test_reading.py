"""The child process: what it stores, how it is bounded, what is left when it fails."""

import os
import signal
import sys

import pytest

from core.tables.cells import FileKind
from plugins.imports import reading
from plugins.imports.cells import read_rows
from plugins.imports.limits import Limits, Options
from plugins.imports.reading import read_file
from plugins.imports.refusals import Reason, Refused
from tests.plugins.imports.test_workbook_reading import PEOPLE


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_result_tells_columns_rows_and_sheets(fixture_files, tmp_path, kind):
    result = read_file(fixture_files / f"people.{kind}", f"People.{kind}", tmp_path / "rows")
    assert result.kind == FileKind(kind)
    assert (result.sheet, result.sheets) == ("Osoby", ("Pusty", "Osoby"))
    assert result.columns[-2:] == ("Błąd", "Uwagi")
    assert result.row_count == 3
    assert [(row.number, [as_float(c) for c in row.cells]) for row in result.sample] == PEOPLE
    assert list(read_rows(result.rows_path)) == list(result.sample)
    assert [left.name for left in tmp_path.iterdir()] == ["rows"]


def as_float(cell):
    return float(cell) if type(cell).__name__ == "Decimal" else cell


def test_options_are_obeyed(fixture_files, tmp_path):
    path = fixture_files / "people-windows1250.csv"
    options = Options(encoding="iso-8859-2", separator=",")
    result = read_file(path, path.name, tmp_path / "rows", options)
    assert (result.encoding, result.separator) == ("iso-8859-2", ",")
    assert len(result.columns) == 1


def test_rows_longer_than_the_header_are_kept_and_counted(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;2;3\n1;2\n1;2;3;4\n" + "1;2\n" * 60)
    result = read_file(path, "a.csv", tmp_path / "rows")
    assert result.columns == ("a", "b", "", "")
    assert result.long_rows == 2
    assert (result.row_count, len(result.sample)) == (63, 50)


def test_long_texts_are_cut_in_the_sample_only(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1;" + "ż" * 200_000)
    result = read_file(path, "a.csv", tmp_path / "rows")
    assert len(result.sample[0].cells[1]) == 1_000
    assert len(next(read_rows(result.rows_path)).cells[1]) == 200_000


def test_refusal_leaves_an_earlier_result_alone(tmp_path):
    path, target = tmp_path / "a.csv", tmp_path / "rows"
    target.write_text("earlier")
    path.write_bytes(b'a;b\n1;2\n3;"4')
    with pytest.raises(Refused) as refusal:
        read_file(path, "a.csv", target)
    assert refusal.value.reason == Reason.UNCLOSED_QUOTE
    assert refusal.value.details == {"line": 3}
    assert target.read_text() == "earlier"
    assert len(list(tmp_path.iterdir())) == 2


def test_child_gets_nothing_of_the_environment(fixture_files, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "tajne")
    script = "import os, json; print(json.dumps({'refused': 'size', 'details': dict(os.environ)}))"
    monkeypatch.setattr(reading, "CHILD", (sys.executable, "-c", script))
    with pytest.raises(Refused) as refusal:
        read_file(fixture_files / "people.ods", "a.ods", tmp_path / "rows")
    assert "SECRET_KEY" not in refusal.value.details


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import time; time.sleep(30)", Reason.TIME),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", Reason.TIME),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", Reason.MEMORY),
        ("import sys; sys.exit('memory allocation of 9 bytes failed')", Reason.MEMORY),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", Reason.DAMAGED),
        ("1/0", Reason.DAMAGED),
        ("pass", Reason.DAMAGED),
    ],
)
def test_end_of_the_child_becomes_a_reason(tmp_path, monkeypatch, script, reason):
    monkeypatch.setattr(reading, "CHILD", (sys.executable, "-c", script))
    with pytest.raises(Refused) as refusal:
        read_file(tmp_path / "a.csv", "a.csv", tmp_path / "rows", limits=Limits(seconds=1.5))
    assert refusal.value.reason == reason


def test_no_child_is_left_behind(tmp_path, monkeypatch):
    told = tmp_path / "pid"
    script = f"import os, time; open({str(told)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    monkeypatch.setattr(reading, "CHILD", (sys.executable, "-c", script))
    with pytest.raises(Refused):
        read_file(tmp_path / "a.csv", "a.csv", tmp_path / "rows", limits=Limits(seconds=1.5))
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), signal.SIG_DFL)


def test_full_disk_is_named(fixture_files, tmp_path):
    with pytest.raises(Refused) as refusal:
        read_file(fixture_files / "people.ods", "a.ods", LinkToFull(tmp_path).target)
    assert refusal.value.reason == Reason.NO_ROOM


class LinkToFull:
    """A target whose unfinished file is a device that is always full."""

    def __init__(self, folder):
        self.target = folder / "rows"
        (folder / "rows.part").symlink_to("/dev/full")
