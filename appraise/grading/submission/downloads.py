"""What lies in a folder of downloads: loose files, zips, zips in zips, each file with its path and its time.

Nothing is unpacked to the disk: names in a zip lead nowhere. A zip that is broken, locked or too large costs itself and
is named; so does a file in it.
"""

from __future__ import annotations

import contextlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

MOST_BYTES = 60_000_000  # of one file
MOST_TOTAL = 4_000_000_000  # of all that is unpacked
MOST_DEPTH = 5  # zips in zips
_LEFT_BY_SYSTEMS = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini", ".ipynb_checkpoints", "__pycache__", ".git"}
_CANNOT_OPEN = (".rar", ".7z", ".tar", ".gz", ".tgz", ".xz", ".bz2")
_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, RuntimeError, ValueError)


@dataclass(frozen=True)
class EntryTime:
    """The time of an entry of a zip, or of a file on the disk.

    Attributes
    ----------
    begins : int
        The place in `Found.parts` at which the entry's name begins.
    moment : datetime or None
        In UTC, where the zip says it so that it means one moment.
    wall : datetime or None
        Without a zone; of a file on the disk in UTC.
    is_of_disk : bool
        When it was put on this disk, which is not when it was handed in.
    """

    begins: int
    moment: datetime | None
    local: datetime | None
    is_of_disk: bool = False


@dataclass(frozen=True)
class FoundFile:
    """A file of a download.

    Attributes
    ----------
    parts : tuple of str
        The names from the outermost to the file's own; a zip is one of them.
    data : bytes
    times : tuple of EntryTime
        From the outermost to the innermost.
    """

    parts: tuple[str, ...]
    data: bytes
    times: tuple[EntryTime, ...] = ()

    @property
    def path(self) -> str:
        """The names in one line, as a person reads them.

        >>> FoundFile(("a.zip", "b", "c.ipynb"), b"").path
        'a.zip/b/c.ipynb'
        """
        return "/".join(self.parts)

    def time_at(self, place: int) -> EntryTime:
        """The time of the entry whose name holds the part at a place."""
        return [t for t in self.times if t.begins <= place][-1]


@dataclass
class Download:
    """All of a folder: files, and what could not be read with the reason."""

    files: list[FoundFile] = field(default_factory=list)
    broken: list[tuple[str, str]] = field(default_factory=list)
    total: int = 0


def read_download(folder: Path) -> Download:
    """Everything that lies in a folder, or in one zip. No link is followed.

    Parameters
    ----------
    folder : Path
    """
    result = Download()
    for path in [folder] if folder.is_file() else sorted(_walk(folder)):
        parts = (path.name,) if path == folder else path.relative_to(folder).parts
        if _is_left_by_system(parts):
            continue
        try:
            size, when = path.stat().st_size, datetime.fromtimestamp(path.stat().st_mtime, UTC)
            times = (EntryTime(0, None, when.replace(tzinfo=None), is_of_disk=True),)
            if path.suffix.lower() == ".zip":
                with path.open("rb") as file:
                    _unzip(file, parts, times, result)
            elif size > MOST_BYTES:
                result.broken.append(("/".join(parts), f"it has {size} bytes, and at most {MOST_BYTES} are read"))
            else:
                _keep(FoundFile(parts, path.read_bytes(), times), result)
        except OSError as e:
            result.broken.append(("/".join(parts), f"it cannot be read ({e.strerror})"))
    return result


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_symlink():
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.is_file():
            yield path


def _is_left_by_system(parts: tuple[str, ...]) -> bool:
    return any(part.lower() in _LEFT_BY_SYSTEMS for part in parts) or parts[-1].startswith("._")


def _keep(file: FoundFile, result: Download) -> None:
    if file.parts[-1].lower().endswith(_CANNOT_OPEN):
        result.broken.append((file.path, "it is packed in a way that is not opened here; unpack it, or ask for a zip"))
    else:
        result.files.append(file)


_Times = tuple[EntryTime, ...]


def _unzip(file: IO[bytes], parts: tuple[str, ...], times: _Times, result: Download) -> None:
    try:
        with zipfile.ZipFile(file) as z:
            for info in z.infolist():
                _entry(z, info, parts, times, result)
    except _ERRORS as e:
        result.broken.append(("/".join(parts), f"the zip is broken ({str(e) or type(e).__name__})"))


def _entry(z: zipfile.ZipFile, info: zipfile.ZipInfo, outer: tuple[str, ...], times: _Times, result: Download) -> None:
    name = _name_of(info)
    inner = tuple(part for part in PurePosixPath(name).parts if part not in ("/", "..", "."))
    if info.is_dir() or name.endswith("/") or not inner or _is_left_by_system(inner):
        return
    parts = (*outer, *inner)
    path = "/".join(parts)
    if info.file_size > MOST_BYTES or result.total + info.file_size > MOST_TOTAL:
        result.broken.append((path, f"it has {info.file_size} bytes unpacked, and at most {MOST_BYTES} are read"))
        return
    try:
        with z.open(info) as file:
            data = file.read(MOST_BYTES + 1)
    except _ERRORS as e:
        why = "it is locked with a password" if info.flag_bits & 1 else f"it is broken ({str(e) or type(e).__name__})"
        result.broken.append((path, why))
        return
    result.total += len(data)
    times = (*times, EntryTime(len(outer), _exact_time(info.extra), _local_time(info)))
    if inner[-1].lower().endswith(".zip"):
        if sum(part.lower().endswith(".zip") for part in parts) > MOST_DEPTH:
            result.broken.append((path, f"it lies more than {MOST_DEPTH} zips deep"))
        else:
            _unzip(io.BytesIO(data), parts, times, result)
        return
    _keep(FoundFile(parts, data, times), result)


def _name_of(info: zipfile.ZipInfo) -> str:
    """A name in a zip: many programs write UTF-8 without saying so, and Windows' write the other slash."""
    name = info.orig_filename if "\\" in info.orig_filename else info.filename
    if not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/").replace("\0", "")


def _exact_time(extra: bytes) -> datetime | None:
    """The time of change in UTC, from the field that Unix programs add."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + size]
        if kind == 0x5455 and len(body) >= 5 and body[0] & 1:
            return datetime.fromtimestamp(struct.unpack_from("<i", body, 1)[0], UTC)
        at += 4 + size
    return None


def _local_time(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time) if info.date_time[0] > 1980 else None
    except ValueError:
        return None
