"""The labels of the invented texts can be read and agree with the texts they stand in."""

from __future__ import annotations

from tests.workbench import texts


def test_labels_agree_with_the_texts() -> None:
    assert texts.misfits() == []


def test_there_are_enough_texts_of_each_kind() -> None:
    assert len(texts.pages()) >= 12
    assert len(texts.abstracts()) >= 15
    statuses = [label.status for page in texts.pages() for label in page.labels]
    assert min(statuses.count(s) for s in ("printed", "rounded", "changed", "absent")) >= 10
