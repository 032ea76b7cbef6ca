"""Times of handing in: every usual form is right, and what may mean several moments is refused."""

from __future__ import annotations

import pytest

from appraise.errors import TimeError
from appraise.grading.submission.times import read_time, read_time_file


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-01 11:00:00 +0100", "10:00"),  # git's %ci
        ("2026-03-01 05:00:00 -0500", "10:00"),
        ("2026-03-01 11:00:00+01:00", "10:00"),
        ("2026-03-01T10:00:00Z", "10:00"),
        ("2026-03-01T10:00:00.123456Z", "10:00"),
        ("2026-03-01 10:00:00.000000 UTC", "10:00"),
        ("2026-03-01 10:00:00", "10:00"),
        ("2026-03-01 11:00 CET", "10:00"),
        ("2026-03-01 11:00:00 Europe/Berlin", "10:00"),
        ("2026-03-01 15:30 +05:30", "10:00"),
        ("2026-03-01 15:30 UTC+05:30", "10:00"),
        ("2026-03-01 11:00 GMT+01", "10:00"),
        ("Sun Mar 1 11:00:00 2026 +0100", "10:00"),
        ("Sun, 01 Mar 2026 11:00:00 +0100", "10:00"),
        ("Sunday, 1 March 2026, 10:00 AM", "10:00"),
        ("1 March 2026, 10:00", "10:00"),
        ("  2026-03-01 10:00:00 UTC\r\n", "10:00"),
    ],
)
def test_one_moment(text: str, utc: str) -> None:
    assert read_time(text).strftime("%Y-%m-%d %H:%M") == f"2026-03-01 {utc}"


MANY = ["01/03/2026", "01.03.2026 10:00", "03-01-26 10:00", "10:00", "1", "may", "Monday", "2026-03-01", "", "PST"]
MANY += ["2026-03-01 10:00 PST", "2026-03-01 10:00 IST", "2026-03-01 10:00 XYZ", "2026-13-01 10:00", "2026-03-01 25:00"]
MANY += ["2026-03-01 10:00 +9900", "2026-03-01 10:00 Europe/Nowhere", "March 10:00", "soon", "9" * 5000]


@pytest.mark.parametrize("text", MANY)
def test_several_moments_or_none(text: str) -> None:
    with pytest.raises(TimeError, match=r"expected|no zone"):
        read_time(text)


def test_a_file_as_windows_writes_it() -> None:
    text = "2026-03-01 10:00:00 UTC\r\n"
    for data in (text.encode("utf-16"), text.encode("utf-8-sig"), text.encode()):
        assert read_time_file(data).hour == 10
    with pytest.raises(TimeError, match="UTF-8 or UTF-16"):
        read_time_file(b"\x93\xfa")
