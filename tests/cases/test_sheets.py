"""Printed sheets: questions without a key, keys apart."""

from __future__ import annotations

from html.parser import HTMLParser

from appraise.cases.issuing import DEMO_SECRET, issue
from appraise.cases.own import read_own_case
from appraise.cases.sheets import print_keys, print_questions
from appraise.cases.wordings import ASSETS


class Balanced(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.words = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("br", "meta"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def read(html):
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    return " ".join(parser.words)


def test_questions_hold_every_sentence_and_no_key():
    rows = list(issue(DEMO_SECRET, "13", ["ada", "bob"]))
    shown = read("".join(print_questions(row.text for row in rows)))
    for row in rows:
        assert row.code in shown
        for telling in row.text.tellings:
            assert all(sentence in shown for sentence in telling.sentences)
        assert all(headline in shown for headline in row.text.headlines)
        for mark in (mark for marks in row.key.marks for mark in marks):
            assert mark.reason not in shown


def test_keys_hold_every_mark():
    rows = list(issue(DEMO_SECRET, "13", ["ada", "bob"]))
    shown = read("".join(print_keys(row.key for row in rows)))
    for row in rows:
        assert f"Key to {row.code}" in shown
        assert all(mark.reason in shown for marks in row.key.marks for mark in marks)
        assert f"Fair headline: {row.key.headline + 1}" in shown


def test_an_own_case_is_printed_too_and_its_signs_are_escaped():
    text, key = read_own_case(ASSETS / "starter.md")
    risky = text.model_copy(update={"title": "Pads <script>"})
    html = "".join(print_questions([risky]))
    assert "<script>" not in html
    assert "Pads <script>" in read(html)
    assert "Fair headline: 2" in read("".join(print_keys([key])))
