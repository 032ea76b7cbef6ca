"""What nbgrader_config.py says, as data: folders, limits, and whether submissions are trusted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets import Bool, Float, HasTraits, Integer
from traitlets.config import Configurable

from appraise.errors import ClassError
from appraise.grading.limits import Limits


class GradingOptions(HasTraits):
    """What `c.JudgeOutside` in nbgrader_config.py sets; mixed into the preprocessor of that name."""

    trust_submissions = Bool(False, help="Grade although no sandbox stands between submissions and this machine.").tag(
        config=True
    )
    item_seconds = Float(20.0, help="Processor seconds of an answer cell, and again of its checks.").tag(config=True)
    notebook_seconds = Float(120.0, help="Seconds of a whole submission, times six.").tag(config=True)
    memory_bytes = Integer(1 << 30, help="Memory that a submission may use beyond the lesson's own.").tag(config=True)

    def limits(self) -> Limits:
        """The limits that are set in the configuration."""
        return Limits(self.item_seconds, self.notebook_seconds, self.memory_bytes)


@dataclass(frozen=True)
class Settings:
    """What nbgrader_config.py in the course's folder says."""

    root: Path
    dirs: Any
    config: Any
    limits: Limits
    trust: bool

    def folder(self, step: str, student: str, slug: str) -> Path:
        """The folder of a step ("submitted", "autograded", …) for a student and a lesson."""
        return Path(self.dirs.format_path(getattr(self.dirs, f"{step}_directory"), student, slug))

    @property
    def own(self) -> Path:
        """Where a run keeps what it needs while it runs: beside what is handed in."""
        return self.root / Path(self.dirs.submitted_directory).parent


def read_settings() -> Settings:
    """The settings of the course in the current folder.

    Raises
    ------
    ClassError
        Where there is no nbgrader_config.py, or it cannot be read.
    """
    root = Path.cwd()
    if not (root / "nbgrader_config.py").is_file():
        raise ClassError(f"{root} holds no nbgrader_config.py: run this in the course's folder")
    app = NbGrader(raise_config_file_errors=True)
    app.coursedir = CourseDirectory(parent=app)
    try:
        app.load_config_file()
    except Exception as e:
        raise ClassError(f"nbgrader_config.py cannot be read: {type(e).__name__}: {e}") from None
    dirs = CourseDirectory(config=app.config)
    section = type("JudgeOutside", (GradingOptions, Configurable), {})(config=app.config)
    return Settings(Path(dirs.root), dirs, app.config, section.limits(), section.trust_submissions)
