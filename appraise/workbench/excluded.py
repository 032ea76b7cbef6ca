"""Digits that are no figure: dates, times of day, references, DOIs, addresses, phone and grant numbers, names.

Each pattern has a fixed greatest length, so that a text of n characters takes a time that grows with n.
"""

from __future__ import annotations

import re

_NAMES = "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september "
_NAMES += "october november december"
# with a capital, since "12 may" is mostly no date
_MONTH = (
    r"(?:"
    + "|".join(f"{n.capitalize()}|{n.upper()}" for n in sorted(_NAMES.split(), key=len, reverse=True))
    + r")\b\.?"
)
_DAY = r"[0-3]?\d(?:st|nd|rd|th)?\b"
_YEAR = r"(?:19|20)\d\d\b"
_GAP = r"[ \u00a0]{1,2}"
_TO = rf"{_GAP}?(?:[-–]|to|and|or){_GAP}?"
PATTERNS = [
    # dates: 14 October 2020; 30th June; 2-5 May; the 3rd of May; May 3, 2020; May 2020; 3.11.2021; 2020-05-03; 09/2026
    rf"\b{_DAY}(?:{_TO}{_DAY})?\.?{_GAP}(?:of{_GAP})?{_MONTH}(?:,?{_GAP}{_YEAR})?",
    rf"\b{_MONTH}{_GAP}{_DAY}(?:{_TO}{_DAY}(?!{_GAP}?%))?(?:,?{_GAP}{_YEAR})?(?!\.\d)(?!{_GAP}?%)",
    rf"\b{_MONTH},?{_GAP}{_YEAR}",
    r"\b\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d\d)\b",
    r"\b\d{4}-\d\d-\d\d\b",
    rf"\b(?:0?[1-9]|1[0-2])/{_YEAR}",
    r"\b(?:0[1-9]|[12]\d|3[01])/0[1-9]\b",
    r"\b(?:19|20)\d\d[-–/]\d{2,4}\b",
    # times of day: 9 am, 9.30 to 10.15 pm, 22:14; 17 May at 13.30
    r"\b[0-2]?\d(?:[:.][0-5]\d)?(?:\s?(?:-|–|to|and)\s?[0-2]?\d(?:[:.][0-5]\d)?)?\s?(?:[ap]m\b|[ap]\.m\.|o['’]clock\b)",
    r"\b[0-2]?\d:[0-5]\d(?::[0-5]\d)?\b",
    rf"(?:{_MONTH}|[a-z]day|{_YEAR}),?{_GAP}at{_GAP}[0-2]?\d\.[0-5]\d\b",
    # references: 12(3):211-219; 2021;156(8):701; [3,7-9]; pp. 22-25
    r"\b\d{1,4}(?:\s?\(\d{1,4}(?:[-–]\d{1,4})?\))?:\s?[a-z]?\d{1,6}\s?[-–]\s?[a-z]?\d{1,6}\b",
    r"\b(?:19|20)\d\d[a-z]?;\s?\d{1,4}(?:\s?\(\d{1,4}\))?(?::\s?[a-z]?\d{1,6}(?:[-–]\d{1,6})?)?\b",
    r"\b\d{1,4}\s?\(\d{1,4}\):\s?[a-z]?\d{1,6}\b",
    r"(?<![\d.] )\[\d{1,3}(?:\s?[,–-]\s?\d{1,3}){0,20}\]",
    r"\bpp?\.?\s?\d{1,5}\s?[-–]\s?\d{1,5}\b",
    r"^[ \t]{0,8}\d{1,2}[.)](?=\s)",  # the number of an item in a list
    # phones
    r"\+\d{1,3}[ \u00a0/-]?(?:\(0\))?(?:[ \u00a0/-]?\(?\d{2,4}\)?){2,5}",
    r"\(?\b0\d{1,5}\)?(?:[ \u00a0/-]{1,2}\d{2,8}){1,4}\b",
    r"\(?\b\d{3}\)?[ -]\d{3}-\d{4}\b",
    # decades, ordinals, and terms that hold a number
    r"\b(?:19|20)\d0['’]?s\b",
    r"\b(?:in|their|her|his|my|the|early|late|mid)[ -]\d0['’]?s\b",
    r"\b\d{1,4}(?:st|nd|rd|th)\b",
    r"\b24/7\b",
    r"\b\d0s (?:and|or|to) \d0s\b",
    r"\b\d{1,2} ?[x×] ?\d{1,2}\b(?! ?[\^⁻⁰¹²³])",  # a design, a grid; not a power of ten
    r"\b[FtrzZχ][²2]?\(\d{1,5}(?:,\s?\d{1,5})?\)",  # the degrees of freedom of a test
    r"\b(?:1|2|[Oo]ne|[Tt]wo)-(?:sided|tailed)\b",
    r"©\s?\d{4}\b",
]
_EACH = [re.compile(p, re.MULTILINE) for p in PATTERNS]

