"""A world: all that is so in one invented trial, what its abstract prints of it, and what it passes over.

Figures that the abstract prints are strings, exactly as printed. `None` stands for what the abstract is silent on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Comparator = Literal["sham", "nothing", "usual"]
Outcome = Literal["rating", "measure"]
Style = Literal["full", "arms", "bare", "within"]
"""What the abstract prints on the rating: all; both arms with SDs; both arms bare; the treated arm alone."""
Allocation = Literal["concealed", "open"]


@dataclass(frozen=True)
class Arm:
    """One arm: people randomised and analysed, and what is printed of them."""

    randomised: int
    analysed: int
    before: str
    after: str
    fall: str
    fall_sd: str
    measure_fall: str
    count: int

    @property
    def left(self) -> int:
        """How many left the trial before the end."""
        return self.randomised - self.analysed

    @property
    def percent(self) -> int:
        """The share of those analysed that the count is, in whole percent as printed."""
        return (200 * self.count + self.analysed) // (2 * self.analysed)


@dataclass(frozen=True)
class World:
    """An invented trial. `treated` and `control` are its arms; a lower rating, and a lower measure, is better."""

    topic: str
    style: Style
    comparator: Comparator
    is_narrow: bool
    treated: Arm
    control: Arm
    weeks: int
    follow_up: int
    count_week: int
    minutes: int
    differs: Outcome
    difference: str
    low: str
    high: str
    rating_p: str
    measure_p: str
    does_p_fit: bool
    count_threshold: int | None
    age: int | None
    women: int | None
    sites: int | None
    funder: str | None
    is_registered: bool
    are_assessors_blind: bool
    are_participants_unaware: bool | None
    allocation: Allocation | None
    earlier_trials: int
    is_mechanism_measured: bool
    is_advised: bool
    harms: tuple[int, int] | None
    extra: int | None
    do_sexes_differ: bool | None
    person: str
    town: str
    institute: str

    @property
    def randomised(self) -> int:
        """People in both arms at the start."""
        return self.treated.randomised + self.control.randomised

    @property
    def analysed(self) -> int:
        """People in both arms at the end."""
        return self.treated.analysed + self.control.analysed

    @property
    def points(self) -> int:
        """By how many percentage points the count's share is higher with the treatment, from the printed percents."""
        return self.treated.percent - self.control.percent

    @property
    def ratio_percent(self) -> int:
        """By how many percent the count's share is higher with the treatment, relative to the other arm."""
        return round(100 * self.points / self.control.percent)

    @property
    def prints_difference(self) -> bool:
        """Whether the difference in the rating is printed, with its interval."""
        return self.style == "full"

    @property
    def can_subtract(self) -> bool:
        """Whether both arms are printed, so that the difference in the rating can be worked out."""
        return self.style != "within"
