"""The roster: what is read, what is refused in one line with nothing written, and who is not on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from nbgrader.api import Gradebook

from appraise.__main__ import main as appraise
from appraise.errors import RosterError
from appraise.grading import roster
from appraise.grading.submission.class_list import read_class_list
from appraise.grading.submission.people import load_people


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / "roster.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def known(text: str | bytes, folder: Path, **more: Any) -> list[tuple[str, ...]]:
    return [
        (p.id, p.first_name, p.last_name, p.email, p.lms_user_id)
        for p in read_class_list(write(folder, text), **more).people
    ]


@pytest.mark.parametrize(
    "text",
    [
        "id,first_name,last_name,email\ns01,A,B,a@b\ns02,C,D,c@d\n",
        "\ufeffID;First_name;Last_name;Email\r\ns01;A;B;a@b\r\n\r\ns02;C;D;c@d\r\n",
        "First name,Last name,ID number,Email address,Group\nA,B,s01,a@b,x\nC,D,s02,c@d,y\n",
        "First name\tLast name\tID number\tEmail address\nA\tB\ts01\ta@b\nC\tD\ts02\tc@d\n".encode("utf-16"),
        "id,first_name,last_name,email\ns01,A,B,a@b\ns02,C,D,c@d\n".encode("utf-16-le"),
    ],
)
def test_the_columns_of_nbgrader_a_spreadsheet_and_moodle(tmp_path: Path, text: str | bytes) -> None:
    assert known(text, tmp_path) == [("s01", "A", "B", "a@b", ""), ("s02", "C", "D", "c@d", "")]


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,A (12)\n"
    ',,,,,Manual Posting\n"    Points Possible",,,,,10\n'
    '"Doe, Jane",11,s01,jdoe,A,\n"van der Roe, Max",12,s02,mroe,A,\n"Student, Test",99,,a1b2c3d4,A,\n'
)


def test_canvas_as_it_really_exports(tmp_path: Path) -> None:
    found = read_class_list(write(tmp_path, CANVAS))
    assert [(p.id, p.full_name, p.lms_user_id, p.login, p.section) for p in found.people] == [
        ("s01", "Jane Doe", "11", "jdoe", "A"),
        ("s02", "Max van der Roe", "12", "mroe", "A"),
    ]
    assert len(found.left_out) == 3
    assert "Student, Test" in " ".join(found.left_out)


def test_canvas_without_the_right_to_see_sis_ids(tmp_path: Path) -> None:
    text = (
        'Student,ID,SIS Login ID,Section\n"    Points Possible",,,\n"Doe, Jane",11,jdoe,A\n"Student, Test",99,a1b2,A\n'
    )
    assert known(text, tmp_path) == [("jdoe", "Jane", "Doe", "", "11")]
    text = 'Student,ID,Section\n"Points Possible",,\n"Doe, Jane",11,A\n'
    assert known(text, tmp_path) == [("11", "Jane", "Doe", "", "11")]
    text = CANVAS.replace("12,s02,mroe", "12,,mroe")  # some have no SIS id
    assert [row[0] for row in known(text, tmp_path)] == ["jdoe", "mroe"]


def test_a_person_of_that_name_who_has_an_id_stays(tmp_path: Path) -> None:
    assert [row[0] for row in known(CANVAS.replace("99,,", "99,s03,"), tmp_path)] == ["s01", "s02", "s03"]


def test_moodle_as_it_really_exports(tmp_path: Path) -> None:
    text = "First name,Last name,Username,ID number,Email address\nJane,Doe,jdoe,4711,jane@uni.example\n"
    (jane,) = read_class_list(write(tmp_path, text)).people
    assert (jane.id, jane.login, jane.email) == ("4711", "jdoe", "jane@uni.example")
    (jane,) = read_class_list(write(tmp_path, text), "Email address").people
    assert (jane.id, jane.sis_id) == ("jane@uni.example", "4711")
    text = 'First name,Last name,"ID number","Email address",Groups\nJane,Doe,,jane@uni.example,\n'
    assert known(text, tmp_path)[0][0] == "jane@uni.example"
    text = "Identifier,Full name,Email address,Status,Grade\nParticipant 12345,Jane Doe,jane@uni.example,x,\n"
    (jane,) = read_class_list(write(tmp_path, text)).people
    assert (jane.id, jane.full_name, jane.numbers) == ("jane@uni.example", "Jane Doe", "12345")


def test_windows_1252_is_read_and_said(a_class: Any, capsys: pytest.CaptureFixture[str]) -> None:
    roster.import_roster(write(a_class.root, "id,first_name,last_name\ns01,Zoë,Müller\n".encode("cp1252")))
    said = capsys.readouterr().out
    assert "read as Windows-1252; are these right? Zoë Müller." in said
    assert students(a_class)[0][1] == "Zoë"


def test_a_worksheet_adds_numbers_to_those_who_are_known(a_class: Any) -> None:
    roster.import_roster(write(a_class.root, "id,email\ns01,jane@uni.example\ns02,max@uni.example\n"))
    sheet = "Identifier,Full name,Email address\nParticipant 12345,Jane Doe,Jane@uni.example\nParticipant 9,M R,max@uni.example\n"
    roster.import_roster(write(a_class.root, sheet))
    roster.import_roster(write(a_class.root, sheet.replace("12345", "777")))
    assert ids(a_class) == ["s01", "s02"]
    assert {p.id: p.numbers for p in load_people(a_class.root / "grading")} == {"s01": "12345 777", "s02": "9"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id\ns01\ns02\nS01\n", "line 4: “S01” is in line 2 already; nothing was imported"),
        ("id,x\ns01,\n,a@b\n", "line 3: the id is missing"),
        ("id\n../s01\n", "line 2: “../s01” cannot be an id"),
        ("id\ns01+x\n", "line 2: “s01\\+x” cannot be an id"),
        ("id\na[1]\n", "line 2: “a\\[1\\]” cannot be an id"),
        ("id\n-x\n", "line 2: “-x” cannot be an id"),
        ("id\n%41\n", "line 2: “%41” cannot be an id"),
        (f"id\n{'s' * 129}\n", "line 2: .* cannot be an id; expected at most 128"),
        ("name,mail\nA,B\n", "line 1: expected a column “id”; got name, mail; --id COLUMN"),
        ("", "line 1: expected a column “id”; got no heading"),
        ("id\n", "expected at least one student"),
        ("id,email\ns01,\n,a@b\n", "filled are “id” 1 of 2, “email” 1 of 2"),
        (b"id\n\x81\x8d", "neither UTF-8, UTF-16 nor Windows-1252"),
        (b"PK\x03\x04rest", "it is a spreadsheet; save it as"),
        ('id,first_name\ns01,"Ada\ns02,Ben\ns03,"Cleo\n', "a quotation mark is opened|expected comma-separated"),
        ('id,first_name\ns01,"Ada\ns02,Ben\n', "expected comma-separated text"),
    ],
)
def test_a_line_that_cannot_be_used_changes_nothing(a_class: Any, text: str | bytes, told: str) -> None:
    roster.import_roster(write(a_class.root, "id\ns00\n"))
    before = (a_class.root / "grading" / "roster.csv").read_bytes()
    with pytest.raises(RosterError, match=told) as said:
        roster.import_roster(write(a_class.root, text))
    assert "\n" not in str(said.value)
    assert ids(a_class) == ["s00"]
    assert (a_class.root / "grading" / "roster.csv").read_bytes() == before


def test_a_column_that_is_not_there(a_class: Any, capsys: pytest.CaptureFixture[str]) -> None:
    write(a_class.root, "id,code\ns01,x1\n")
    assert appraise(["roster", "roster.csv", "--id", "Kode"]) == 1
    assert "there is no column “Kode”; it has id, code" in capsys.readouterr().err
    assert appraise(["roster", "roster.csv", "--id", "Code"]) == 0
    assert ids(a_class) == ["x1"]


def test_a_file_that_is_not_there_is_one_line(a_class: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert appraise(["roster", "none.csv"]) == 1
    assert capsys.readouterr().err == "appraise: none.csv: the roster cannot be read: No such file or directory\n"


def students(a_class: Any) -> list[Any]:
    with Gradebook(f"sqlite:///{a_class.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        return [(s.id, s.first_name, s.email) for s in book.students]


def ids(a_class: Any) -> list[str]:
    return sorted(s[0] for s in students(a_class))


def test_again_adds_and_never_removes(a_class: Any, capsys: pytest.CaptureFixture[str]) -> None:
    roster.import_roster(write(a_class.root, "id,first_name,email\ns01,A,a@b\ns02,,\n"))
    assert "2 students on the roster, 2 of them new." in capsys.readouterr().out
    roster.import_roster(write(a_class.root, "id,first_name,email\ns01,,new@b\ns03,,\n"))
    said = capsys.readouterr().out
    assert "2 students on the roster, 1 of them new." in said
    assert "not on this roster, kept with their grades: s02." in said
    assert sorted(students(a_class)) == [("s01", "A", "new@b"), ("s02", "", ""), ("s03", "", "")]


def test_a_submission_of_nobody_on_the_roster_is_named_and_graded(
    a_class: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    roster.import_roster(write(a_class.root, "id\ns01\nlearner-02\n"))
    a_class.hand_in("s01")
    a_class.hand_in("Learner02")
    a_class.hand_in("zz")
    named = a_class.hand_in("learner-02")
    named.rename(named.with_name("my answers.ipynb"))  # a notebook with a wrong name is known by what it holds
    assert appraise(["grade", a_class.slug, "--workers", "1"]) == 0
    said = capfd.readouterr().out
    assert f"“Learner02” handed in {a_class.slug} and is not on the roster; did it mean “learner-02”?" in said
    assert f"“zz” handed in {a_class.slug} and is not on the roster It is graded" not in said
    assert f"“zz” handed in {a_class.slug} and is not on the roster. It is graded all the same." in said
    assert "“s01”" not in said
    points = {student: row["points"]["n-in-each-arm"] for student, row in a_class.scores().items()}
    assert points == {"s01": 1.0, "Learner02": 1.0, "zz": 1.0, "learner-02": 1.0}
    assert "known by the lesson that it holds" in str(a_class.outcomes()["learner-02"])


def test_a_lesson_that_nobody_released_or_handed_in_is_one_line(
    a_class: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("grade", "items", "agreement", "second-marker"):
        assert appraise([command, "99-none"]) == 1
        told = capsys.readouterr().err
        assert "99-none.ipynb: No such file or directory" in told
        assert told.count("\n") == 1
    assert appraise(["grade", a_class.slug]) == 1
    assert f"nobody handed in {a_class.slug}" in capsys.readouterr().err


def test_a_gradebook_of_a_version_that_is_not_known_is_one_line_and_stays(
    a_class: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    roster.import_roster(write(a_class.root, "id\ns01\n"))
    engine = sa.create_engine(f"sqlite:///{a_class.root}/grading/gradebook.db")
    with engine.begin() as db:
        db.execute(sa.text("UPDATE alembic_version SET version_num = 'ffffffffffff'"))
    engine.dispose()
    file = a_class.root / "grading" / "gradebook.db"
    before = file.read_bytes()
    capsys.readouterr()
    assert appraise(["roster", "roster.csv"]) == 1  # as every command that opens it
    told = capsys.readouterr().err
    assert told.startswith("appraise: the gradebook is of another nbgrader and cannot be brought up to date: ")
    assert told.count("\n") == 1
    assert file.read_bytes() == before
