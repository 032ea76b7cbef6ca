"""What a submission shows, in a real browser as formgrader and feedback show it: nothing runs, loads or covers."""

from __future__ import annotations

import copy
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat

from tests.grading.conftest import SLUG, Course
from tests.hostile.ground import REPO, compile_course

JS = "document.title='taken'"
SRC = f"src=x onerror={JS}"
EVIL = "https://evil.invalid"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
# every kind of output that a kernel can send, with a script, a link or a style that must come to nothing
SHOWN: list[dict[str, Any]] = [
    {"text/html": page}
    for page in (
        f"<script>{JS}</script>",
        f"<img {SRC}>",
        f"<svg onload={JS}><script>{JS}</script><foreignObject><img {SRC}></foreignObject></svg>",
        f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img {SRC}&gt;'>",
        f"<noscript><p title='</noscript><img {SRC}>'>",
        f"<iframe srcdoc='<script>top.{JS}</script>'></iframe><iframe src='javascript:top.{JS}'></iframe>",
        f"<object data='data:text/html,<script>{JS}</script>'></object><embed src='{EVIL}/e.swf'>",
        f"<details open ontoggle={JS}>x</details><input autofocus onfocus={JS}><video><source onerror={JS}></video>",
        f"<a href='javascript:{JS}'>link</a><a href='&#106;avascript:{JS}'>link</a><a href='x.html'>link</a>",
        f"<a href='//evil.invalid/y'>link</a><a href=' data:text/html,<script>{JS}</script>'>link</a>",
        f"<style>@import '{EVIL}/s.css'; body {{ display: none }}</style><link rel=stylesheet href={EVIL}/l.css>",
        f"<div style='position:fixed;inset:0;background:url({EVIL}/b.png);z-index:9999'>covers</div>",
        f"<img src='{EVIL}/track.png'><img srcset='{EVIL}/set.png 2x'><audio src='{EVIL}/a.ogg' autoplay></audio>",
        f"<meta http-equiv=refresh content='0;url={EVIL}'><base href='{EVIL}/'>",
        f"<form action='{EVIL}'><button formaction='javascript:{JS}'>x</button></form>",
        f"</div></div></div></body><script>{JS}</script>",
        "<b id=notebook name=base_url class='panel nbgrader_cell'>clobbers</b>",
    )
]
SHOWN += [
    {"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{JS}\"><script>{JS}</script></svg>"},
    {"text/markdown": f"<img {SRC}> [link](javascript:{JS}) ![x]({EVIL}/m.png)"},
    {"text/latex": f"$\\href{{javascript:{JS}}}{{link}}$ <img {SRC}>"},
    {"application/javascript": JS},
    {"application/vnd.jupyter.widget-view+json": {"model_id": f"<img {SRC}>", "version_major": 2}},
    {"application/vnd.mermaid": f"<img {SRC}>", "text/vnd.mermaid": f"graph TD; a[<img {SRC}>]"},
    {"image/png": f'{PNG}" onload="{JS}', "text/plain": "x"},
    {"image/jpeg": f"x' onerror='{JS}", "text/plain": f"<img {SRC}>"},
    {"image/gif": f'" onerror="{JS}'},
    {"application/pdf": f"<script>{JS}</script>"},
    {"text/plain": f"</pre><script>{JS}</script>"},
]
ANSWERS = {
    "n-in-each-arm": f"""
from IPython.display import display
for data in {SHOWN!r}:
    display(data, raw=True, metadata={{"image/png": {{"width": '1" onload="{JS}'}}, "x": "<img {SRC}>"}})
print("<script>{JS}</script> \\x1b[31m<img {SRC}>\\x1b]8;;javascript:{JS}\\x07link\\x1b]8;;\\x07")
arm_n = 40  # </pre><script>{JS}</script>
type("<img {SRC}>", (Exception,), {{}})
raise type("<img {SRC}>", (Exception,), {{}})("<script>{JS}</script>")""".strip(),
    "which-design": f"design = '''<img {SRC}> $\\\\href{{javascript:{JS}}}{{link}}$'''",
    "follow-the-figure": f"fate = {{'walsh': '<script>{JS}</script>', '<img {SRC}>': 'x'}}",
    "the-difference": f"""
import pandas as pd
display(pd.DataFrame({{"pain <img {SRC}>": [4.75]}}))
gap = "<img {SRC}>" """.strip(),
    "draw-the-means": f"""
fig, ax = plt.subplots()
ax.bar(["before", "<img {SRC}>"], [6, 4])
ax.set_ylabel("<script>{JS}</script>")""".strip(),
    "say-it-plainly": f"summary = '''<script>{JS}</script> [link](javascript:{JS}) $\\\\href{{javascript:x}}{{y}}$'''",
}


