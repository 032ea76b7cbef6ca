"""The YAML files: what they must hold, and what a broken one says."""

from __future__ import annotations

import re
import shutil
from itertools import combinations

import pytest

from appraise.cases.labels import LABELS, SUBJECTS
from appraise.cases.stream import Stream
from appraise.cases.wordings import (
    ASSETS,
    VOICES,
    expand,
    fill,
    load_abstract,
    load_names,
    load_remarks,
    load_tellings,
    load_topics,
)
from appraise.errors import CaseFileError


def test_there_are_enough_topics_subjects_and_wordings():
    topics = load_topics()
    assert len({topic.id for topic in topics}) == len(topics) >= 24
    assert len({topic.name for topic in topics}) == len({topic.name.split()[-1] for topic in topics}) == len(topics)
    assert len(SUBJECTS) >= 20
    for subject in SUBJECTS:
        for voice in VOICES:
            assert len({s for w in load_tellings().subjects[subject][voice] for s in expand(w)}) >= 4


def test_voices_share_no_sentence():
    for subject, voices in load_tellings().subjects.items():
        rows = [{s for w in voices[voice] for s in expand(w)} for voice in VOICES]
        for one, two in combinations(rows, 2):
            assert not one & two, subject


def test_voices_can_be_told_apart_by_their_words(cases):
    """A naive Bayes on words names the voice of a telling that it has not seen."""
    from collections import Counter
    from math import log

    counts = {voice: Counter() for voice in VOICES}
    for case in cases[:120]:
        for telling in case.tellings:
            counts[telling.voice].update(w for s in telling.sentences for w in re.findall(r"\w+|[“?:]", s.text.lower()))
    right = total = 0
    for case in cases[120:]:
        for telling in case.tellings:
            words = [w for s in telling.sentences for w in re.findall(r"\w+|[“?:]", s.text.lower())]
            scores = {v: sum(log((counts[v][w] + 1) / (counts[v].total() + 5000)) for w in words) for v in VOICES}
            right += max(scores, key=scores.__getitem__) == telling.voice
            total += 1
    assert right / total > 0.95


def test_remarks_know_every_label_and_only_parts_that_there_are():
    remarks = load_remarks()
    assert set(remarks.reasons) == set(LABELS)
    parts = set(load_abstract())
    for subject, matter in remarks.matters.items():
        assert set(matter.parts) <= parts, subject


def test_every_slot_of_the_abstract_is_filled(many_cases):
    used = {sentence.part for case in many_cases for sentence in case.abstract} | {"title"}
    assert used == set(load_abstract())


def test_a_wording_is_filled():
    assert fill("{Name} [x|x] {unit}", {"name": "band", "unit": "minutes"}, Stream("s")) == "Band x minutes"


BROKEN = [
    ("topics.yml", "  complaint: night cramps\n", "", r"topics\.yml, line \d+: \S+\.complaint: expected this key"),
    ("topics.yml", "  complaint: night cramps\n", "  complaint: a\n  complaint: b\n", r"line \d+: \S*complaint: expected each key once"),
    ("topics.yml", "  complaint: night cramps\n", "  complaint: [\n", r"topics\.yml, line \d+: expected YAML"),
    ("topics.yml", "fall: [9, 18]", "fall: [nine, 18]", r"line \d+: \S+measure\.fall\.0: expected a valid integer.*found 'nine\'"),
    ("wordings.yml", "  people:\n", "  persons:\n", "unknown or missing: people, persons"),
    ("wordings.yml", "{Wide} ", "{Wider} ", ""),
    ("wordings.yml", "[Quite a crowd|A full hall]", "[Quite a crowd|A full hall", r"expected brackets that close"),
    ("wordings.yml", "{number} people entered the trial of our", "many people entered the trial of our", r"took_part, shop: expected \{number\} in"),
    ("wordings.yml", "[Among the participants in|Of those who entered] the [{name}|{thing}] trial", "[Among the participants in|Of those who entered] the trial", r"women, press: expected a slot of the topic"),
    ("abstract.yml", "{Name} for {complaint}", "{Name} for {complaint", r"abstract\.yml, line \d+: title\.0: expected slots"),
    ("remarks.yml", "  stronger:", "  strongest:", r"remarks\.yml, line \d+: reasons"),
    ("names.yml", "town:", "towns:", r"names\.yml, line \d+: town: expected this key"),
]  # fmt: skip
LOADERS = {
    "topics.yml": load_topics,
    "wordings.yml": load_tellings,
    "abstract.yml": load_abstract,
    "remarks.yml": load_remarks,
    "names.yml": load_names,
}


@pytest.mark.parametrize(("name", "old", "new", "message"), [row for row in BROKEN if row[3]])
def test_a_broken_file_says_file_line_and_what_was_expected(tmp_path, name, old, new, message):
    text = (ASSETS / name).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CaseFileError, match=message) as raised:
        LOADERS[name](tmp_path / name)
    assert re.search(rf"{re.escape(name)}, line \d+: ", str(raised.value))
    assert "\n" not in str(raised.value)


def test_a_missing_or_empty_file_or_one_that_is_no_text_is_named(tmp_path):
    with pytest.raises(CaseFileError, match="expected this file"):
        load_topics(tmp_path / "gone.yml")
    (tmp_path / "empty.yml").write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(CaseFileError, match=r"empty\.yml: expected a valid tuple, found None"):
        load_topics(tmp_path / "empty.yml")
    (tmp_path / "latin.yml").write_bytes(b"- id: \xe9\n")
    with pytest.raises(CaseFileError, match="UTF-8"):
        load_topics(tmp_path / "latin.yml")
    shutil.copy(ASSETS / "names.yml", tmp_path / "names.yml")
    assert load_names(tmp_path / "names.yml") == load_names()
