"""Opens zip archives that came from outside: bounded, checked, and never by their names.

The bounds stand before anything is unpacked: the sizes that the archive declares. They cannot
lie, because `zipfile` never unpacks more of a part than its declared size and then compares the
checksum. What a part really holds is what the readers get; no other program opens the archive.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from plugins.imports.limits import MEGABYTE, Limits
from plugins.imports.refusals import Reason, Refused

BLOCK_BYTES = 1 * MEGABYTE
SMALL_PART_BYTES = 16 * MEGABYTE
ENCRYPTED_FLAG = 0x1
UNSAFE_NAME = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\0")
PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# Everything zipfile is known to raise on bytes that are not a sound archive.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


class Archive:
    """An opened archive whose sizes and names are within bounds.

    Names are compared without case and with forward slashes, as spreadsheet programs do.
    """

    def __init__(self, packed: zipfile.ZipFile, limits: Limits) -> None:
        self._packed = packed
        parts = packed.infolist()
        if len(parts) > limits.parts:
            raise Refused(Reason.BOMB)
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for part in parts:
            _check_part(part, limits)
            name = plain_name(part.filename)
            if name in self._parts:
                raise Refused(Reason.DAMAGED)
            self._parts[name] = part
        if sum(part.file_size for part in parts) > limits.unpacked_bytes:
            raise Refused(Reason.BOMB)

    def names(self) -> set[str]:
        """Return the names of all parts, in lower case with forward slashes."""
        return set(self._parts)

    def size(self, name: str) -> int:
        """Return the unpacked size of a part in bytes, 0 for a missing one."""
        part = self._parts.get(plain_name(name))
        return part.file_size if part else 0

    def blocks(self, name: str, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
        """Yield a part in blocks; a missing, cut or wrongly packed one is damage."""
        part = self._parts.get(plain_name(name))
        if part is None:
            raise Refused(Reason.DAMAGED)
        with _damage_named(), self._packed.open(part) as unpacked:
            yield from iter(partial(unpacked.read, block_bytes), b"")

    def content(self, name: str, most: int = SMALL_PART_BYTES) -> bytes:
        """Return a small part whole; one of more than `most` bytes is a bomb."""
        if self.size(name) > most:
            raise Refused(Reason.BOMB)
        return b"".join(self.blocks(name))


@contextmanager
def opened(path: Path, limits: Limits) -> Iterator[Archive]:
    """Open an archive, its sizes and names checked, for as long as the block runs."""
    with _damage_named():
        packed = zipfile.ZipFile(path)
    with packed:
        yield Archive(packed, limits)


def plain_name(name: str) -> str:
    """Return the name of a part as it is compared: lower case, forward slashes."""
    return name.replace("\\", "/").lower()


def _check_part(part: zipfile.ZipInfo, limits: Limits) -> None:
    if UNSAFE_NAME.search(part.orig_filename):
        raise Refused(Reason.UNSAFE_NAMES)
    if part.flag_bits & ENCRYPTED_FLAG:
        raise Refused(Reason.ENCRYPTED)
    if part.compress_type not in PACKINGS:
        raise Refused(Reason.DAMAGED)
    if part.file_size > MEGABYTE and part.file_size > part.compress_size * limits.ratio:
        raise Refused(Reason.BOMB)


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except DAMAGE as error:
        raise Refused(Reason.DAMAGED) from error
