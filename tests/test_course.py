"""The manifest, the copies in work/, where a learner stands, the zip of one's work, and the commands."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest

from appraise import __main__
from appraise.course import load_course
from appraise.errors import CourseError
from appraise.exercises.packs import load_packs
from appraise.files import ROOT
from appraise.grading.reports.own_notebook import report_on
from appraise.learner.lab import copy_missing, lab_command
from appraise.learner.my_work import ZIP_NAME, my_work, pack_work, unpack_work
from appraise.learner.progress import read_progress
from appraise.learner.report import course_map, lesson_report, lesson_standing

SLUG = "04-the-numbers"


@pytest.fixture
def work(tmp_path, monkeypatch):
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.setenv("APPRAISE_WORK", str(folder))
    return folder


def remember(work, slug=SLUG, **exercises):
    file = work / ".progress" / f"{slug}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"exercises": exercises}), encoding="utf-8")


# ── course.yml ──────────────────────────────────────────────────────────────────────────────────────────────────────

LESSON = """
  - slug: 00-start-here
    title: A title
    question: A question?
    minutes: 30
    objectives: {use: use it}
"""


def test_the_manifest_is_read_in_order():
    slugs = [lesson.slug for lesson in load_course().lessons]
    assert slugs == sorted(slugs)
    assert not load_course().lesson("00-start-here").graded
    assert load_course().lesson(SLUG).graded


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: [", "course.yml, line 1: expected YAML"),
        ("title: T\nlessons: []", "course.yml, line 2: lessons: expected at least 1 item"),
        (
            "title: T\nlessons:" + LESSON.replace("minutes: 30", "minutes: soon"),
            "course.yml, line 6: lessons.0.minutes: expected a valid integer",
        ),
        (
            "title: T\nlessons:" + LESSON.replace("minutes:", "minuets:"),
            "course.yml, line 3: lessons.0.minutes: expected this key",
        ),
        ("title: T\nlessons:" + LESSON.replace("00-", "start-"), "course.yml, line 3: lessons.0.slug: expected"),
        ("title: T\nlessons:" + LESSON + LESSON, "course.yml: expected each lesson once, '00-start-here' stands twice"),
        ("title: T\nlessons:" + LESSON.replace("00-", "01-") + LESSON, "in the order of their numbers"),
        ("just words", "course.yml, line 1: expected"),
    ],
)
def test_a_broken_manifest_is_one_clear_line(tmp_path, text, said):
    file = tmp_path / "course.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=re.escape(said)) as error:
        load_course(file)
    assert "\n" not in str(error.value)


def test_no_manifest_and_no_such_lesson(tmp_path):
    with pytest.raises(CourseError, match="use the library from a clone"):
        load_course(tmp_path / "course.yml")
    with pytest.raises(CourseError, match=r"there is no lesson '99-x'; course\.yml has 00-start-here, "):
        load_course().lesson("99-x")


# ── copies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def lessons(tmp_path):
    for slug in ("00-start-here", SLUG):
        folder = tmp_path / "lessons" / slug
        folder.mkdir(parents=True)
        (folder / f"{slug}.ipynb").write_text(f"released {slug}", encoding="utf-8")
    return tmp_path / "lessons"


def test_what_is_missing_is_copied_and_what_is_there_is_kept(lessons, work):
    mine = work / SLUG / f"{SLUG}.ipynb"
    mine.parent.mkdir()
    mine.write_text("my answers", encoding="utf-8")
    new = copy_missing(lessons)
    assert [file.relative_to(work).as_posix() for file in new] == ["00-start-here/00-start-here.ipynb"]
    assert mine.read_text(encoding="utf-8") == "my answers"
    assert new[0].read_text(encoding="utf-8") == "released 00-start-here"
    assert copy_missing(lessons) == []


def test_a_copy_that_was_cut_off_is_made_again(lessons, work, monkeypatch):
    def cut(source, target):
        Path(target).write_text("half", encoding="utf-8")
        raise OSError("no space")

    with monkeypatch.context() as broken:
        broken.setattr("appraise.learner.lab.shutil.copyfile", cut)
        with pytest.raises(OSError, match="no space"):
            copy_missing(lessons)
    assert not list(work.rglob("*.ipynb"))
    copy_missing(lessons)
    assert (work / SLUG / f"{SLUG}.ipynb").read_text(encoding="utf-8") == f"released {SLUG}"


def test_a_lesson_that_the_manifest_does_not_name_is_an_error(lessons, work):
    (lessons / "13-extra").mkdir()
    with pytest.raises(CourseError, match=r"lessons/13-extra: expected a lesson that course\.yml names"):
        copy_missing(lessons)
    assert not list(work.rglob("*.ipynb"))


def test_the_command_of_the_lab_lets_the_callers_flags_win(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "elsewhere")
    monkeypatch.delenv("APPRAISE_WORK", raising=False)
    command, env = lab_command(["--port=1", "--LabApp.default_url=/mine"])
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert command[-2:] == ["--port=1", "--LabApp.default_url=/mine"]
    settings, theirs = env["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert (Path(settings) / "labconfig" / "page_config.json").is_file()
    assert theirs == "elsewhere"
    assert Path(env["APPRAISE_WORK"]) == ROOT / "work"
    assert env["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    _, env = lab_command([], instructor=True)
    assert env["JUPYTER_CONFIG_PATH"] == "elsewhere"
    assert "APPRAISE_WORK" not in env


# ── where a learner stands ──────────────────────────────────────────────────────────────────────────────────────────


def test_an_untouched_lesson_is_not_tried(work):
    rows = lesson_standing(SLUG)
    assert {row.status for row in rows} == {"not tried"}
    assert {row.id for row in rows} == set(load_packs()[SLUG]["exercises"])
    assert "0 of" in lesson_report(SLUG).text
    assert "not started" in course_map().text


def test_exercises_come_in_the_order_of_the_lesson_with_its_titles(work):
    notebook = (ROOT / "lessons" / SLUG / f"{SLUG}.ipynb").read_text(encoding="utf-8")
    rows = lesson_standing(SLUG)
    places = [notebook.index(f'check(\\"{row.id}\\"') for row in rows]
    assert places == sorted(places)
    assert all(row.heading in notebook for row in rows)
    assert not any(row.title.startswith("Exercise") or "(" in row.title for row in rows)


def test_the_report_says_what_was_right_wrong_and_not_tried(work):
    rows = [row for row in lesson_standing(SLUG) if row.out_of]
    right, wrong, helped, *_ = rows
    remember(
        work,
        **{
            right.id: {"tries": 1, "status": "right", "points": right.out_of, "remark": "Right."},
            wrong.id: {"tries": 2, "status": "partly", "points": 0.5, "remark": "Look at `this` <b>again</b>."},
            helped.id: {"tries": 3, "status": "right", "points": 1.0, "remark": "Right.", "helped": True},
            "an-exercise-of-an-older-lesson": {"tries": 1, "status": "right", "points": 99, "remark": ""},
        },
    )
    report = lesson_report(SLUG)
    total = sum(row.out_of for row in rows)
    assert f"{right.out_of + 0.5 + 1:g} of {total:g} points" in report.text
    assert "2 right, 1 partly right" in report.text
    assert f"◐ {wrong.title}: partly, 0.5 of {wrong.out_of:g} points" in report.text
    assert f"Read “{wrong.see}” again." in report.text
    assert report.text.count("A worked answer was opened.") == 1
    assert "99" not in report.text
    shown = report._repr_html_()
    assert "<code>this</code> &lt;b&gt;again&lt;/b&gt;" in shown
    assert f'<a href="#{wrong.see.replace(" ", "-")}" ' in shown
    assert shown.count('<th scope="col"') == 5
    assert shown.count('<th scope="row"') == len(lesson_standing(SLUG))
    assert "<caption" in shown


def test_the_map_shows_every_lesson_and_links_to_copies_only(work):
    (work / SLUG).mkdir()
    (work / SLUG / f"{SLUG}.ipynb").write_text("{}", encoding="utf-8")
    core = [row for row in lesson_standing(SLUG) if row.core]
    remember(work, **{core[0].id: {"tries": 1, "status": "right", "points": core[0].out_of, "remark": ""}})
    shown = course_map()
    assert f"1 of {len(core)} core exercises, {core[0].out_of:g} of" in shown.text
    assert shown.html.count("<a href=") == 1
    assert f'<a href="../{SLUG}/{SLUG}.ipynb">' in shown.html
    assert all(lesson.question in shown.html.replace("&#x27;", "'") for lesson in load_course().lessons)


def test_damaged_progress_is_no_progress(work):
    (work / ".progress").mkdir()
    (work / ".progress" / f"{SLUG}.json").write_text("{", encoding="utf-8")
    assert {row.status for row in lesson_standing(SLUG)} == {"not tried"}


def test_a_notebook_is_run_afresh_and_keeps_no_tries(work, tmp_path):
    released = ROOT / "lessons" / "00-start-here" / "00-start-here.ipynb"
    notebook = nbformat.read(released, as_version=4)
    cell = next(c for c in notebook.cells if c.source.startswith("tried ="))
    cell.source = "tried = 41"
    nbformat.write(notebook, tmp_path / "mine.ipynb")
    report = report_on("00-start-here", tmp_path / "mine.ipynb")
    assert re.search(r"How many tried it\?: (wrong|partly)", report.text)
    assert "without an answer" in report.text
    assert not (work / ".progress").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [("no notebook", "expected a notebook"), (None, "cannot be read")],
)
def test_what_is_no_notebook_is_one_clear_line(tmp_path, capsys, content, said):
    file = tmp_path / "x.ipynb"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    assert __main__.main(["report", SLUG, "--notebook", str(file)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"appraise: {file}: {said}")
    assert error.count("\n") == 1


def test_a_notebook_of_another_lesson_is_refused(capsys):
    other = ROOT / "lessons" / "00-start-here" / "00-start-here.ipynb"
    assert __main__.main(["report", SLUG, "--notebook", str(other)]) == 1
    assert "expected lesson 04-the-numbers, found 00-start-here" in capsys.readouterr().err


# ── the zip ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def zipped(**files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_ones_work_goes_out_and_comes_back(lessons, work, tmp_path, monkeypatch):
    copy_missing(lessons)
    (work / SLUG / f"{SLUG}.ipynb").write_text("my answers", encoding="utf-8")
    (work / SLUG / ".ipynb_checkpoints").mkdir()
    (work / SLUG / ".ipynb_checkpoints" / "x.ipynb").write_text("old", encoding="utf-8")
    (work / ZIP_NAME).write_bytes(b"an older zip")
    remember(work, a={"status": "right"}, b={"status": "wrong"})
    packed = pack_work()

    fresh = tmp_path / "fresh"
    copy_missing(lessons, fresh)
    remember(fresh, b={"status": "right"}, c={"status": "right"})
    names = unpack_work(packed, fresh, lessons)
    assert sorted(names) == [f".progress/{SLUG}.json", "00-start-here/00-start-here.ipynb", f"{SLUG}/{SLUG}.ipynb"]
    assert (fresh / SLUG / f"{SLUG}.ipynb").read_text(encoding="utf-8") == "my answers"
    kept = read_progress(fresh / ".progress" / f"{SLUG}.json")["exercises"]
    assert {k: v["status"] for k, v in kept.items()} == {"a": "right", "b": "wrong", "c": "right"}
    assert not list(fresh.rglob("*kept*"))
    assert not list(fresh.rglob("*.part"))


def test_work_that_is_there_is_kept_aside(lessons, work):
    copy_missing(lessons)
    mine = work / SLUG / f"{SLUG}.ipynb"
    for n, text in enumerate(("first answers", "second answers"), 1):
        mine.write_text(text, encoding="utf-8")
        unpack_work(zipped(**{f"{SLUG}/{SLUG}.ipynb": f"from the zip {n}"}), work, lessons)
        assert mine.read_text(encoding="utf-8") == f"from the zip {n}"
        assert mine.with_name(f"{SLUG} (kept {n}).ipynb").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "name",
    [
        "../outside.ipynb",
        "/etc/x",
        "x/../../y",
        "a/../b.ipynb",
        "C:/x",
        ".progress/a/b.json",
        ".progress/x.py",
        ".bashrc",
        "a/.hidden",
    ],
)
def test_a_zip_that_reaches_out_is_refused_whole(work, name):
    with pytest.raises(CourseError, match="expected a zip of the work/ folder"):
        unpack_work(zipped(**{f"{SLUG}/{SLUG}.ipynb": "x", name: "x"}), work)
    assert not list(work.rglob("*"))


def test_what_is_no_zip_or_too_large_is_refused(work, monkeypatch):
    with pytest.raises(CourseError, match="expected a zip: "):
        unpack_work(b"no zip", work)
    broken = bytearray(zipped(**{"a.txt": "x" * 1000}))
    broken[40:60] = b"\0" * 20
    with pytest.raises(CourseError, match="expected a zip: "):
        unpack_work(bytes(broken), work)
    monkeypatch.setattr("appraise.learner.my_work.ZIP_LIMIT", 2**20)
    with pytest.raises(CourseError, match="at most 1 MB"):
        unpack_work(zipped(**{"a.txt": b"0" * (2**20 + 1)}), work)
    assert not list(work.rglob("*"))


def test_where_no_widget_runs_my_work_is_a_sentence(work, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.delenv("VSCODE_PID", raising=False)
    assert str(work) in repr(my_work())
    monkeypatch.setenv("BINDER_SERVICE_HOST", "x")
    assert "Download your work before you leave" in repr(my_work())


def test_the_controls_of_my_work_make_and_take_a_zip(lessons, work, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "x.ipynb")
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    copy_missing(lessons)
    notice, button, link, upload, said = my_work().children
    assert str(work) in notice.value
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://mybinder.org/")
    assert "<strong>This machine is lent to you" in my_work().children[0].value
    button.click()
    assert 'download="my-work.zip"' in link.value
    file = {"name": "x.zip", "type": "", "size": 1, "last_modified": datetime.now(UTC)}
    upload.value = ({**file, "content": b"no zip"},)
    assert "Nothing was taken in: expected a zip" in said.value
    upload.value = ({**file, "content": pack_work()},)
    assert "2 files are back" in said.value


# ── the commands ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_flags_that_are_not_ours_go_to_jupyterlab_and_nowhere_else(monkeypatch, capsys):
    seen = {}
    monkeypatch.setattr(
        "appraise.learner.lab.open_lab", lambda rest, instructor: seen.update(rest=rest, instructor=instructor) or 7
    )
    assert __main__.main(["lab", "--no-browser", "--port=8891", "--ServerApp.token=t"]) == 7
    assert seen == {"rest": ["--no-browser", "--port=8891", "--ServerApp.token=t"], "instructor": False}
    __main__.main(["lab", "--ip=0.0.0.0", "--instructor"])
    assert seen == {"rest": ["--ip=0.0.0.0"], "instructor": True}
    with pytest.raises(SystemExit, match="2"):
        __main__.main(["report", SLUG, "--colour"])
    assert "unknown: --colour" in capsys.readouterr().err


def test_an_error_of_the_courses_is_one_line_and_a_bug_is_not(monkeypatch, capsys):
    assert __main__.main(["report", "99-x"]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setattr("appraise.grading.reports.own_notebook.lesson_report", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        __main__.main(["report", SLUG])


def test_a_command_that_is_stopped_says_so(monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("appraise.grading.reports.own_notebook.lesson_report", stopped)
    assert __main__.main(["report", SLUG]) == 130
    assert capsys.readouterr().err == "Stopped.\n"


def test_a_command_loads_its_own_half_only():
    code = (
        "import sys; sys.argv = ['appraise', 'report', '04-the-numbers'];"
        "from appraise.__main__ import main; main();"
        "heavy = {'nbgrader', 'nbconvert', 'scipy', 'matplotlib', 'ipywidgets', 'appraise.authoring.build'} & set(sys.modules);"
        "sys.exit(repr(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr


# ── on every system ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_learners_half_names_its_encodings_and_needs_no_shell_and_no_posix():
    posix = ", ".join(
        f'{name} = {{msg = "POSIX"}}' for name in ("fcntl", "grp", "posix", "pty", "pwd", "resource", "termios")
    )
    rules = "PLW1514,PTH,S602,S604,S605,TID251"  # an encoding left out, os.path, a shell, a module of POSIX alone
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--preview", "--no-cache", f"--select={rules}"]
    banned = f"lint.flake8-tidy-imports.banned-api = {{{posix}}}"
    done = subprocess.run(
        [*command, "--config", banned, "--extend-exclude=grading", "--output-format=concise", "appraise"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_lesson_needs_a_shell():
    for file in (ROOT / "lessons").rglob("*.ipynb"):
        for cell in nbformat.read(file, as_version=4).cells:
            if cell.cell_type == "code":
                assert not re.search(r"^\s*(!|%%?(bash|sh|script|system|sx)\b)", cell.source, re.M), file.name


def test_a_console_that_lacks_a_sign_shows_the_report_without_it(work):
    remember(work, **{lesson_standing(SLUG)[0].id: {"tries": 1, "status": "right", "remark": "Right."}})
    env = {**os.environ, "PYTHONIOENCODING": "cp1252"}  # as where Windows' output goes to a file
    command = [sys.executable, "-m", "appraise", "report", SLUG]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert "? Find it: right" in done.stdout.decode("cp1252")
