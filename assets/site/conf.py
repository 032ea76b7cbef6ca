"""How the copy to read is built and how it looks. `make site` hands the lessons to Sphinx with this file.

The pages load nothing from outside: the theme brings its own letters, signs and scripts.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from appraise.course import load_course

project = html_title = load_course().title
language = "en"
extensions = ["myst_nb"]
smartquotes = False  # a heading keeps its letters, and so the name to which remarks link
suppress_warnings = ["config.cache"]

nb_execution_mode = "off"  # the lessons come with their outputs
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"

html_theme = "sphinx_book_theme"
html_theme_options = {
    "home_page_in_toc": True,
    "navbar_persistent": [],  # the sidebar has the search
    "use_download_button": False,
    "use_fullscreen_button": False,
    "footer_content_items": ["extra-footer"],
    "extra_footer": (
        "<p>This is not medical advice. Lessons, records, pictures and texts: "
        '<a href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>. The five pages and the trial belong to '
        "their authors; they are cited and paraphrased here.</p>"
    ),
    "toc_title": "On this page",
    "show_toc_level": 1,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_static_path = ["site.css"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False


def name_headings_as_jupyterlab_does(app: Sphinx, page: nodes.document) -> None:
    """Give each heading the name that it has in JupyterLab too, because remarks and lessons link to that name.

    A remark's link is HTML, which the browser follows. A lesson's is Markdown, which MyST looks up in a table.
    """
    # an option of MyST's would name them so as well; it wants a function, which Sphinx's configuration cannot keep
    known = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for section in page.findall(nodes.section):
        title = section[0].astext()
        anchor = title.replace(" ", "-")
        if anchor not in section["ids"]:
            section["ids"].append(anchor)
        known[anchor] = (section.line or 0, anchor, title)


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx: this file is an extension as well."""
    app.connect("doctree-read", name_headings_as_jupyterlab_does)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
