"""Reads the compound files (OLE2) that hold .xls workbooks and encrypted .xlsx ones.

Layout after [MS-CFB] Compound File Binary File Format: a file of equal sectors, chained by an
allocation table (FAT); streams shorter than 4,096 bytes share a mini stream of 64-byte sectors.
Only reading is here, every chain is bounded by the size of the file, and a chain that leaves
the file or runs in a circle means that the file is damaged.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plugins.imports.refusals import Reason, Refused

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER_BYTES = 512
ENTRY_BYTES = 128
LAST_REGULAR_SECTOR = 0xFFFFFFFA
STORAGE, STREAM, ROOT = 1, 2, 5


@dataclass(frozen=True)
class Entry:
    """One name in the directory: a stream with its first sector and size in bytes, or a folder."""

    name: str
    type: int
    start: int
    size: int


class Container:
    """An opened compound file; its directory is read, its streams on request."""

    def __init__(self, path: Path) -> None:
        self._bytes = path.read_bytes()
        if len(self._bytes) < HEADER_BYTES or not self._bytes.startswith(SIGNATURE):
            raise Refused(Reason.DAMAGED)
        shift, mini_shift = struct.unpack_from("<HH", self._bytes, 30)
        if shift not in {9, 12} or mini_shift != 6:
            raise Refused(Reason.DAMAGED)
        self._sector_bytes = 1 << shift
        first_directory, _, self._cutoff, first_mini = struct.unpack_from("<4I", self._bytes, 48)
        self._fat = self._table(self._fat_sectors())
        self._mini_fat = self._table(self._chain(first_mini, self._fat))
        directory = b"".join(map(self._sector, self._chain(first_directory, self._fat)))
        self.entries = [
            _entry(directory, at)
            for at in range(0, len(directory) - ENTRY_BYTES + 1, ENTRY_BYTES)
            if directory[at + 66] in {STORAGE, STREAM, ROOT}
        ]
        if not self.entries or self.entries[0].type != ROOT:
            raise Refused(Reason.DAMAGED)

    def names(self) -> set[str]:
        """Return the names of all streams and folders, whatever their depth."""
        return {entry.name for entry in self.entries}

    def stream(self, name: str) -> bytes:
        """Return the content of the stream of that name; a missing or cut one is damage."""
        for entry in self.entries:
            if entry.type == STREAM and entry.name == name:
                return self._content(entry)
        raise Refused(Reason.DAMAGED)

    def _content(self, entry: Entry) -> bytes:
        if entry.size >= self._cutoff:
            content = b"".join(map(self._sector, self._chain(entry.start, self._fat)))
        else:
            root = self.entries[0]
            mini = b"".join(map(self._sector, self._chain(root.start, self._fat)))
            content = b"".join(
                mini[sector * 64 : sector * 64 + 64]
                for sector in self._chain(entry.start, self._mini_fat)
            )
        if len(content) < entry.size:
            raise Refused(Reason.DAMAGED)
        return content[: entry.size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._sector_bytes
        if start >= len(self._bytes):
            raise Refused(Reason.DAMAGED)
        return self._bytes[start : start + self._sector_bytes]

    def _chain(self, first: int, table: array[int]) -> Iterator[int]:
        sector = first
        for _ in range(len(table) + 1):
            if sector > LAST_REGULAR_SECTOR:
                return
            if sector >= len(table):
                break
            yield sector
            sector = table[sector]
        raise Refused(Reason.DAMAGED)

    def _table(self, sectors: Iterator[int]) -> array[int]:
        numbers = array("I")
        for number in sectors:
            sector = self._sector(number)
            numbers.frombytes(sector[: len(sector) // 4 * 4])
        return numbers

    def _fat_sectors(self) -> Iterator[int]:
        """Yield the sectors of the allocation table: 109 from the header, then by the DIFAT."""
        most = len(self._bytes) // self._sector_bytes + 1
        found = list(struct.unpack_from("<109I", self._bytes, 76))
        following, count = struct.unpack_from("<2I", self._bytes, 68)
        for _ in range(min(count, most)):
            if following > LAST_REGULAR_SECTOR:
                break
            sector = self._sector(following)
            numbers = struct.unpack(f"<{len(sector) // 4}I", sector[: len(sector) // 4 * 4])
            found += numbers[:-1]
            following = numbers[-1] if numbers else LAST_REGULAR_SECTOR + 1
        return (sector for sector in found[:most] if sector <= LAST_REGULAR_SECTOR)


def _entry(directory: bytes, at: int) -> Entry:
    length, kind = struct.unpack_from("<HB", directory, at + 64)
    name = directory[at : at + min(max(length - 2, 0), 62)].decode("utf-16-le", "replace")
    start, size = struct.unpack_from("<IQ", directory, at + 116)
    return Entry(name, kind, start, size & 0xFFFFFFFF)
