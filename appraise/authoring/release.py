"""The released lesson, made through nbgrader's own generate_assignment."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from nbformat import NotebookNode

from appraise.authoring.notebook import write_notebook
from appraise.files import ROOT


def make_release(slug: str, nb: NotebookNode, solutions: Path) -> dict[str, bytes]:
    """The released lesson of a solutions notebook through nbgrader's GenerateAssignment: file name to bytes."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        shutil.copytree(solutions / slug, work / "solutions" / slug)
        (work / "solutions" / slug / f"{slug}.ipynb").write_bytes(write_notebook(nb))
        config = Config()
        settings = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
        config.merge(settings)
        config.CourseDirectory.root = folder
        config.CourseDirectory.assignment_id = slug
        config.SaveCells.enabled = False  # the release needs no gradebook
        converter = GenerateAssignment(
            coursedir=CourseDirectory(config=config), parent=None, config=config, force=True, no_database=True
        )
        converter.log.setLevel("WARNING")
        converter.start()
        return {p.name: p.read_bytes() for p in sorted((work / "lessons" / slug).iterdir())}
