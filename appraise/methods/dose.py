"""The weight of magnesium in a weight of one of its compounds, by molar masses.

A molar mass is the sum of the standard atomic weights (IUPAC, CIAAW: https://ciaaw.org/atomic-weights.htm), which stand
in `seeds/outside.yml`. Salt and water of crystallisation are arguments: a label that names neither fixes no amount.
"""

from __future__ import annotations

import math
import re

from appraise.errors import DoseError
from appraise.sources.loading import load

_PART = re.compile(r"([A-Z][a-z]?|\(|\))(\d*)")


def _counts(formula: str) -> dict[str, int]:
    """The atoms of a formula, also of one with groups in brackets.

    >>> _counts("Mg(C6H11O7)2")
    {'Mg': 1, 'C': 12, 'H': 22, 'O': 14}
    """
    parts = _PART.findall(formula)
    if not parts or "".join(sign + number for sign, number in parts) != formula:
        raise DoseError(f'formula: {formula!r} cannot be read; expected one such as "MgO" or "Mg(C6H11O7)2"')
    groups: list[dict[str, int]] = [{}]
    for sign, number in reversed(parts):  # from the end, so that the number of a group is known before its atoms
        if sign == ")":
            groups.append({"": int(number or 1)})
        elif sign == "(" and number == "" and len(groups) > 1:
            inner = groups.pop()
            times = inner.pop("")
            for element, n in inner.items():
                groups[-1][element] = groups[-1].get(element, 0) + times * n
        elif sign == "(":
            raise DoseError(f"formula: {formula!r} opens a bracket that it does not close")
        else:
            groups[-1][sign] = groups[-1].get(sign, 0) + int(number or 1)
    if len(groups) > 1:
        raise DoseError(f"formula: {formula!r} closes a bracket that it does not open")
    return dict(reversed(groups[0].items()))


def molar_mass(formula: str, *, water: float) -> float:
    """The molar mass of a compound in g/mol.

    Parameters
    ----------
    formula : str
        Without its water of crystallisation, such as "MgSO4" or "Mg(C6H11O7)2".
    water : float
        Molecules of water to one of the compound: 0 for the dry compound, 7 for a heptahydrate. There is no default.

    Raises
    ------
    DoseError
        Where the formula cannot be read, holds an element whose atomic weight is not in `seeds/outside.yml`, or the
        water is below 0.

    Notes
    -----
    Sum of the standard atomic weights, abridged (IUPAC, CIAAW, https://ciaaw.org/atomic-weights.htm).

    Examples
    --------
    >>> round(molar_mass("MgSO4", water=0), 2), round(molar_mass("MgSO4", water=7), 2)
    (120.36, 246.47)
    """
    if isinstance(water, bool) or not (math.isfinite(water) and water >= 0):
        raise DoseError(f"water: {water!r} is no number of molecules; expected 0 or more")
    facts = load().facts
    total = 0.0
    for counts, times in ((_counts(formula), 1.0), ({"H": 2, "O": 1}, water)):
        for element, n in counts.items():
            fact = facts.get(f"atomic-weight-{element.lower()}")
            if fact is None or not isinstance(fact.value, int | float):
                known = sorted(name[14:].capitalize() for name in facts if name.startswith("atomic-weight-"))
                raise DoseError(f"formula: no atomic weight of {element!r} is held; expected one of {', '.join(known)}")
            total += times * n * fact.value
    return total


def elemental_magnesium(weight: float, salt: str, *, water: float) -> float:
    """The weight of magnesium in a weight of one of its compounds, in the same unit.

    Parameters
    ----------
    weight : float
        Of the compound as weighed, with its water of crystallisation; in any unit.
    salt : str
        Its formula without water, such as "MgO".
    water : float
        Molecules of water to one of the compound; see `molar_mass`.

    Returns
    -------
    float
        In the unit of `weight`.

    Raises
    ------
    DoseError
        Where the weight is below 0 or no number, or the salt holds no magnesium; and as `molar_mass`.

    Notes
    -----
    Share of the metal = atoms of Mg × atomic weight of Mg / molar mass (IUPAC, CIAAW, as for `molar_mass`).

    Examples
    --------
    >>> round(elemental_magnesium(400, "MgO", water=0), 1)
    241.2
    >>> round(elemental_magnesium(100, "Mg(C6H11O7)2", water=2), 1)
    5.4
    """
    if isinstance(weight, bool) or not (math.isfinite(weight) and weight >= 0):
        raise DoseError(f"weight: {weight!r} is no weight; expected a number from 0 on")
    atoms = _counts(salt).get("Mg", 0)
    if not atoms:
        raise DoseError(f"salt: {salt!r} holds no magnesium; expected a formula with Mg")
    return weight * atoms * molar_mass("Mg", water=0) / molar_mass(salt, water=water)
