"""Units as texts write them, and what they measure.

`canonical` gives one name to the many spellings of a unit; `compatible` says whether two figures can mean the same.
Quantities that differ by a factor (hours and minutes, grams and milligrams) share a `dimension`.
"""

from __future__ import annotations

from decimal import Decimal

_SPELLINGS = {
    "%": "% percent percents pct",
    "percentage point": "percentage-point pp",
    "year": "year years yr yrs y year-old years-old",
    "month": "month months mo mos month-old",
    "week": "week weeks wk wks",
    "day": "day days d",
    "night": "night nights",
    "hour": "hour hours h hr hrs",
    "minute": "minute minutes min mins",
    "second": "second seconds sec secs s",
    "kg": "kg kilo kilos kilogram kilograms kilogramme kilogrammes",
    "g": "g gram grams gramme grammes",
    "mg": "mg milligram milligrams milligramme milligrammes",
    "µg": "µg μg mcg ug microgram micrograms microgramme microgrammes",
    "ng": "ng nanogram nanograms",
    "lb": "lb lbs",
    "l": "l litre litres liter liters",
    "ml": "ml millilitre millilitres milliliter milliliters",
    "m": "m metre metres meter meters",
    "km": "km kilometre kilometres kilometer kilometers mile miles",
    "cm": "cm centimetre centimetres centimeter centimeters",
    "mm": "mm millimetre millimetres millimeter millimeters",
    "IU": "iu",
    "kcal": "kcal calorie calories",
    "mmHg": "mmhg",
    "mmol/l": "mmol",
    "µM": "µm μm",
    "°": "degree degrees °",
    "°C": "°c c",
    "point": "point points pt pts",
    "times": "times time-fold x",
    "fold": "fold",
    "beat": "beat beats bpm",
    "person-year": "person-years person-year patient-years patient-year",
    "£": "£ pounds gbp",
    "$": "$ dollars dollar usd",
    "€": "€ euro euros eur",
    "p": "p pence",
    "person": "person persons people participant participants patient patients adult adults child children woman women "
    "man men volunteer volunteers resident residents student students worker workers swimmer swimmers wearer wearers "
    "individual individuals subject subjects case cases control controls user users reader readers customer customers "
    "pupil pupils schoolchildren kid kids boy boys girl girls parent parents nurse nurses teacher teachers mother "
    "mothers father fathers athlete athletes runner runners outpatient outpatients inpatient inpatients veteran "
    "veterans employee employees members member respondents respondent smoker smokers user sufferers sufferer",
    "trial": "trial trials study studies rct rcts",
    "centre": "centre centres center centers hospital hospitals clinic clinics practice practices surgery surgeries "
    "school schools home homes site sites",
    "visit": "visit visits session sessions",
    "dose": "dose doses tablet tablets capsule capsules pill pills patch patches",
    "event": "event events fracture fractures death deaths",
    "mouse": "mouse mice rat rats animal animals",
}
_CANONICAL = {spelling: unit for unit, spellings in _SPELLINGS.items() for spelling in spellings.split()}
_ATTACHED_ONLY = {"p", "x", "c"}  # read as units only where they touch the number: 50p, 4x, 11C
_CASED = {"µM": "µM", "µm": "µm", "C": "°C", "°C": "°C", "IU": "IU"}

# One unit of each dimension is the base; the others are given as multiples of it.
_FACTORS: dict[str, tuple[str, Decimal]] = {
    "second": ("time", Decimal(1)),
    "minute": ("time", Decimal(60)),
    "hour": ("time", Decimal(3600)),
    "day": ("time", Decimal(86400)),
    "night": ("time", Decimal(86400)),
    "week": ("time", Decimal(604800)),
    "month": ("time", Decimal(2629800)),
    "year": ("time", Decimal(31557600)),
    "ng": ("mass", Decimal("1e-9")),
    "µg": ("mass", Decimal("1e-6")),
    "mg": ("mass", Decimal("1e-3")),
    "g": ("mass", Decimal(1)),
    "lb": ("mass", Decimal("453.6")),
    "kg": ("mass", Decimal(1000)),
    "ml": ("volume", Decimal("1e-3")),
    "l": ("volume", Decimal(1)),
    "mm": ("length", Decimal("1e-3")),
    "cm": ("length", Decimal("1e-2")),
    "m": ("length", Decimal(1)),
    "km": ("length", Decimal(1000)),
}
MONEY = frozenset({"£", "$", "€", "p"})
COUNTED = frozenset({"person", "trial", "centre", "visit", "dose", "event", "mouse"})
_SAME = [{"%", "percentage point"}, {"°", "°C"}, {"times", "fold"}, {"times", "visit"}, {"point", "mmHg"}]


def canonical(word: str, attached: bool = False) -> str:
    """One name for a unit as written, or "" for a word that is no unit; `attached` where it touches the number.

    >>> canonical("mins"), canonical("Patients"), canonical("table"), canonical("p"), canonical("p", attached=True)
    ('minute', 'person', '', '', 'p')
    """
    if word in _CASED and (attached or word != "C"):
        return _CASED[word]
    low = word.lower()
    if low in _ATTACHED_ONLY and not attached:
        return ""
    return _CANONICAL.get(low, "")


def dimension(unit: str) -> str:
    """What a unit measures: "time", "mass", "volume", "length", "money", "count", "share", or the unit itself.

    >>> dimension("week"), dimension("%"), dimension("person"), dimension("mmHg")
    ('time', 'share', 'count', 'mmHg')
    """
    if unit in _FACTORS:
        return _FACTORS[unit][0]
    if unit in MONEY:
        return "money"
    if unit in COUNTED:
        return "count"
    if unit == "°C":
        return "°"
    return "share" if unit in ("%", "percentage point") else unit


def in_base(value: Decimal, unit: str) -> Decimal:
    """A value in the base unit of its dimension (seconds, grams, litres, metres); other units stay as they are.

    >>> in_base(Decimal(2), "minute")
    Decimal('120')
    """
    return value * _FACTORS[unit][1] if unit in _FACTORS else value


def compatible(one: str, other: str) -> bool:
    """Can figures with these units mean the same without conversion? An unknown unit ("") may be any but a percent.

    >>> compatible("week", "week"), compatible("week", "day"), compatible("", "person"), compatible("", "%")
    (True, False, True, False)
    """
    if one == other or any({one, other} <= same for same in _SAME):
        return True
    return "" in (one, other) and "%" not in (one, other)
