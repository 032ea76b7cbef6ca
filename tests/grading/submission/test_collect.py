"""Collecting: whose file it is in every way that LMSs and learners name them, which counts, and what a second one does."""

from __future__ import annotations

import csv
import io
import json
import struct
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest

from appraise.__main__ import main as appraise
from appraise.errors import CollectError
from appraise.grading.collecting import collect
from appraise.grading.submission.names import Finder
from appraise.grading.submission.people import Person
from appraise.grading.submission.questions import questions_file

SLUG = "90-fixture"
PEOPLE = [
    Person("s01", "Jane", "Doe", "jane.doe@uni.example", "4711", "jdoe", numbers="12345"),
    Person("s02", "Max", "Roe", "max@uni.example", "4712", "mroe", numbers="12346"),
    Person("s03", "Zoë", "Müller", "z.m@uni.example", "4713", "zmu"),
    Person("s04", "太郎", "山田", "yamada@uni.example", "4714"),
    Person("s05", "Ada", "O'Neil", "ada@uni.example", "4715"),
    Person("jan_de", "Jan", "de Wit", "jw@uni.example", "4716"),
    Person("jan_vries", "Jan", "Vries", "jv@uni.example", "4717"),
    Person("1", "Uno", "One", "uno@uni.example", "4718"),
    Person("alice", "Alice", "Ay"),
    Person("alice-1", "Alice", "Bee"),
    Person("дмитрий", "Дмитрий", "Иванов"),
]


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(PEOPLE, {}, [SLUG, "04-the-numbers"])


@pytest.mark.parametrize(
    ("path", "who"),
    [
        # Canvas: name, LATE, number of the person, number of the file
        (f"submissions.zip/doejane_4711_88001_{SLUG}.ipynb", "s01"),
        (f"submissions.zip/roemax_LATE_4712_88002_{SLUG}-1.ipynb", "s02"),
        (f"müllerzoë_4713_88003_{SLUG}.ipynb", "s03"),
        (f"müllerzoë_999_88003_{SLUG}.ipynb", "s03"),  # a number that nobody knows: by the name
        (f"山田太郎_999_88004_{SLUG}.ipynb", "s04"),
        (f"doejane_4711_88001_s02_{SLUG}.ipynb", "s01"),  # the learner's own part says somebody else
        (f"doejane_4711_88001_work.zip/s02/{SLUG}.ipynb", "s01"),
        (f"unknown_999_88001_s02_{SLUG}.ipynb", "s02"),  # the LMS' part says nothing
        # Moodle: with folders, without, blind
        (f"Jane Doe_999_assignsubmission_file_/{SLUG}.ipynb", "s01"),
        ("Jane Doe_999_assignsubmission_file/my work.ipynb", "s01"),
        (f"Ada O'Neil_1234001_assignsubmission_file/{SLUG}.ipynb", "s05"),
        (f"Participant_12345_assignsubmission_file_{SLUG}.ipynb", "s01"),
        (f"Participant 12346_12346_assignsubmission_file_/{SLUG}.ipynb", "s02"),
        (f"Max Roe_12346_assignsubmission_file_s01_{SLUG}.ipynb", "s02"),
        # Blackboard, Brightspace
        (f"Lesson_jdoe_attempt_2026-03-01-10-22-33_{SLUG}.ipynb", "s01"),
        (f"12345-67890 - Max Roe - Mar 1, 2026 1022 AM/{SLUG}.ipynb", "s02"),
        # as learners name them
        (f"s01_{SLUG}.ipynb", "s01"),
        (f"S01 {SLUG} (1).ipynb", "s01"),
        (f"s01-{SLUG}-Copy1.ipynb", "s01"),
        (f"{SLUG}_s01_final.ipynb", "s01"),
        (f"{SLUG}-1_s02.ipynb", "s02"),
        (f"s02_{SLUG}-1.ipynb", "s02"),  # -1 is a copy, and not the student called 1
        (f"s19/s02.zip/{SLUG}.ipynb", "s02"),
        (f"jane.doe@uni.example_{SLUG}.ipynb", "s01"),
        (f"jdoe {SLUG}.ipynb", "s01"),
        ("Jane Doe.ipynb", "s01"),
        (f"Doe, Jane - {SLUG}.ipynb", "s01"),
        (f"doe_jane_{SLUG}.ipynb", "s01"),
        (f"Zoe Muller {SLUG}.ipynb", "s03"),
        ("Mu\u0308ller_Zoe\u0308.ipynb", "s03"),  # accents as macOS writes them
        (f"山田 太郎_{SLUG}.ipynb", "s04"),
        (f"дмитрий_{SLUG}.ipynb", "дмитрий"),
        ("Иванов Дмитрий.ipynb", "дмитрий"),
        (f"jan_de_{SLUG}.ipynb", "jan_de"),
        (f"jan de {SLUG}.ipynb", "jan_de"),
        (f"jan-vries-{SLUG}.ipynb", "jan_vries"),
        (f"s19_04.zip/work/{SLUG}/{SLUG}.ipynb", None),
        (f"s02_04.zip/work/{SLUG}/{SLUG}.ipynb", "s02"),
        # nobody for certain
        ("Untitled.ipynb", None),
        (f"{SLUG}.ipynb", None),
        (f"s1_{SLUG}.ipynb", None),
        (f"s011_{SLUG}.ipynb", None),
        (f"Doe_{SLUG}.ipynb", None),  # a last name alone
        (f"s01_s02_{SLUG}.ipynb", None),
        (f"jan_{SLUG}.ipynb", None),
        ("alice-1.ipynb", None),  # the first copy of alice's, or alice-1's
        (f"xs01_{SLUG}.ipynb", None),
    ],
)
def test_whose_a_file_is(finder: Finder, path: str, who: str | None) -> None:
    found = finder.find(tuple(path.split("/")))
    assert (found.person.id if found.person else None) == who


