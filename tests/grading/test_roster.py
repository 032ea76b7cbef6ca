"""The roster: what is read, what is refused in one line with nothing written, and who is not on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from nbgrader.api import Gradebook

from appraise.__main__ import main as appraise
from appraise.grading import roster


def write(folder: Path, text: str | bytes) -> Path:
    file = folder / "roster.csv"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@pytest.mark.parametrize(
    "text",
    [
        "id,first_name,last_name,email\ns01,A,B,a@b\ns02,C,D,c@d\n",
        "\ufeffID;First_name;Last_name;Email\r\ns01;A;B;a@b\r\n\r\ns02;C;D;c@d\r\n",
        "First name,Last name,ID number,Email address,Group\nA,B,s01,a@b,x\nC,D,s02,c@d,y\n",
    ],
)
def test_the_columns_of_nbgrader_a_spreadsheet_and_moodle(tmp_path: Path, text: str) -> None:
    found = roster.read(write(tmp_path, text))
    assert found == [
        {"id": "s01", "first_name": "A", "last_name": "B", "email": "a@b"},
        {"id": "s02", "first_name": "C", "last_name": "D", "email": "c@d"},
    ]


def test_canvas_own_number_is_kept_for_the_way_back(tmp_path: Path) -> None:
    text = 'Student,ID,SIS User ID,SIS Login ID,Section\n"Points Possible",,,,\n"B, A",4711,s01,s01,one\n'
    assert roster.read(write(tmp_path, text)) == [{"id": "s01", "lms_user_id": "4711"}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id\ns01\ns02\nS01\n", "line 4: “S01” is in line 2 already; nothing was imported"),
        ("id,email\ns01,\n,a@b\n", "line 3: the id is missing"),
        ("id\n../s01\n", "line 2: “../s01” cannot be an id"),
        ("id\ns01+x\n", "line 2: “s01\\+x” cannot be an id"),
        (f"id\n{'s' * 129}\n", "line 2: .* cannot be an id; expected at most 128"),
        ("name,email\nA,B\n", "line 1: expected a column “id”; got name, email"),
        ("", "line 1: expected a column “id”; got no heading"),
        ("id\n", "expected at least one student"),
        (b"id\n\xff\xfe", "it is not UTF-8"),
    ],
)
def test_a_line_that_cannot_be_used_changes_nothing(a_class: Any, text: str | bytes, told: str) -> None:
    roster.main(write(a_class.root, "id\ns00\n"))
    before = (a_class.root / "grading" / "roster.csv").read_bytes()
    with pytest.raises(roster.RosterError, match=told) as said:
        roster.main(write(a_class.root, text))
    assert "\n" not in str(said.value)
    assert ids(a_class) == ["s00"]
    assert (a_class.root / "grading" / "roster.csv").read_bytes() == before


def test_a_file_that_is_not_there_is_one_line(a_class: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert appraise(["roster", "none.csv"]) == 1
    assert capsys.readouterr().err == "appraise: none.csv: the roster cannot be read: No such file or directory\n"


def students(a_class: Any) -> list[Any]:
    with Gradebook(f"sqlite:///{a_class.root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        return [(s.id, s.first_name, s.email) for s in book.students]


def ids(a_class: Any) -> list[str]:
    return sorted(s[0] for s in students(a_class))


def test_again_adds_and_never_removes(a_class: Any, capsys: pytest.CaptureFixture[str]) -> None:
    roster.main(write(a_class.root, "id,first_name,email\ns01,A,a@b\ns02,,\n"))
    assert "2 students on the roster, 2 of them new." in capsys.readouterr().out
    roster.main(write(a_class.root, "id,first_name,email\ns01,,new@b\ns03,,\n"))
    said = capsys.readouterr().out
    assert "2 students on the roster, 1 of them new." in said
    assert "not on this roster, kept with their grades: s02." in said
    assert sorted(students(a_class)) == [("s01", "A", "new@b"), ("s02", "", ""), ("s03", "", "")]


def test_a_submission_of_nobody_on_the_roster_is_named_and_graded(
    a_class: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    roster.main(write(a_class.root, "id\ns01\nlearner-02\n"))
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
    roster.main(write(a_class.root, "id\ns01\n"))
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
