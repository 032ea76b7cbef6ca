"""A pasted text: is it one that can be read, and where do its sentences and paragraphs lie?"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

from appraise.errors import WorkbenchError
from appraise.workbench.words import word_set

LONGEST = 200_000  # characters of one text
_TAG = re.compile(
    r"</?(?:html|head|body|div|p|span|script|style|meta|table|a|br|h[1-6]|li|ul|article)\b[^<>]{0,300}>", re.I
)
_ABBREVIATIONS = word_set(
    "vs v al fig figs dr prof mr mrs ms st no nos approx ca cf eg e.g i.e ie etc ref refs vol pp p jan feb mar apr jun "
    "jul aug sep sept oct nov dec inc ltd tel min max resp"
)
# possessive and begun once a run, so that a thousand dots are passed once
_BREAK = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'”’)\]]{0,3}(?=\s)|\n[ \t]*+(?=\n)|\n(?=[ \t]{0,8}(?:[-•*–]|\d{1,2}[.)])\s)"
)
_LAST_WORD = re.compile(r"[^\W\d_](?:[\w.]{0,12})$")


class Span(NamedTuple):
    """A stretch of a text: `text[start:end]`."""

    start: int
    end: int


def read_text(text: str | bytes, name: str = "the text") -> str:
    """A pasted text, made ready: line ends as \\n, one kind of composed letters, no zero-width characters.

    Raises WorkbenchError with one sentence for an empty text, the bytes of a file (a PDF, a picture), HTML, a text of
    more than 200,000 characters, or one written in another alphabet. `name` says which text it is in that sentence.

    >>> read_text("Forty people\\r\\nslept.", "the page")
    'Forty people\\nslept.'
    >>> read_text("  ", "the abstract")
    Traceback (most recent call last):
    ...
    appraise.errors.WorkbenchError: the abstract is empty; paste its text and try again
    """
    if isinstance(text, bytes):
        text = _decoded(text, name)
    if len(text) > LONGEST:
        raise WorkbenchError(
            f"{name} has {len(text):,} characters and at most {LONGEST:,} are read; paste only the part you need"
        )
    if not text.strip("\ufeff\u200b \t\r\n\xa0"):
        raise WorkbenchError(f"{name} is empty; paste its text and try again")
    start = text.lstrip("\ufeff\u200b \t\r\n")[:1024]
    if start.startswith("%PDF") or "\nendobj" in text[:5000]:
        raise WorkbenchError(f"{name} is a PDF; open it, copy its text and paste that")
    if _is_binary(text):
        raise WorkbenchError(f"{name} is a file that is not plain text; open it, copy its text and paste that")
    tags = len(_TAG.findall(text[:20_000]))
    if start[:15].lower().startswith(("<!doctype", "<html", "<?xml")) or tags >= 5:
        raise WorkbenchError(f"{name} is HTML; open the page in a browser, copy what you read there and paste that")
    if not any(map(str.isalpha, text)):
        raise WorkbenchError(f"{name} has no words; paste its text and try again")
    letters = "" if text.isascii() else [c for c in text if c.isalpha()]
    latin = sum(c < "\u0250" or "\u1e00" <= c <= "\u1eff" for c in letters)
    if latin < 0.6 * len(letters):
        raise WorkbenchError(
            f"{name} is mostly in another alphabet than the Latin one, and only English texts are read"
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # NFC leaves ² and ½ as they are; zero-width characters and soft hyphens would cut words
    return unicodedata.normalize("NFC", re.sub("[\u200b\u200c\u200d\ufeff\u00ad]", "", text)).strip()


def _decoded(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        what = "a PDF" if raw[:1024].lstrip().startswith(b"%PDF") else "a file that is not plain text in UTF-8"
        raise WorkbenchError(f"{name} is {what}; open it, copy its text and paste that") from None


def read_file(path: Path, name: str) -> str:
    """The text of a file, as `read_text` gives it. Raises WorkbenchError where there is no such file."""
    try:
        return read_text(path.read_bytes(), f"{name} ({path})")
    except OSError as error:
        raise WorkbenchError(f"{name} ({path}) cannot be read: {error.strerror or error}") from None


def _is_binary(text: str) -> bool:
    odd = sum(text.count(chr(c)) for c in (*range(9), *range(14, 27), 0xFFFD))
    return "\x00" in text or odd > 0.01 * len(text)


def sentences(text: str) -> list[Span]:
    """The sentences of a text, in order, without the space around them. Takes a time that grows with the length.

    A blank line ends a sentence, and so does the sign of a list. A point after "vs", "Fig" and the like does not.

    >>> text = "Pain fell (4.5 vs. 3.9). It rose later!\\n\\nMethods"
    >>> [text[a:b] for a, b in sentences(text)]
    ['Pain fell (4.5 vs. 3.9).', 'It rose later!', 'Methods']
    """
    spans, start = [], 0
    for match in _BREAK.finditer(text):
        if match[0] == "." and "\n" not in text[match.end() : match.end() + 1]:
            word = _LAST_WORD.search(text, max(start, match.start() - 14), match.start())
            after = text[match.end() : match.end() + 2].lstrip()
            initial = word is not None and len(word[0]) == 1 and word[0].isupper()
            if (word and (word[0].lower() in _ABBREVIATIONS or initial)) or after[:1].islower():
                continue
        spans += _trimmed(text, start, match.end())
        start = match.end()
    return spans + _trimmed(text, start, len(text))


def paragraphs(text: str) -> list[Span]:
    """The paragraphs of a text: what stands between blank lines, or each line where there is no blank one.

    >>> text = "A page.\\n\\nIts second\\nparagraph."
    >>> [text[a:b] for a, b in paragraphs(text)]
    ['A page.', 'Its second\\nparagraph.']
    """
    mark = "\n\n" if "\n\n" in text else "\n"
    spans, start = [], 0
    while (end := text.find(mark, start)) >= 0:
        spans += _trimmed(text, start, end)
        start = end + len(mark)
    return spans + _trimmed(text, start, len(text))


def passage(text: str, chosen: list[int]) -> str:
    """The chosen paragraphs of a text (their numbers, from 1), joined by blank lines; all where none is chosen.

    Raises WorkbenchError for a number that no paragraph has.

    >>> passage("One.\\n\\nTwo.\\n\\nThree.", [1, 3])
    'One.\\n\\nThree.'
    """
    spans = paragraphs(text)
    if wrong := [n for n in chosen if not 1 <= n <= len(spans)]:
        raise WorkbenchError(f"paragraph {wrong[0]} is chosen, and the text has {len(spans)}")
    numbers = sorted(set(chosen)) or range(1, len(spans) + 1)
    return "\n\n".join(text[spans[n - 1].start : spans[n - 1].end] for n in numbers)


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return [Span(start, end)] if start < end else []


_OF_AN_ABSTRACT = re.compile(
    r"\b(?:background|objectives?|methods?|results?|findings|conclusions?|interpretation|participants|randomi[sz]ed|"
    r"allocated|95\s?% ?(?:CI|confidence)|confidence interval|primary outcome|main outcome|funding|registration)\b"
    r"|\bp\s?[<=>]",
    re.I,
)
_OF_A_PAGE = re.compile(
    r"\b(?:you|your|we all|click|share|buy|price|order|reviews?|comments|posted|read more|subscribe|says?|said|news|"
    r"research shows|new study|scientists|experts|researchers)\b|[!?£$€]",
    re.I,
)


def looks_swapped(page: str, abstract: str) -> str:
    """One sentence where the page and the abstract seem to stand in each other's box, and "" otherwise.

    It counts words that abstracts and pages tend to use. It is a question to the reader and stops nothing.

    >>> looks_swapped("Methods: randomised. Results: p<0.05.", "You will love it, says our shop! Buy now.")
    "the page reads like an abstract and the abstract like a page: are they in each other's box?"
    >>> looks_swapped("You will love it, says our shop! Buy now.", "Methods: randomised. Results: p<0.05.")
    ''
    """

    def leaning(text: str) -> float:
        """How much a text leans to an abstract, from −1 to 1."""
        start = text[:20_000]
        abstract_words, page_words = len(set(_words(_OF_AN_ABSTRACT, start))), len(set(_words(_OF_A_PAGE, start)))
        return (abstract_words - page_words) / max(1, abstract_words + page_words)

    if leaning(page) > 0.3 and leaning(abstract) < -0.3:
        return "the page reads like an abstract and the abstract like a page: are they in each other's box?"
    return ""


def _words(pattern: re.Pattern[str], text: str) -> list[str]:
    return [match[0].lower() for match in pattern.finditer(text)]
