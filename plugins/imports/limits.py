"""What reading one file may cost, and what the user chose about the file."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds of reading one file; bytes, seconds and characters.

    `seconds` is for recognising and opening; each megabyte to be read then adds
    `seconds_per_megabyte`. `ratio` is unpacked to packed size of one part of a workbook.
    """

    file_bytes: int = 100 * MEGABYTE
    unpacked_bytes: int = 2048 * MEGABYTE
    output_bytes: int = 2048 * MEGABYTE
    memory_bytes: int = 500 * MEGABYTE
    ratio: int = 200
    parts: int = 10_000
    columns: int = 2_000
    cell_characters: int = 1_000_000
    line_characters: int = 8_000_000
    seconds: float = 9.0
    seconds_per_megabyte: float = 1.5


@dataclass(frozen=True)
class Options:
    """What the user set by hand; None means: recognise it."""

    sheet: str | None = None
    encoding: str | None = None
    separator: str | None = None
