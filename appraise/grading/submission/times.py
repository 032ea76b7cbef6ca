"""Times of handing in, as LMSs, git, shells and people write them.

nbgrader reads `+0100` as a hundred seconds, an unknown zone as UTC, `01/03/2026` as 3 January and `10:00` as a time of
today. Here a time is read only where it can mean one moment alone; everything else is refused with the reason.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil import parser
from nbgrader.utils import parse_utc

from appraise.errors import TimeError

# Names of zones that mean one offset alone, everywhere. CST, IST, BST and PST are several, or change with the season.
_NAMED = {"utc": 0, "gmt": 0, "z": 0, "cet": 60, "cest": 120, "eet": 120, "eest": 180, "wet": 0, "west": 60}
_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?=$|[T\s,])")
_MONTH = re.compile(r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_OFFSET = re.compile(r"(?:\b(?:UTC|GMT))?\s*([+-])(\d{2}):?(\d{2})?$", re.IGNORECASE)
_ZONE = re.compile(r"(?:\[)?([A-Za-z]+(?:/[A-Za-z_+-]+)+|[A-Za-z]{1,5})(?:\])?$")


def find_zone(name: str) -> tzinfo:
    """A zone by its name in the time zone database, or UTC.

    Raises
    ------
    TimeError
        Where there is no such zone.

    Examples
    --------
    >>> str(find_zone("Europe/Berlin"))
    'Europe/Berlin'
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise TimeError(f"“{name}” is no time zone; expected a name such as Europe/Berlin or UTC") from None


def read_time(text: str, zone: tzinfo | None = UTC) -> datetime:
    """A time as a moment in UTC.

    Parameters
    ----------
    text : str
        With a date whose month and day cannot be mistaken: `2026-03-01`, or a month in letters.
    zone : tzinfo, optional
        Of a time that says nothing of its zone; None refuses such a time.

    Raises
    ------
    TimeError
        For a text that is no time, or may mean several; the text says why.

    Examples
    --------
    >>> read_time("2026-03-01 11:00:00 +0100").isoformat()
    '2026-03-01T10:00:00+00:00'
    >>> read_time("01/03/2026 10:00")
    Traceback (most recent call last):
        ...
    appraise.errors.TimeError: “01/03/2026 10:00”: expected a date such as 2026-03-01, which cannot be mistaken
    """
    cleaned = " ".join(text.replace("\u202f", " ").split())
    result = cleaned
    offset: tzinfo | None = None
    if _CLOCK.search(result) and (sign := _OFFSET.search(result)):
        hours, minutes = int(sign[2]), int(sign[3] or 0)
        if hours > 14 or minutes > 59:
            raise TimeError(f"“{text[:60]}”: expected an offset of at most 14 hours")
        offset = timezone((1 if sign[1] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
        result = result[: sign.start()].strip()
    elif (named := _ZONE.search(result)) and not _is_part_of_date(named[1]):
        offset = _zone_in_text(named[1], text)
        result = result[: named.start()].strip()
    if not (_ISO.match(result) or (_MONTH.search(result) and re.search(r"\b\d{4}\b", result))):
        raise TimeError(f"“{text[:60]}”: expected a date such as 2026-03-01, which cannot be mistaken")
    if not _CLOCK.search(result):
        raise TimeError(f"“{text[:60]}”: expected a time of day, such as 2026-03-01 17:30")
    try:
        moment: datetime = parser.parse(result.replace(",", " "), default=datetime(2000, 1, 1))
    except (ValueError, OverflowError):
        raise TimeError(f"“{text[:60]}”: expected a time such as 2026-03-01 17:30 +01:00") from None
    place = offset or zone
    if place is None:
        raise TimeError(f"“{text[:60]}”: expected a time with its zone")
    return moment.replace(tzinfo=place).astimezone(UTC)


def _is_part_of_date(word: str) -> bool:
    return word.lower() in ("am", "pm") or _MONTH.fullmatch(word) is not None


def _zone_in_text(name: str, text: str) -> tzinfo:
    if name.lower() in _NAMED:
        return timezone(timedelta(minutes=_NAMED[name.lower()]))
    if "/" in name:
        return find_zone(name)
    raise TimeError(f"“{text[:60]}”: “{name}” is no zone, or several; expected an offset such as +01:00")


def read_time_file(data: bytes) -> datetime:
    """The time in a `timestamp.txt`, in UTF-8 or UTF-16; without a zone it is UTC.

    Raises
    ------
    TimeError
        As `read_time`.

    Examples
    --------
    >>> read_time_file("2026-03-01 10:00:00 UTC".encode("utf-16")).hour
    10
    """
    for start, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig")):
        if data.startswith(start):
            try:
                return read_time(data.decode(encoding))
            except UnicodeDecodeError:
                break
    raise TimeError("the time is no text in UTF-8 or UTF-16")


def nbgraders_text(data: bytes) -> str:
    """What a `timestamp.txt` holds, as it is where nbgrader reads it rightly, and else as nbgrader writes times.

    Raises
    ------
    TimeError
        As `read_time`.

    Examples
    --------
    >>> nbgraders_text(b"2026-03-01T10:00:00Z"), nbgraders_text(b"2026-03-01 11:00:00 +0100")
    ('2026-03-01T10:00:00Z', '2026-03-01 10:00:00.000000 UTC')
    """
    moment = read_time_file(data)
    try:
        text = data.decode("utf-8").strip()
        if parse_utc(text) == moment.replace(tzinfo=None):
            return text
    except (ValueError, OverflowError):
        pass
    return write_time(moment)


def write_time(moment: datetime) -> str:
    """A moment as nbgrader writes it.

    Examples
    --------
    >>> write_time(datetime(2026, 3, 1, 11, tzinfo=timezone(timedelta(hours=1))))
    '2026-03-01 10:00:00.000000 UTC'
    """
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