def test_who_it_may_be_is_named(finder: Finder) -> None:
    def may_be(name: str) -> set[str]:
        return {p.id for p in finder.find((name,)).candidates}

    assert may_be(f"s01_s02_{SLUG}.ipynb") == {"s01", "s02"}
    assert may_be("alice-1.ipynb") == {"alice", "alice-1"}
    assert "s01" in may_be(f"Doe_{SLUG}.ipynb")
    assert {"jan_de", "jan_vries"} <= may_be("Jan.ipynb")
    assert may_be("Untitled.ipynb") == set()


def test_two_of_one_name_are_asked_for() -> None:
    twins = Finder([Person("a", "Jane", "Doe", lms_user_id="1"), Person("b", "Jane", "Doe")], {}, [SLUG])
    assert {p.id for p in twins.find((f"doejane_9_8_{SLUG}.ipynb",)).candidates} == {"a", "b"}
    assert twins.find((f"doejane_1_8_{SLUG}.ipynb",)).person.id == "a"


# ── the command ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Room:
    """A course with a roster, a folder for downloads and notebooks of one lesson that differ by a mark."""

    def __init__(self, a_class: Any, submission: Any) -> None:
        self.course, self.submission = a_class, submission
        self.folder = a_class.root / "downloads"
        self.folder.mkdir()
        self.own = a_class.root / "grading"

    def roster(self, text: str) -> None:
        file = self.course.root / "roster.csv"
        file.write_text(text, encoding="utf-8")
        assert appraise(["roster", str(file)]) == 0

    def notebook(self, mark: str, right: bool = True) -> bytes:
        nb = self.submission({"n-in-each-arm": f"arm_n = 40  # {mark}"} if right else None, right)
        return nbformat.writes(nb).encode()

    def zip(
        self, name: str, files: Mapping[str, bytes], when: Any = (2026, 3, 1, 12, 0, 0), extra: int | None = None
    ) -> Path:
        (self.folder / name).write_bytes(zipped(files, when, extra))
        return self.folder / name

    def taken(self) -> dict[str, str]:
        """Student to the mark of the notebook that lies there."""
        found = {}
        for file in (self.own / "submitted").glob(f"*/{SLUG}/{SLUG}.ipynb"):
            text = file.read_text(encoding="utf-8", errors="replace")
            found[file.parent.parent.name] = (
                text.partition("arm_n = 40  # ")[2][:3].strip('"\\ ,\n') if "# " in text else text
            )
        return found

    def when(self, who: str) -> str | None:
        file = self.own / "submitted" / who / SLUG / "timestamp.txt"
        return file.read_text(encoding="utf-8") if file.is_file() else None


