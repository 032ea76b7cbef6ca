"""No remark on a wrong label gives the right one away: neither its words nor its meaning stand in it.

A learner who is told "never the right answer" must not find it in a remark. Labels are looked for as whole words;
labels of one or two characters (a, b, 03) only where they are quoted or called by name ("option b"), since they stand
in ordinary words and sentences too. A meaning (`means:` in `exercises.yml`) is given away where a remark holds it as a
phrase, or holds all of its words of four letters and more, where these are three or more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from appraise.authoring.compile import compile_lesson
from appraise.authoring.entries import Entry, read_entries
from appraise.authoring.lint import with_parts
from appraise.course import load_course
from appraise.errors import AuthorError
from appraise.exercises.parts import flatten
from appraise.exercises.serialize import Json
from appraise.exercises.values import normalize
from tests import bank
from tests.lesson_text import write_lesson


def labels_for(ex: dict[str, Any], part: str) -> list[str]:
    """The labels to choose from for one part: of the exercise, of the part, or of its column; empty where none."""
    options = ex.get("options") or []
    if isinstance(options, dict):
        options = options.get(part) or options.get(part.split(" · ")[-1]) or []
    return list(options)


def parts_met(ex: dict[str, Any], misconception: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The parts that a misconception's remark can be shown for, each with its right label."""
    items = misconception.get("item")
    whole = dict(flatten(misconception["answer"]).values()) if items is None else {}
    for part, right in flatten(ex["expected"]).values():
        meant = part in items if isinstance(items, list) else items in (None, "any", part)
        wrong: Json = whole.get(part) if items is None else misconception["answer"]
        if meant and isinstance(right, str) and right in labels_for(ex, part) and wrong != right:
            yield part, right


def holds_label(remark: str, label: str) -> bool:
    """Whether a remark holds a label.

    >>> holds_label("Which of them is a false alarm?", "false alarm"), holds_label("It is almost alarming.", "alarm")
    (True, False)
    >>> holds_label("Look at a line.", "a"), holds_label("Is “a” right?", "a"), holds_label("Option a is.", "a")
    (False, True, True)
    """
    text, label = normalize(remark), re.escape(normalize(label))
    if len(label) > 2:
        return re.search(rf"(?<!\w){label}(?!\w)", text) is not None
    named = rf"(?:option|label|answer|lesson|statement|sentence) {label}(?!\w)"
    return re.search(rf"[“\"'`]{label}[”\"'`]|{named}", text) is not None


def holds_meaning(remark: str, meaning: str) -> bool:
    """Whether a remark holds a meaning, as a phrase or by all its words of four letters and more.

    >>> holds_meaning("On this page, what speaks for it? Nothing.", "nothing on this page speaks for it")
    True
    >>> holds_meaning("Which page speaks for it?", "nothing on this page speaks for it")
    False
    """
    if normalize(meaning) in normalize(remark):
        return True
    telling = {word for word in re.findall(r"\w+", normalize(meaning)) if len(word) > 3}
    return len(telling) > 2 and telling <= set(re.findall(r"\w+", normalize(remark)))


def leaks(ex: dict[str, Any]) -> list[str]:
    """What the remarks of an exercise give away, one line each."""
    found = []
    if not ex.get("options") or "expected" not in ex:
        return []
    for m in ex.get("misconceptions", []):
        for part, right in parts_met(ex, m):
            meaning = ex.get("means", {}).get(right)
            if holds_label(m["remark"], right):
                found.append(f"{ex['id']}.{m['id']}, “{part}”: holds the right label “{right}”")
            elif meaning and holds_meaning(m["remark"], meaning):
                found.append(f"{ex['id']}.{m['id']}, “{part}”: holds what “{right}” means, “{meaning}”")
    return found


@pytest.mark.parametrize("slug", bank.slugs())
def test_no_remark_gives_a_label_away(slug: str) -> None:
    found = [line for ex in bank.key(slug).values() for line in leaks(ex)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("slug", bank.slugs())
def test_meanings_stand_in_the_key(slug: str) -> None:
    for exercise, entry in read_entries(bank.ROOT / "solutions" / slug / "exercises.yml").items():
        assert bank.key(slug)[exercise].get("means", {}) == entry.means


EXERCISE = {
    "id": "made-up",
    "options": ["shown", "not shown", "contradicted"],
    "means": {"not shown": "nothing on this page speaks for it"},
    "expected": {"dict": [["first", "shown"], ["second", "not shown"]]},
}


@pytest.mark.parametrize(
    ("item", "answer", "remark", "leak"),
    [
        ("second", "contradicted", "Where is that contradicted? Look again.", ""),
        ("second", "contradicted", "Which label is left, if it is not shown?", "holds the right label"),
        ("second", "contradicted", "Not–shown things are another matter.", "holds the right label"),
        ("second", "shown", "What if nothing on this page speaks for it?", "holds what"),
        ("second", "shown", "There is nothing that speaks for it on any page of this book.", "holds what"),
        ("second", "shown", "Which words of the page do you mean?", ""),
        ("any", "contradicted", "Is it shown?", "“first”"),
        (["second"], "contradicted", "Is it shown?", ""),
        (None, with_parts(EXERCISE["expected"], {"first": "contradicted"}), "Is it shown?", "“first”"),
        (None, with_parts(EXERCISE["expected"], {"second": "shown"}), "Is it shown?", ""),
    ],
)
def test_a_leak_is_found(item: Any, answer: Json, remark: str, leak: str) -> None:
    m = {"id": "m", "answer": answer, "remark": remark, **({"item": item} if item is not None else {})}
    found = leaks({**EXERCISE, "misconceptions": [m]})
    assert bool(found) == bool(leak)
    assert leak in "".join(found)


def test_a_meaning_belongs_to_a_label(tmp_path: Any) -> None:
    slug = "00-start-here"
    folder = tmp_path / slug
    folder.mkdir()
    write_lesson(bank.Bench(slug).nb, folder)
    yml = folder / "exercises.yml"
    known = bank.ROOT / "solutions" / slug / "exercises.yml"
    yml.write_text(known.read_text(encoding="utf-8").replace("    stated: the", "    said: the"), encoding="utf-8")
    with pytest.raises(AuthorError, match=r"start-stated-or-not\.means: “said” is not among the options"):
        compile_lesson(slug, tmp_path, load_course())


def test_means_is_optional() -> None:
    assert Entry.model_fields["means"].default == {}
