"""Marking many tellings: the page opens at what waits, Next goes to the next that waits, and the keyboard does it all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from tests.browser.test_formgrader import CRITERIA, PROSE, SLUG, course, environment, violations

__all__ = ["course"]


def hand_in(tree: Path, student: str, telling: str) -> None:
    """A notebook with this telling, in its folder."""
    folder = tree / "grading" / "submitted" / student / SLUG
    folder.mkdir(parents=True, exist_ok=True)
    nb = nbformat.read(tree / "solutions" / SLUG / f"{SLUG}.ipynb", as_version=4)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == PROSE:
            cell.source = telling
    nbformat.write(nb, folder / f"{SLUG}.ipynb")


def appraise(tree: Path, *words: str) -> str:
    command = [sys.executable, "-m", "appraise", *words]
    done = subprocess.run(command, cwd=tree, env=environment(tree), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_thirty_tellings_take_no_scrolling(course, chromium, serving, free_port):
    tellings = {f"s0{n}": f'telling = """Pain fell; this is telling {n}."""' for n in range(1, 5)}
    for student, telling in tellings.items():
        hand_in(course, student, telling)
    appraise(course, "grade", SLUG, "--trust-submissions")
    with Gradebook(f"sqlite:///{course}/grading/gradebook.db", "one-trial-five-tellings") as book:
        ids = {s.id: s.student.id for s in book.notebook_submissions(SLUG, SLUG)}
        second = sorted(ids)[1]  # marked already: Next must leave it out
        grade = book.find_grade(PROSE, SLUG, SLUG, ids[second])
        grade.manual_score, grade.needs_manual_grade = 7.0, False
        book.db.commit()
    order = [i for i in sorted(ids) if i != second]
    command = [sys.executable, "-m", "appraise", "lab", "--instructor", "--no-browser", f"--port={free_port}"]
    command.append("--ServerApp.token=t")
    address = f"http://127.0.0.1:{free_port}/formgrader/submissions"
    with serving(command, cwd=course, port=free_port, env=environment(course)):
        page = chromium.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(90_000)
        page.goto(f"http://127.0.0.1:{free_port}/lab?token=t&reset")  # logs in: marks are asked for with its cookie
        page.goto(f"{address}/{order[0]}/")

        def at_what_waits() -> None:
            page.wait_for_function("document.body.dataset.waits === '1'")
            page.wait_for_function("document.activeElement.closest('.appraise-rubric') !== null")
            box = page.locator(".appraise-rubric").bounding_box()
            assert box is not None
            assert -5 < box["y"] < 900, "the rubric is in sight"
            assert page.evaluate("document.activeElement.name") == CRITERIA[0].id

        at_what_waits()
        assert page.evaluate("window.scrollY") > 1000, "the telling is far down, and nobody scrolled"
        found = [v for v in violations(page) if "appraise-rubric" in str(v)]
        assert found == []
        for n in range(len(CRITERIA) - 1):
            page.keyboard.press(str(n % 4))
        score = sum(n % 4 for n in range(len(CRITERIA)))

        def kept(reply):
            return reply.request.method == "PUT" and f'"manual_score":"{score}"' in (reply.request.post_data or "")

        with page.expect_response(kept):
            page.keyboard.press(str((len(CRITERIA) - 1) % 4))
        page.locator(f".appraise-rubric output:has-text('10 of 10 criteria, {score} points')").wait_for()
        page.keyboard.press("Control+.")
        page.wait_for_url(f"**/submissions/{order[1]}/**")  # not the second, which is marked
        at_what_waits()
        page.click("li.next a")
        page.wait_for_url(f"**/submissions/{order[2]}/**")
        at_what_waits()
        page.close()

    # what did not change since it was marked is not asked for again
    first = ids[order[0]]
    nb = nbformat.read(course / "grading" / "submitted" / first / SLUG / f"{SLUG}.ipynb", as_version=4)
    next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("solution")).source += "\n# a second thought"
    nbformat.write(nb, course / "grading" / "submitted" / first / SLUG / f"{SLUG}.ipynb")
    hand_in(course, ids[second], 'telling = """Another telling altogether."""')
    appraise(course, "grade", SLUG, "--trust-submissions")
    with Gradebook(f"sqlite:///{course}/grading/gradebook.db", "one-trial-five-tellings") as book:
        asked = {s.student.id for s in book.notebook_submissions(SLUG, SLUG) if s.needs_manual_grade}
        assert first not in asked
        assert ids[second] in asked
        assert book.find_grade(PROSE, SLUG, SLUG, ids[second]).manual_score == 7.0