def zipped(files: Mapping[str, bytes], when: Any = (2026, 3, 1, 12, 0, 0), extra: int | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for n, (name, data) in enumerate(files.items()):
            info = zipfile.ZipInfo(name, when[n] if isinstance(when, list) else when)
            if extra is not None:
                info.extra = struct.pack("<HHBi", 0x5455, 5, 1, extra + n * 3600)
            z.writestr(info, data)
    return out.getvalue()


@pytest.fixture
def room(a_class: Any, submission: Any) -> Room:
    found = Room(a_class, submission)
    found.roster(
        "Student,ID,SIS User ID,SIS Login ID,Section\n"
        '"    Points Possible",,,,\n"Doe, Jane",4711,s01,jdoe,A\n"Roe, Max",4712,s02,mroe,A\n'
        '"Müller, Zoë",4713,s03,zmu,A\n"Ix, Vi",4714,s04,vix,A\n"Student, Test",99,,a1b2c3d4,A\n'
    )
    return found


def test_monday_and_tuesday(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    room.zip("monday.zip", {f"s01_{SLUG}.ipynb": room.notebook("m1")})
    assert collect(SLUG, room.folder) == 0
    assert room.taken() == {"s01": "m1"}
    room.zip(
        "tuesday.zip",
        {f"s01_{SLUG}.ipynb": room.notebook("t1"), f"s02_{SLUG}.ipynb": room.notebook("t2")},
        (2026, 3, 2, 9, 0, 0),
    )
    capsys.readouterr()
    assert collect(SLUG, room.folder) == 0
    assert room.taken() == {"s01": "t1", "s02": "t2"}
    said = capsys.readouterr().out
    assert "s01: collected anew," in said
    assert "s02: collected “tuesday.zip" in said
    assert "s03: not handed in." in said
    earlier = list((room.own / "collected" / "earlier" / SLUG / "s01").rglob("*.ipynb"))
    assert ["# m1" in f.read_text() for f in earlier] == [True], "what is replaced is kept"
    times = {f: f.stat().st_mtime_ns for f in (room.own / "submitted").rglob("*") if f.is_file()}
    assert collect(SLUG, room.folder) == 0
    again = capsys.readouterr().out
    assert "s01: unchanged," in again
    assert "s02: unchanged," in again
    assert {f: f.stat().st_mtime_ns for f in times} == times, "a second download of everything changes nothing"


def test_an_older_download_replaces_nothing(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    new = room.zip("tuesday.zip", {f"s01_{SLUG}.ipynb": room.notebook("t1")}, (2026, 3, 2, 9, 0, 0))
    collect(SLUG, room.folder)
    new.unlink()
    room.zip("monday.zip", {f"s01_{SLUG}.ipynb": room.notebook("m1")})
    capsys.readouterr()
    collect(SLUG, room.folder)
    assert room.taken() == {"s01": "t1"}
    assert "is newer than" in capsys.readouterr().out


def test_canvas_with_all_that_it_does(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    inner = zipped(
        {f"work/{SLUG}.ipynb": room.notebook("z3"), "work/data.csv": b"a,b\n", "__MACOSX/work/._x.ipynb": b"\0\5"}
    )
    room.zip(
        "submissions.zip",
        {
            f"doejane_4711_88001_{SLUG}.ipynb": room.notebook("a1"),
            f"doejane_4711_88009_{SLUG}-1.ipynb": room.notebook("a2"),
            "roemax_LATE_4712_88002_my answers.ipynb": room.notebook("b1"),
            "müllerzoë_4713_88003_work.zip": inner,
            "__MACOSX/._doejane_4711_88001_x.ipynb": b"\0\5\x16\7",
            f"nobody_5555_88005_{SLUG}.ipynb": room.notebook("n1"),
            "ixvi_4714_88006_broken.zip": b"PK\3\4 not a zip",
        },
    )
    assert collect(SLUG, room.folder) == 0
    said = capsys.readouterr().out
    assert room.taken() == {"s01": "a2", "s02": "b1", "s03": "z3"}
    assert (room.own / "submitted" / "s03" / SLUG / "data.csv").read_bytes() == b"a,b\n"
    assert "marked as late by the LMS" in said
    assert "Of 2 notebooks the newest counts" in said
    assert "broken.zip”: the zip is broken" in said
    assert f"nobody_5555_88005_{SLUG}.ipynb" in said
    assert not (room.own / "submitted" / SLUG).exists()
    record = json.loads((room.own / "collected" / f"{SLUG}.json").read_text())
    assert record["s02"][-1]["prefix"] == "roemax_LATE_4712_88002_"
    assert room.when("s01") is None, "the time at which Canvas made the zip is no time of handing in"


def test_moodle_with_folders_and_a_worksheet(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = "Identifier,Full name,ID number,Email address,Status\nParticipant 77,,s02,,x\nParticipant 78,Vi Ix,,,x\n"
    (room.folder / "Grades.csv").write_text(sheet, encoding="utf-8-sig")
    room.zip(
        "all.zip",
        {
            f"Jane Doe_75_assignsubmission_file_/{SLUG}.ipynb": room.notebook("a1"),
            "Jane Doe_75_assignsubmission_onlinetext_/onlinetext.html": b"<p>see file</p>",
            f"Participant_77_assignsubmission_file_{SLUG}.ipynb": room.notebook("b1"),
            f"Participant_78_assignsubmission_file_/sub/{SLUG}.ipynb.txt": room.notebook("d1"),
        },
    )
    collect(SLUG, room.folder)
    assert room.taken() == {"s01": "a1", "s02": "b1", "s04": "d1"}
    assert "nobody's for certain" not in capsys.readouterr().out


def test_what_is_nobodys_is_asked_for_and_given_back(
    room: Room, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    room.zip(
        "x.zip",
        {
            "Untitled.ipynb": room.notebook("u1"),
            f"s01_s02_{SLUG}.ipynb": room.notebook("p1"),
            f"s03_{SLUG}.ipynb": room.notebook("ok"),
        },
    )
    collect(SLUG, room.folder)
    assert room.taken() == {"s03": "ok"}, "it stops nobody else"
    sheet = questions_file(room.own, SLUG)
    rows = list(csv.DictReader(sheet.open(encoding="utf-8-sig", newline="")))
    assert [(r["file"], r["student"]) for r in rows] == [
        (f"x.zip/s01_s02_{SLUG}.ipynb", ""),
        ("x.zip/Untitled.ipynb", ""),
    ] or len(rows) == 2
    assert any("s01 (Jane Doe) or s02 (Max Roe)" in r["candidates"] for r in rows)
    mine = tmp_path / "filled.csv"
    for r in rows:
        r["student"] = "S02" if "s01_s02" in r["file"] else "-"
    with mine.open("w", encoding="cp1252", newline="") as f:  # as Excel saves it
        write = csv.DictWriter(f, list(rows[0]), delimiter=";")
        write.writeheader()
        write.writerows(rows)
    capsys.readouterr()
    collect(SLUG, room.folder, mine)
    assert room.taken() == {"s03": "ok", "s02": "p1"}
    assert "nobody's for certain" not in capsys.readouterr().out
    collect(SLUG, room.folder)  # and it is remembered
    assert "nobody's for certain" not in capsys.readouterr().out
    rows[0]["student"] = "s77"
    with mine.open("w", encoding="utf-8", newline="") as f:
        write = csv.DictWriter(f, list(rows[0]))
        write.writeheader()
        write.writerows(rows)
    with pytest.raises(CollectError, match="“s77” is not on the roster"):
        collect(SLUG, room.folder, mine)


def test_two_people_of_the_lms_who_name_one_student_are_asked_for(room: Room) -> None:
    room.zip(
        "x.zip", {f"one_71_1_s01_{SLUG}.ipynb": room.notebook("o1"), f"two_72_2_s01_{SLUG}.ipynb": room.notebook("o2")}
    )
    collect(SLUG, room.folder)
    assert room.taken() == {}
    assert questions_file(room.own, SLUG).is_file()


@pytest.mark.parametrize("damage", ["cut", "crc", "locked"])
def test_a_broken_zip_costs_itself(room: Room, capsys: pytest.CaptureFixture[str], damage: str) -> None:
    good = zipped({f"s01_{SLUG}.ipynb": room.notebook("g1"), f"s02_{SLUG}.ipynb": room.notebook("g2")})
    data = bytearray(good)
    if damage == "cut":
        data = data[: len(data) // 2]
    elif damage == "crc":
        place = data.index(b".ipynb") + 40
        data[place : place + 30] = bytes(30)
    else:
        for sign in (b"PK\3\4", b"PK\1\2"):
            at = data.index(sign) + (6 if sign == b"PK\3\4" else 8)
            data[at] |= 1
    (room.folder / "bad.zip").write_bytes(bytes(data))
    room.zip("good.zip", {f"s03_{SLUG}.ipynb": room.notebook("g3")})
    assert collect(SLUG, room.folder) == 0
    assert room.taken()["s03"] == "g3"
    said = capsys.readouterr().out
    assert "bad.zip" in said.partition("Not read")[2]
    if damage != "cut":
        assert room.taken()["s02"] == "g2", "of a broken zip all that can be read is taken"


def test_names_that_lead_elsewhere_and_windows_and_old_encodings(room: Room) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(f"../../../s01_{SLUG}.ipynb", room.notebook("a1"))
        z.writestr(f"Roe Max\\{SLUG}.ipynb", room.notebook("b1"))
        z.writestr("/etc/passwd", b"x")
    (room.folder / "x.zip").write_bytes(out.getvalue())
    # UTF-8 in a name, without the sign that says so
    raw = zipped({f"M_ller Zo__9_assignsubmission_file_/{SLUG}.ipynb": room.notebook("c1")})
    raw = raw.replace(b"M_ller Zo__9", "Müller Zoë_9".encode()[: len(b"M_ller Zo__9")])
    (room.folder / "y.zip").write_bytes(raw)
    collect(SLUG, room.folder)
    assert {"s01": "a1", "s02": "b1"}.items() <= room.taken().items()
    assert sorted(p.name for p in (room.own / "submitted").iterdir()) == sorted(room.taken())


def test_the_untouched_release_never_hides_the_work(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    room.zip(
        "x.zip",
        {f"s01_{SLUG}.ipynb": room.notebook("", right=False), f"s01_{SLUG} (1).ipynb": room.notebook("w1")},
        [(2026, 3, 3, 9, 0, 0), (2026, 3, 1, 9, 0, 0)],
    )
    collect(SLUG, room.folder)
    assert room.taken() == {"s01": "w1"}
    assert "the newest is as it was released" in capsys.readouterr().out


def test_another_lessons_notebook_is_named_and_not_taken(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    nb = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("x = 1")], metadata={"appraise": {"lesson": "05-compared-with-what"}}
    )
    room.zip("x.zip", {"s01_05-compared-with-what.ipynb": nbformat.writes(nb).encode()})
    collect(SLUG, room.folder)
    assert room.taken() == {}
    assert "is of lesson 05-compared-with-what" in capsys.readouterr().out


def test_times_that_are_known_are_kept_and_others_are_not_guessed(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {f"doejane_4711_1_{SLUG}.ipynb": room.notebook("a1"), f"roemax_4712_2_{SLUG}.ipynb": room.notebook("b1")}
    at = int(datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp())
    room.zip("x.zip", files, (2026, 3, 1, 12, 0, 0))
    collect(SLUG, room.folder)
    assert room.when("s01") is None
    assert "Of 2 the time of handing in is not known" in capsys.readouterr().out
    collect(SLUG, room.folder, zone="Europe/Berlin")
    assert room.when("s01") == "2026-03-01 11:00:00.000000 UTC"
    assert "handed in 2026-03-01 11:00 UTC" in capsys.readouterr().out
    room.zip("x.zip", files, [(2026, 3, 1, 11, 0, 0), (2026, 3, 1, 12, 0, 0)], extra=at)  # Unix' own field, in UTC
    collect(SLUG, room.folder)
    assert (room.when("s01"), room.when("s02")) == ("2026-03-01 10:00:00.000000 UTC", "2026-03-01 11:00:00.000000 UTC")
    assert appraise(["collect", SLUG, str(room.folder), "--zone", "CET?"]) == 1
    assert "no time zone" in capsys.readouterr().err


def test_what_was_changed_by_hand_stays(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    room.zip("x.zip", {f"s01_{SLUG}.ipynb": room.notebook("a1")})
    collect(SLUG, room.folder)
    file = room.own / "submitted" / "s01" / SLUG / f"{SLUG}.ipynb"
    file.write_bytes(room.notebook("zz"))
    capsys.readouterr()
    collect(SLUG, room.folder)
    assert room.taken() == {"s01": "zz"}
    assert "changed here by hand" in capsys.readouterr().out


def test_without_a_roster_and_without_a_folder(a_class: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (a_class.root / "d").mkdir()
    assert appraise(["collect", SLUG, "d"]) == 1
    assert "import who is in the class first" in capsys.readouterr().err
    assert appraise(["collect", SLUG, "none"]) == 1
    assert "none: expected a folder" in capsys.readouterr().err
    assert appraise(["collect", "99-none", "d"]) == 1
    assert "99-none" in capsys.readouterr().err


def test_a_class_of_thirty_from_both(a_class: Any, submission: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The names of the findings: 30 of 30, where zip_collect took 0 or the wrong ones."""
    room = Room(a_class, submission)
    names = [(f"First{n:02d}", f"Last{n:02d}x") for n in range(1, 31)]
    rows = "".join(f'"{last}, {first}",{10000 + n},s{n:02d},,\n' for n, (first, last) in enumerate(names, 1))
    room.roster("Student,ID,SIS User ID,SIS Login ID,Section\n" + rows)
    room.zip(
        "c.zip",
        {
            f"{last}{first}_{10000 + n}_{55000 + n}_{SLUG}.ipynb".lower(): room.notebook(f"{n:03d}")
            for n, (first, last) in enumerate(names, 1)
        },
    )
    collect(SLUG, room.folder)
    assert room.taken() == {f"s{n:02d}": f"{n:03d}" for n in range(1, 31)}
    (room.folder / "c.zip").unlink()
    room.zip(
        "m.zip",
        {
            f"{first} {last}_{900 + n}_assignsubmission_file/{SLUG}.ipynb": room.notebook(f"{n + 100}")
            for n, (first, last) in enumerate(names, 1)
        },
        (2026, 4, 1, 1, 0, 0),
    )
    collect(SLUG, room.folder)
    assert room.taken() == {f"s{n:02d}": f"{n + 100}" for n in range(1, 31)}
    assert capsys.readouterr().out.count("collected anew,") == 30