_CHUNK = re.compile(r"\S+")
_DOI = re.compile(r"(?:doi:)?10\.\d{4,9}/", re.IGNORECASE)
_STRIP = "()[]{}<>.,;:!?\"'“”‘’*•|"
_NAMED = (
    "page pages p pp figure fig figures figs table tables chapter chapters section sections part parts no nos nr "
    "ref refs reference references room box version phase type article channel code codes issue vol volume "
    "protocol grant grants registration extension ext appendix question paragraph step rule line level stage "
    "class apartment floor suite number ring call tel telephone phone fax post isbn issn pmid pmcid doi bus route "
    "platform award contract licence supplement item lesson season episode psalm interstate highway "
)
NAMED = frozenset(_NAMED.split())
_PREFIXED = frozenset(
    ("mid", "pre", "post", "sub", "non", "top", "under", "over", "approx", "ca", "plus", "minus", "about")
)
_STREET = re.compile(
    r"\b\d{1,4}[a-z]?,? (?:[A-Z][a-z'’]{1,20} ){1,3}(?:Street|St|Road|Rd|Lane|Row|Avenue|Ave|Square|Way|Drive)\b"
)


def excluded_spans(text: str) -> list[tuple[int, int]]:
    """The spans of a text whose digits are no figures, sorted, overlapping ones joined.

    >>> text = "On 3 May 2020 (doi:10.5555/x.12) 40 people with EWL-9 scores rang 0555 010 22."
    >>> [text[a:b] for a, b in excluded_spans(text)]
    ['3 May 2020', '(doi:10.5555/x.12)', 'EWL-9', '0555 010 22']
    """
    spans = [m.span() for pattern in _EACH for m in pattern.finditer(text)]
    spans += [m.span() for m in _STREET.finditer(text)]
    spans += [m.span() for m in _CHUNK.finditer(text) if _is_code(m[0])]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _is_code(chunk: str) -> bool:
    """Is this run without spaces an address, a DOI, or a name or number that holds digits?"""
    bare = chunk[:80].strip(_STRIP)
    if "://" in chunk or "@" in chunk or bare.lower().startswith(("www.", "doi:")) or _DOI.match(bare):
        return True
    if not any(c.isdigit() for c in bare):
        return False
    if bare.startswith("#"):
        return True
    head = bare[: next(k for k, c in enumerate(bare) if c.isdigit())]
    if head[:1].isalpha() and all(c.isalpha() or c in "-/_." for c in head):
        name = head.rstrip("-/_.").lower()
        return name not in _PREFIXED and (name not in ("n", "p", "x", "ci") or head[-1] == "-")
    # more than one slash or hyphen between digits: a register's or a grant's number
    return bare.count("/") >= 2 or _digit_groups(bare, "-") >= 3


def _digit_groups(bare: str, mark: str) -> int:
    groups = bare.split(mark)
    return sum(g[:1].isdigit() for g in groups)
