"""`course.yml`, the one manifest: the lessons in their order, with titles, minutes and objectives."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from appraise.errors import CourseError, CourseFileError
from appraise.files import ROOT, StrictModel, read_yaml

_Id = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
_Text = Annotated[str, Field(min_length=1)]


class Lesson(StrictModel):
    """One lesson of `course.yml`: minutes of its core and of its extras, `objectives` by id, `graded` or not."""

    slug: Annotated[str, Field(pattern=r"^\d{2}-[a-z0-9]+(-[a-z0-9]+)*$")]
    title: _Text
    question: _Text
    minutes: Annotated[int, Field(ge=1, le=120)]
    extra_minutes: Annotated[int, Field(ge=0, le=120)] = 0
    graded: bool = True
    objectives: Annotated[dict[_Id, _Text], Field(min_length=1)]

    @property
    def number(self) -> str:
        """The two digits at the start of the slug."""
        return self.slug[:2]

    @property
    def notebook(self) -> str:
        """Where the lesson's notebook lies inside `solutions/`, `lessons/` or `work/`.

        >>> load_course().lesson("04-the-numbers").notebook
        '04-the-numbers/04-the-numbers.ipynb'
        """
        return f"{self.slug}/{self.slug}.ipynb"


class Course(StrictModel):
    """`course.yml`: the one manifest, the lessons in their order."""

    title: _Text
    lessons: Annotated[list[Lesson], Field(min_length=1)]

    def lesson(self, slug: str) -> Lesson:
        """The lesson of a slug. Raises CourseError, which names the lessons that there are."""
        for lesson in self.lessons:
            if lesson.slug == slug:
                return lesson
        raise CourseError(f"there is no lesson {slug!r}; course.yml has {', '.join(x.slug for x in self.lessons)}")


def load_course(path: Path | None = None) -> Course:
    """The manifest, checked. Raises CourseError: the file, the place in it, what was expected.

    >>> load_course().lessons[0].slug
    '00-start-here'
    """
    file = path or ROOT / "course.yml"
    if not file.is_file():
        raise CourseError(f"{file}: expected the course's manifest; use the library from a clone of the course")
    return _load_course(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _load_course(file: Path, _changed: int) -> Course:
    course = read_yaml(file, Course, CourseFileError)
    slugs = [lesson.slug for lesson in course.lessons]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise CourseFileError(file.name, "", f"expected each lesson once, {slug!r} stands twice")
    if slugs != sorted(slugs):
        raise CourseFileError(file.name, "", "expected the lessons in the order of their numbers")
    return course
