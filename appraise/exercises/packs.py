"""Packs: a lesson's exercises as a learner's machine holds them, base64 of sorted JSON: out of sight, not secret."""

from __future__ import annotations

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any

from appraise.exercises.exercise import Exercise
from appraise.files import PACKS

Pack = dict[str, Any]  # lesson, version, exercises by id


def pack_bytes(key: Pack) -> bytes:
    """The pack made of a key: what a learner's machine holds, without the hidden cases."""
    exercises = {i: {k: v for k, v in ex.items() if k != "hidden"} for i, ex in key["exercises"].items()}
    text = json.dumps({**key, "exercises": exercises}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return base64.encodebytes(text.encode("utf-8"))


@cache
def load_packs(folder: Path = PACKS) -> dict[str, Pack]:
    """All packs by lesson, e.g. `load_packs()["04-the-numbers"]["exercises"]`."""
    return {p.stem: json.loads(base64.decodebytes(p.read_bytes())) for p in sorted(folder.glob("*.pack"))}


def find_exercise(exercise_id: str) -> tuple[str, Exercise] | None:
    """The lesson and the exercise of an id, or None."""
    for slug, pack in load_packs().items():
        if exercise_id in pack["exercises"]:
            return slug, _compiled(slug, exercise_id)
    return None


def exercises_of(slug: str) -> dict[str, Exercise]:
    """The exercises of a lesson by id; empty where the library holds no pack of it."""
    return {name: _compiled(slug, name) for name in load_packs().get(slug, {}).get("exercises", {})}


@cache
def _compiled(slug: str, exercise_id: str) -> Exercise:
    return Exercise.from_json(load_packs()[slug]["exercises"][exercise_id])
