"""What moves: controls above a picture that follows them, and the form of RoB 2.

They are labelled, worked by keyboard, and as they were left when a cell is run again. Under each lies a plain function
that does the arithmetic. Where no widget can run (a printed lesson, the site, the grader) the same call shows a picture
instead. All chance is seeded: "draw again" moves to the next seed.
"""

from appraise.widgets.controls import (
    confounding,
    correlation_slider,
    precision,
    regression_to_the_mean,
    sampling_distribution,
    two_groups,
)
from appraise.widgets.risk_of_bias_form import Rob2Form, rob2_form
from appraise.widgets.simulations import (
    changes,
    compare_improvements,
    enrol,
    exactly_one,
    hospital_means,
    leave_trial,
    made_pairs,
    measure_twice,
    power_within,
    repeat_two_groups,
    sample_means,
    shuffle_piles,
    two_arm_precision,
)

__all__ = [
    "Rob2Form",
    "changes",
    "compare_improvements",
    "confounding",
    "correlation_slider",
    "enrol",
    "exactly_one",
    "hospital_means",
    "leave_trial",
    "made_pairs",
    "measure_twice",
    "power_within",
    "precision",
    "regression_to_the_mean",
    "repeat_two_groups",
    "rob2_form",
    "sample_means",
    "sampling_distribution",
    "shuffle_piles",
    "two_arm_precision",
    "two_groups",
]
