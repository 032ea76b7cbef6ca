"""The pictures with which README.md opens, taken from the lessons in a learner's JupyterLab: `make pictures`.

One shows an exercise that was answered wrongly, with its remark. The other is a picture of a lesson, as the lesson draws
it. Needs Chromium.
"""

import base64
import io
import re
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from PIL import Image

from tests.browser.conftest import OUTER, PANEL, Lab, Room
from tests.conftest import CHROMIUM, ROOT, copy_tree

TARGET = ROOT / "assets" / "readme"
MOST_BYTES = 200_000
COLOURS = 128  # of a picture's palette: enough for letters and lines, and a third of the bytes

# Of the first lesson, about an invented leaflet: so the picture gives nothing away.
EXERCISE = ("00-start-here", "start-stated-or-not", "state")  # lesson, exercise, the label given for every part
FIGURE = ("05-compared-with-what", "before")  # lesson, a word of its picture's alternative text

# scrolls to the heading of an exercise; returns the part of the page from there to the end of its remark
BOX = f"""(exercise) => {{
  const cells = [...document.querySelectorAll("{PANEL} .jp-Cell")];
  const check = cells.findLast((cell) => cell.textContent.includes(`check("${{exercise}}", `));
  const before = cells.slice(0, cells.indexOf(check));
  const heading = before.findLast((cell) => cell.querySelector("h3"));
  const above = heading.getBoundingClientRect().top - {OUTER}.getBoundingClientRect().top;
  {OUTER}.scrollTop += above - 12;
  const {{left, top, width}} = heading.getBoundingClientRect();
  return {{x: left, y: top, width, height: check.querySelector(".appraise-remark").getBoundingClientRect().bottom - top}};
}}"""


def wrong_answer(slug, exercise, label):
    """The exercise's answer cell with one label for every part. Raises SystemExit where the lesson has no such cell."""
    cells = nbformat.read(ROOT / "lessons" / slug / f"{slug}.ipynb", as_version=4).cells
    for answer, *later in (cells[n:] for n in range(len(cells))):
        check = next((cell for cell in later if cell.cell_type == "code" and "check(" in cell.source), None)
        is_answer = answer.get("metadata", {}).get("nbgrader", {}).get("solution", False)
        if is_answer and check is not None and f'check("{exercise}", ' in check.source:
            return answer.source.replace(": ...", f': "{label}"')
    raise SystemExit(f"lessons/{slug}: expected an exercise {exercise}; name another in tests/browser/pictures.py")


def exercise_picture(room, slug, exercise, label):
    """An exercise with a wrong answer and its remark, as PNG."""
    answer = wrong_answer(slug, exercise, label)
    room.open(slug)
    room.run_all()
    room.answer(exercise, answer)
    room.remark(exercise).filter(has_not_text="No answer yet").wait_for()
    page = room.page
    page.set_viewport_size({"width": 1000, "height": 1800})  # an exercise is taller than a window
    page.wait_for_function(f"{OUTER}.clientHeight > 1400")
    page.locator(".jp-SideBar.jp-mod-left .lm-mod-current").click()  # the list of files makes room
    page.wait_for_selector("#jp-left-stack", state="hidden")
    for _ in range(3):  # JupyterLab places its cells anew while it is scrolled
        box = page.evaluate(BOX, exercise)
        page.wait_for_timeout(500)
    return page.screenshot(clip=box)


def figure_picture(room, slug, word):
    """The first picture of a lesson whose alternative text has a word, as PNG."""
    room.open(slug)
    room.run_all()
    image = room.page.locator(f"{PANEL} .jp-OutputArea-output img[alt*='{word}']").first
    found = re.fullmatch("data:image/png;base64,(.+)", image.get_attribute("src") or "", flags=re.DOTALL)
    if found is None:
        raise SystemExit(f"lessons/{slug}: expected a picture whose alternative text has the word {word!r}")
    return base64.b64decode(found[1])


def small(picture):
    """The same picture with a palette of few colours, as PNG. Raises SystemExit where it is still too large."""
    packed = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    if len(packed.getvalue()) > MOST_BYTES:
        raise SystemExit(f"expected a picture of at most {MOST_BYTES:,} bytes, not {len(packed.getvalue()):,}")
    return packed.getvalue()


def take_pictures(room, target):
    """Write `exercise.png` and `figure.png` into a folder, which is made where it is not there."""
    pictures = {"exercise.png": exercise_picture(room, *EXERCISE), "figure.png": figure_picture(room, *FIGURE)}
    target.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        (target / name).write_bytes(small(picture))


def main():
    """Take both pictures anew; returns the exit code."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        print("make pictures: expected Chromium on this machine")
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=CHROMIUM)
        context = browser.new_context(viewport={"width": 1280, "height": 900}, device_scale_factor=2)
        context.set_default_timeout(60_000)
        lab = Lab(copy_tree(Path(folder) / "course"))
        try:
            lab.start()
            take_pictures(Room(context.new_page(), lab), TARGET)
        finally:
            lab.stop()
            browser.close()
    print(f"Wrote {TARGET.relative_to(ROOT)}/exercise.png and figure.png: look at them before you commit them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
