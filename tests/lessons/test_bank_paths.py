"""The whole bank through both real paths: the learner's check in a live kernel, and the judge that grades a class.

They agree on every entry that is not marked hidden; on those the judge gives less. The judge is handed many entries
at a time, one for each exercise of a lesson; where that disturbs an exercise that builds on another, it is handed alone.
"""

from __future__ import annotations

import json
import os

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel

from appraise.authoring.notebook import exercises_in
from appraise.markup import inline
from tests import bank

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

SHOWN = """
def _shown(points):
    import json
    print("\\x00" + json.dumps([float(points), points._repr_html_()]))
"""


def entries_of(slug: str) -> dict[str, list[tuple[bank.Entry, str]]]:
    """Each exercise's entries as the texts of answer cells."""
    hand, neighbour, out = bank.by_hand(slug), None, {}
    for exercise, name, space in bank.Bench(slug).walk():
        ex = bank.key(slug)[exercise]
        mine = [e for e in hand if e.exercise == exercise]
        mine += bank.generated(slug, exercise, space, neighbour)
        out[exercise] = [(e, bank.cell_text(e, name)) for e in mine]
        plot = isinstance(ex.get("expected"), dict) and "axes" in ex["expected"]
        neighbour = bank.decode(ex["expected"]) if "expected" in ex and not plot else None
    return out


class Live:
    """A live kernel with a lesson's solution, in which entries are answered and checked."""

    def __init__(self, slug: str, folder) -> None:
        clean = {k: v for k, v in os.environ.items() if k not in {"NBGRADER_EXECUTION", "APPRAISE_WORK"}}
        self.manager, self.client = start_new_kernel(env=clean, cwd=str(folder), extra_arguments=["--log-level=40"])
        self.run(SHOWN)

    def run(self, source: str) -> list:
        said: list[str] = []

        def hook(message):
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                said.append(message["content"]["text"])

        self.client.execute_interactive(source, output_hook=hook, timeout=120, stop_on_error=False)
        text = "".join(said)
        return json.loads(text.split("\x00")[1]) if "\x00" in text else []

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def live_points(slug: str, entries, folder) -> dict[tuple[str, str], tuple[float, str]]:
    """Points and remark of every entry by `check` in a live kernel."""
    nb = nbformat.read(bank.ROOT / "solutions" / slug / f"{slug}.ipynb", as_version=4)
    found = exercises_in(nb, bank.ROOT / "solutions" / slug)
    answers = {answer: (exercise, name) for exercise, (name, answer, _) in found.items()}
    checks = {check for _, _, check in found.values()}
    live, out = Live(slug, folder), {}
    try:
        for i, cell in enumerate(nb.cells):
            if cell.cell_type != "code" or i in checks:
                continue
            if i in answers:
                exercise, name = answers[i]
                for entry, text in entries.get(exercise, []):
                    points, html = live.run(
                        f"globals().pop({name!r}, None)\ntry:\n    exec({text!r}, globals())\n"
                        f"except Exception:\n    globals().pop({name!r}, None)\n"
                        f'_shown(check("{exercise}", globals().get({name!r}, ...)))'
                    )
                    out[exercise, entry.name] = (points, html)
            live.run(cell.source)
    finally:
        live.close()
    return out


@pytest.mark.parametrize("slug", bank.slugs())
def test_the_learners_check_in_a_live_kernel(slug, tmp_path):
    entries = entries_of(slug)
    told = live_points(slug, entries, tmp_path)
    faults = []
    for exercise, mine in entries.items():
        ex = bank.key(slug)[exercise]
        for entry, _ in mine:
            points, html = told[exercise, entry.name]
            where = f"{exercise} [{entry.name}]"
            most = ex["points"]
            if entry.hidden:
                ok = points == most
            elif entry.share is None:
                ok = points < most
            else:
                ok = abs(points - entry.share * most) <= 0.006
            if not ok:
                faults.append(f"{where}: {points:g} of {most:g}: {html[:300]}")
            remarks = {m["id"]: m["remark"] for m in ex.get("misconceptions", [])}
            if entry.remark in remarks and not entry.hidden and _start(remarks[entry.remark]) not in html:
                faults.append(f"{where}: the remark of {entry.remark} is not shown")
    print(f"{slug}: {sum(map(len, entries.values()))} entries through a live kernel")
    assert not faults, "\n".join(faults)


def _start(remark: str) -> str:
    return str(inline(remark))


@pytest.mark.parametrize("slug", bank.slugs())
def test_the_judge_that_grades_a_class(slug):
    pytest.importorskip("fcntl", reason="grading needs Linux")
    from appraise.grading.judging.judging import grade_submission
    from appraise.grading.judging.lesson import load_lesson, start_fork_server
    from appraise.grading.submission.matching import match_answers
    from appraise.grading.submission.reading import read_notebook
    from appraise.grading.submission.release import answer_cells

    entries = entries_of(slug)
    release = bank.ROOT / "lessons" / slug / f"{slug}.ipynb"
    solved = nbformat.read(bank.ROOT / "solutions" / slug / f"{slug}.ipynb", as_version=4)
    lesson = load_lesson(release, bank.ROOT / "solutions" / slug / "key.json")
    places = answer_cells(solved)

    def graded(chosen):
        nb = nbformat.from_dict(json.loads(json.dumps(solved)))
        for exercise, text in chosen.items():
            nb.cells[places.get(exercise, places.get(f"{exercise}-answer"))].source = text
        found = read_notebook(nbformat.writes(nb).encode("utf-8"))
        return grade_submission(lesson, server, match_answers(lesson.release, found)).items

    def fault(entry, item) -> str:
        most = bank.key(slug)[entry.exercise]["points"]
        points = item.earned
        if points is None:
            return f"{entry.exercise} [{entry.name}]: {item.status}: {item.remark}"
        good = points < most if entry.share is None else abs(points - entry.share * most) <= 0.006
        return "" if good else f"{entry.exercise} [{entry.name}]: {points:g} of {most:g}: {item.remark}"

    faults = []
    with start_fork_server(lesson) as server:
        for k in range(max(map(len, entries.values()))):
            chosen = {exercise: mine[k] for exercise, mine in entries.items() if k < len(mine)}
            items = graded({exercise: text for exercise, (_, text) in chosen.items()})
            for exercise, (entry, text) in chosen.items():
                if fault(entry, items[exercise]) and (why := fault(entry, graded({exercise: text})[exercise])):
                    faults.append(why)
    print(f"{slug}: {sum(map(len, entries.values()))} entries through the judge of a class")
    assert not faults, "\n".join(faults)
