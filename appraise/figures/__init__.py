"""The course's pictures: one house style, and an alternative text made from the data that the picture shows.

Every picture is a `Picture`. A notebook shows it as an image with that text and, folded, the data as a table; where
there are no images, the text and the table stand alone. Figures are made without pyplot: none stays open, nothing of a
learner's own plots changes. `use_style` gives a learner's plots the same style, `picture` gives them an `alt`.
"""

from appraise.figures.appraisal import forest, one_mean, parts_of_better, randomisation_chart, traffic_lights
from appraise.figures.chance import false_alarms, four_kinds, means_by_size, shuffled_piles, thin_envelope
from appraise.figures.drawing import Picture, picture, use_style
from appraise.figures.predictions import prediction_line
from appraise.figures.stories import days_of_relief
from appraise.figures.tellings import chain, completeness, distance, surviving_numbers, survivors
from appraise.figures.trial import before_after, p_against_r, possible_means, timeline

__all__ = [
    "Picture",
    "before_after",
    "chain",
    "completeness",
    "days_of_relief",
    "distance",
    "false_alarms",
    "forest",
    "four_kinds",
    "means_by_size",
    "one_mean",
    "p_against_r",
    "parts_of_better",
    "picture",
    "possible_means",
    "prediction_line",
    "randomisation_chart",
    "shuffled_piles",
    "surviving_numbers",
    "survivors",
    "thin_envelope",
    "timeline",
    "traffic_lights",
    "use_style",
]
