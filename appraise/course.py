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


class Route(StrictModel):
    """A way through the course: some of its lessons, or a notebook of its own that is put together from them.

    Attributes
    ----------
    lessons : tuple of str
        Slugs, in their order; empty for a notebook of its own.
    minutes : int or None
        Of a notebook of its own: computed by `make lessons`.
    extras : bool
        Whether the extras of its lessons belong to it.
    """

    title: _Text
    for_whom: _Text
    lessons: tuple[str, ...] = ()
    minutes: int | None = None
    extras: bool = False


class Course(StrictModel):
    """`course.yml`: the one manifest, the lessons in their order, and the routes through them."""

    title: _Text
    lessons: Annotated[list[Lesson], Field(min_length=1)]
    routes: dict[_Id, Route] = {}

    def minutes_of(self, route: Route) -> int:
        """The minutes of a route: its own notebook's, or those of its lessons, with extras where they belong to it.

        >>> course = load_course()
        >>> course.minutes_of(course.routes["core"]) < course.minutes_of(course.routes["whole"])
        True
        """
        if route.minutes is not None:
            return route.minutes
        lessons = [lesson for lesson in self.lessons if lesson.slug in route.lessons]
        return sum(lesson.minutes + lesson.extra_minutes * route.extras for lesson in lessons)

    def notebook_of(self, route: str) -> str:
        """Where a route's own notebook lies inside `lessons/` or `work/`; its first lesson's where it has none."""
        lessons = self.routes[route].lessons
        return self.lesson(lessons[0]).notebook if lessons else f"{route}/{route}.ipynb"

    @property
    def own_notebooks(self) -> list[str]:
        """The routes with a notebook of their own."""
        return [name for name, route in self.routes.items() if not route.lessons]

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
    for name, route in course.routes.items():
        for slug in route.lessons:
            if slug not in slugs:
                raise CourseFileError(file.name, f"routes.{name}", f"expected a lesson of this file, found {slug!r}")
    if slugs != sorted(slugs):
        raise CourseFileError(file.name, "", "expected the lessons in the order of their numbers")
    return course
