"""The pictures of README.md: they can be taken anew, are small, and show what the lessons show today."""

import re

import numpy as np
from PIL import Image

from tests.browser.pictures import EXERCISE, MOST_BYTES, TARGET, exercise_picture, take_pictures
from tests.conftest import ROOT


def pixels(path):
    """A picture as numbers: rows, columns and three colours from 0 to 255."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), dtype=float)


def test_the_pictures_are_taken_anew_and_the_figure_is_that_of_today(room, tmp_path):
    slug, exercise, label = EXERCISE
    assert exercise_picture(room, slug, exercise, label).startswith(b"\x89PNG")
    assert room.remark(exercise).inner_text().startswith(("◐", "✗"))  # answered wrongly, with a remark
    take_pictures(room, tmp_path / "readme")
    assert pixels(tmp_path / "readme" / "exercise.png").shape[0] > 300
    assert pixels(tmp_path / "readme" / "exercise.png").std() > 20  # not an empty page
    kept, now = pixels(TARGET / "figure.png"), pixels(tmp_path / "readme" / "figure.png")
    assert kept.shape == now.shape
    assert np.abs(kept - now).mean() < 2, "the lesson's picture has changed: make pictures"


def test_the_readme_opens_with_both_pictures_and_their_words():
    opening = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## ")[0]
    shown = dict(re.findall(r"!\[([^]]+)\]\((assets/readme/\w+\.png)\)", opening))
    assert sorted(shown.values()) == sorted(f"assets/readme/{path.name}" for path in TARGET.iterdir())
    assert min(map(len, shown)) > 80
    assert max(path.stat().st_size for path in TARGET.iterdir()) <= MOST_BYTES
