"""The sets of words and signs by which `atoms.py` reads what stands beside a number."""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """The words of a string.

    >>> sorted(word_set("vs v"))
    ['v', 'vs']
    """
    return frozenset(words.split())


DIGITS = frozenset("0123456789")
HYPHENS = frozenset("-‐‑")
MINUS = frozenset("-−–‐‑")
SIGNS = {"<": "<", ">": ">", "≤": "≤", "≥": "≥", "=": "=", "≈": "≈", "~": "≈", "⩽": "≤", "⩾": "≥"}
CURRENCY = frozenset("£$€")
FRACTIONS = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3)}
HEDGES = word_set("about around nearly almost roughly some approximately over than least most")
BEFORE_UNIT = word_set("week weeks day days month months year years night hour")  # "week 6"
AGES = word_set("aged age ages")

# words that end the look for what a number counts, and words over which it goes on: "three of the schools"
STOP = word_set(
    "and or in with to was were had has have who whom for against than out at from on by is are as vs v versus per "
    "that which did do does said say says between but not more less fewer took each a an compared only also"
)
THROUGH = word_set("of the these those our all their its")

# around "one" where it is no number: "no one", "one of the cushions", "one can"
NOT_ONE_BEFORE = word_set("no any every the this that each which another some")
NOT_ONE_AFTER = word_set(
    "more another who that whose thing things way or can could should may might must is was has had would does reason "
    "and but knows needs to by on at for with s day"
)
NOT_PART_BEFORE = word_set("second first other better latter former last next final the this that")  # "the second half"

RATIOS = word_set("ratio ratios hr or rr irr ahr aor arr hrs ors rrs")
RELATIVE = word_set("risk risks hazard hazards odds rate rates")  # after "relative" they are ratios
SPREADS = word_set("sd se sem sds cv")
CONFIDENCE = word_set("ci cis confidence credible cri")
INTERVALS = word_set("ci cis cri interval intervals")
RANGES = word_set("iqr range quartiles limits")
AFTER_P = word_set("value values of was is - = < > : for trend less than")  # may stand between a p and its value
