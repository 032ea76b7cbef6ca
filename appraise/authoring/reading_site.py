"""A copy of the lessons to read without Jupyter: `_site/`, without solutions, with search, from any folder or disk.

The lessons are run as they are released, so every check says that there is no answer yet and every widget is a picture.
"""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from appraise.course import load_course
from appraise.errors import SiteError
from appraise.files import ROOT
from appraise.runtime import kernel_environment

SITE = ROOT / "_site"


def run_lesson(slug: str) -> Any:
    """A released lesson with its outputs, as for a learner who has answered nothing. Raises SiteError."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(ROOT / "lessons" / slug / f"{slug}.ipynb", as_version=4)
    with tempfile.TemporaryDirectory() as folder:  # nobody's own work belongs on the pages
        client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": folder}})
        try:
            client.execute(env=kernel_environment(APPRAISE_WORK=folder))
        except CellExecutionError as error:
            raise SiteError(f"lessons/{slug}: expected a lesson that runs to its end: {error.ename}") from None
    return notebook


def run_lessons() -> dict[str, NotebookNode]:
    """Every lesson that is released, by slug, with its outputs."""
    slugs = [lesson.slug for lesson in load_course().lessons if (ROOT / "lessons" / lesson.notebook).is_file()]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return dict(zip(slugs, pool.map(run_lesson, slugs), strict=True))


def build_site(target: Path = SITE, lessons: dict[str, NotebookNode] | None = None) -> Path:
    """Write the pages into a folder; returns its first page. `lessons`: as from `run_all`, to save running them again.

    Raises SiteError where a page cannot be made, a link inside the course leads nowhere included.
    """
    from sphinx.application import Sphinx
    from sphinx.errors import SphinxError

    course = load_course()
    lessons = lessons or run_lessons()
    with tempfile.TemporaryDirectory() as folder:
        pages = Path(folder) / "pages"
        for slug, notebook in lessons.items():
            (pages / slug).mkdir(parents=True)
            nbformat.write(notebook, pages / slug / f"{slug}.ipynb")
        rows = [
            f"| [{lesson.number} {lesson.title}]({lesson.notebook}) | {lesson.question} | {lesson.minutes} |"
            for lesson in course.lessons
            if lesson.slug in lessons
        ]
        rows = [
            f"# {course.title}",
            "",
            _INTRODUCTION,
            "",
            "## Lessons",
            "",
            "| Lesson | Question | Minutes |",
            "| --- | --- | --- |",
            *rows,
        ]
        listed = [f"{slug}/{slug}" for slug in lessons]
        rows += ["", "```{toctree}", ":hidden:", "", *listed, "```", ""]
        (pages / "index.md").write_text("\n".join(rows), encoding="utf-8")
        assets = Path(folder) / "assets"
        assets.mkdir()
        (assets / "site.css").write_text(_CSS, encoding="utf-8")
        settings: dict[str, Any] = {
            "project": course.title,
            "language": "en",
            "extensions": ["myst_nb", __name__],
            "nb_execution_mode": "off",
            "smartquotes": False,  # a heading keeps its letters, and so its name
            "html_theme": "alabaster",
            "html_theme_options": {"body_text_align": "left", "page_width": "76em", "show_powered_by": False},
            "html_static_path": [str(assets)],
            "html_css_files": ["site.css"],
            "html_copy_source": False,
            "html_show_copyright": False,
            "html_show_sphinx": False,
            "pygments_style": "default",
            "html_sidebars": {"**": ["globaltoc.html", "searchbox.html"]},
            "suppress_warnings": ["config.cache"],
        }
        try:
            app = Sphinx(
                pages, None, target, Path(folder) / "doctrees", "html", settings, status=None, freshenv=True,
                warningiserror=True, exception_on_warning=True,
            )  # fmt: skip
            app.build(force_all=True)
        except SphinxError as error:
            raise SiteError(str(error)) from None
    return target / "index.html"


_INTRODUCTION = (
    "The lessons, to read. To answer and to be told at once what is right, start the course in Jupyter; here each "
    "check says that there is no answer yet, and what moves there stands still."
)


# Long code is wrapped, since a frame that scrolls cannot be reached by keyboard; links are dark, lined and wide enough.
_CSS = """
a, a.headerlink, div.sphinxsidebar a { color: #004b6b; text-decoration: underline; }
div.sphinxsidebar a { display: inline-block; min-height: 24px; vertical-align: top; }
div.highlight { background: #f8f8f8; }
pre { white-space: pre-wrap; overflow: visible; }
img { max-width: 100%; }
"""


def setup(app: Any) -> dict[str, bool]:
    """As a Sphinx extension: headings also bear the names that they have in JupyterLab, to which remarks link."""
    from docutils import nodes

    def name(_: Any, page: Any) -> None:
        for section in page.findall(nodes.section):
            anchor = section[0].astext().replace(" ", "-")
            if anchor not in section["ids"]:
                section["ids"].append(anchor)

    app.connect("doctree-read", name)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def run_site_command() -> int:
    """Make `_site/`; returns the exit code 0."""
    print(f"Open {build_site()}")
    return 0