def submission(root: Path) -> bytes:
    """A submission whose every place carries a script: answers, outputs, metadata, ids, attachments, widget state."""
    nb = nbformat.read(root / "lessons" / SLUG / f"{SLUG}.ipynb", as_version=4)
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if text := ANSWERS.get(grade_id.removesuffix("-answer")):
            cell.source = text if cell.metadata.nbgrader.solution else cell.source
        cell.metadata["name"] = cell.metadata["tags"] = [f"<img {SRC}>"]
        cell.attachments = {f"<img {SRC}>": {"image/svg+xml": f"<svg onload={JS}>"}}
        if cell.cell_type == "code":
            cell.outputs = [{"output_type": "display_data", "data": d, "metadata": {}} for d in copy.deepcopy(SHOWN)]
        else:
            cell.source = f"<script>{JS}</script><img {SRC}>"
            cell.id = f"<img {SRC}>"
    state = {"m": {"model_name": f"<img {SRC}>", "model_module": EVIL, "state": {"value": f"<script>{JS}</script>"}}}
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"version_major": 2, "state": state}}
    nb.metadata["title"] = nb.metadata["kernelspec"]["display_name"] = f"</title><script>{JS}</script>"
    nb.metadata["language_info"] = {"name": f"<img {SRC}>", "pygments_lexer": f"<img {SRC}>"}
    return json.dumps(nb).encode("utf-8")


RUNS = "[href^='javascript:' i], [href^='data:' i], [src^='javascript:' i], iframe[srcdoc], object, embed"
COVERS = "all => all.filter(e => ['fixed', 'absolute'].includes(getComputedStyle(e).position)).map(e => e.textContent)"
DRAWN = "all => all.filter(i => i.src.startsWith('data:image/png') && i.naturalWidth > 100).length"
# what MathJax looks at
TYPESET = """all => all.map(e => {
  const copy = e.cloneNode(true);
  copy.querySelectorAll("pre, code, script, style, .tex2jax_ignore").forEach(ignored => ignored.remove());
  return copy.textContent;
})"""


def faults(page: Any, address: str, shows: bool) -> list[str]:
    """What is wrong with an open page; with `shows`, the submission's table and plot must be seen on it."""
    found = []
    if page.title() == "taken":
        found.append("a script has run")
    if page.url.partition("?")[0].rstrip("/") != address.rstrip("/"):
        found.append(f"led to {page.url}")
    found += [f"could run: {e}" for e in page.locator(RUNS).evaluate_all("all => all.map(e => e.outerHTML)")]
    found += [f"covers: {text}" for text in page.locator("body *").evaluate_all(COVERS) if "covers" in text]
    if shows:
        if not page.locator("td:text-is('4.75')").is_visible():
            found.append("the table does not show")
        if (drawn := page.locator("img").evaluate_all(DRAWN)) != 1:
            found.append(f"{drawn} plots show")
        links = page.locator(".output_area a, section a").evaluate_all("all => all.map(e => e.getAttribute('href'))")
        found += [f"leads to {a}" for a in links if a and not a.startswith(("#", "http://", "https://"))]
        for text in page.locator("#notebook").evaluate_all(TYPESET):
            if "href{" in text:
                found.append(f"MathJax would see {text}")
    return found


def test_nothing_of_a_submission_runs_in_a_browser(tmp_path, monkeypatch, chromium, serving, free_port):
    root = tmp_path / "course"
    root.mkdir()
    compile_course(root)
    shutil.copy(REPO / "nbgrader_config.py", root)
    monkeypatch.chdir(root)
    course = Course(root, None)
    course.set("c.JudgeOutside.trust_submissions = True")
    students = ("ada", f"<img {SRC}>", "bob")
    files = {
        "page.html": f"<script>{JS}</script>",
        "picture.svg": f"<svg onload={JS}/>",
        "own.csv": "a,b",
        "x.xhtml": "x",
    }
    for student in students:
        if student == "bob":  # through plain nbgrader, the others through the class run
            course.call("appraise", "grade", SLUG, "--workers", "1")
        course.hand_in(student, submission(root))
        for name, text in {**files, f"<img {SRC}>.csv": "a"}.items():
            (course.folder(student) / name).write_text(text, encoding="utf-8")
    course.call("nbgrader", "autograde", SLUG, "--student", "bob")
    course.call("nbgrader", "generate_feedback", SLUG)

    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{root}/grading/gradebook.db", "one-trial-five-tellings") as book:
        found = [(s.student.id, s.id, s.assignment.id) for s in book.notebook_submissions(SLUG, SLUG)]
    assert {student for student, *_ in found} == set(students)
    server = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", f"--port={free_port}"]
    server += ["--ServerApp.token=t", "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}"]
    top = f"http://127.0.0.1:{free_port}/formgrader"
    pages = {f"{top}/submissions/{i}/": True for _, i, _ in found}
    pages |= {p.as_uri(): True for p in sorted(root.glob("grading/feedback/*/*/*.html"))}
    assert len(pages) == 2 * len(students)
    lists = (
        "manage_assignments",
        f"manage_submissions/{SLUG}",
        f"gradebook/{SLUG}/{SLUG}",
        "manage_students",
        f"manage_students/ada/{SLUG}",
    )
    pages |= {f"{top}/{path}": False for path in lists}
    page = chromium.new_page()
    asked: list[str] = []
    said: list[str] = []
    bad: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.route(lambda url: "127.0.0.1" not in url and not url.startswith("file:"), lambda route: route.abort())
    with serving(server, cwd=root, port=free_port):
        page.goto(f"{top}?token=t")
        for address, shows in pages.items():
            page.goto(address, wait_until="load")
            page.wait_for_timeout(500)
            bad += [f"{address}: {fault}" for fault in faults(page, address, shows)]
        for student, of, _ in found:
            for name in files:
                answer = page.request.get(f"{top}/submissions/{of}/{name}")
                assert answer.ok is (name == "own.csv"), (student, name)
    page.close()
    assert not bad, "\n".join(bad)
    assert said == []
    assert [url for url in asked if "evil.invalid" in url] == []
