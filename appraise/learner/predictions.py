"""A prediction, shown again where the lesson gives the figure."""

from __future__ import annotations

from appraise.learner.forms import predictions
from appraise.markup import HtmlPage, Markup, element


def show_prediction(prediction_id: str) -> HtmlPage:
    """What was predicted at the start, with its unit and the reason that was given.

    Parameters
    ----------
    prediction_id : str
        As in `predict`.

    Examples
    --------
    >>> from appraise.learner.forms import predict
    >>> predict("how-much-lower", 0, 10, unit="points", value=2.5, reason="few drugs do more")
    >>> show_prediction("how-much-lower")
    You expected 2.5 points, because: few drugs do more
    >>> show_prediction("never-asked")
    You made no prediction.
    """
    made = predictions.get(prediction_id)
    if made is None or made.value is None:
        message = "You made no prediction."
    else:
        because = f", because: {made.reason}" if made.reason else "."
        message = f"You expected {made.value:g} {made.unit}".rstrip() + because
    return HtmlPage(element("p", Markup("↪ "), message), message)
