"""The widgets: what they compute agrees with theory, they keep their state, and they become pictures where none runs."""

import io
import re

import ipywidgets
import matplotlib as mpl
import numpy as np
import pytest

from appraise.errors import Rob2Error
from appraise.figures.drawing import Picture
from appraise.methods.consistency import sd_change, t_paired
from appraise.methods.rob2 import domains, judge_domain
from appraise.widgets.controls import (
    KEPT_STATES,
    correlation_slider,
    precision,
    regression_to_the_mean,
    sampling_distribution,
    two_groups,
)
from appraise.widgets.plots import LARGEST_SD, SCALE, draw_sampling
from appraise.widgets.risk_of_bias_form import rob2_form
from appraise.widgets.simulations import (
    changes,
    exactly_one,
    expected_regression,
    made_pairs,
    measure_twice,
    power_within,
    repeat_two_groups,
    sample_means,
    two_arm_precision,
)

PLAYGROUNDS = [
    two_groups,
    regression_to_the_mean,
    sampling_distribution,
    precision,
    correlation_slider,
]


@pytest.fixture
def printed(monkeypatch):
    """No page that could show a widget."""
    for name in ("JPY_SESSION_NAME", "VSCODE_PID", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def live(printed, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "lesson.ipynb")
    for module in ("controls", "risk_of_bias_form"):
        monkeypatch.setattr(f"appraise.widgets.{module}.KEPT_STATES", {})


def controls(box):
    return {c.description: c for c in parts(box) if getattr(c, "description", "")}


def parts(box):
    for child in getattr(box, "children", ()):
        yield child
        yield from parts(child)


def said(box):
    return [c.value for c in parts(box) if isinstance(c, ipywidgets.HTML)][-1]


# ── what they compute ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("common", [0.0, 0.2, 0.32, 0.4, 0.6])
@pytest.mark.parametrize("n", [20, 40])
def test_exactly_one_agrees_with_the_formula(common, n):
    trials = 4000
    many = repeat_two_groups(common, 0, 1, n, trials=trials, seed=7)
    expected = exactly_one(power_within(common, n))
    assert abs(many.in_exactly_one - expected) < 4 * (expected * (1 - expected) / trials) ** 0.5
    assert abs(many.between_arms - 0.05) < 4 * (0.05 * 0.95 / trials) ** 0.5


def test_exactly_one_peaks_at_one_half():
    powers = np.linspace(0, 1, 101)
    assert max(map(exactly_one, powers)) == exactly_one(0.5) == 0.5


def test_a_treatment_shows_between_the_arms():
    many = repeat_two_groups(common=0.3, effect=0.7, sd=1, n=40)
    assert many.between_arms > 0.8


def test_chance_is_seeded():
    one, again, other = (repeat_two_groups(0.3, 0, 1, 40, trials=50, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.between, again.between)
    assert not np.array_equal(one.between, other.between)


@pytest.mark.parametrize(("mark", "error"), [(6.0, 1.5), (7.0, 2.5), (3.0, 1.0)])
def test_regression_to_the_mean_agrees_with_theory(mark, error):
    first, second = measure_twice(5, 2, error, people=200_000)
    entered = first >= mark
    expected = expected_regression(5, 2, error, mark)
    assert first[entered].mean() == pytest.approx(expected[0], abs=0.03)
    assert second[entered].mean() == pytest.approx(expected[1], abs=0.03)
    assert second.mean() == pytest.approx(5, abs=0.03)


def test_without_error_nothing_regresses():
    first, second = expected_regression(5, 2, 0, 6)
    assert first == pytest.approx(second)


@pytest.mark.parametrize(("n", "sd"), [(4, 1.0), (40, 2.0), (400, 3.0)])
def test_means_spread_as_the_standard_error(n, sd):
    means = sample_means(5, sd, n, samples=4000)
    assert means.std(ddof=1) == pytest.approx(sd / n**0.5, rel=0.05)
    assert means.mean() == pytest.approx(5, abs=4 * sd / n**0.5 / 4000**0.5)


@pytest.mark.parametrize("n", [4, 40, 400])
def test_the_heap_of_means_is_seen_to_widen_with_the_sd(n):
    """The axis stays the scale from 0 to 10, so that a larger SD is a wider heap on the page."""
    widths = []
    for sd in (0.5, 1.0, 2.0, LARGEST_SD):
        ax = draw_sampling(n, sd).ax
        assert ax.get_xlim() == SCALE
        persons, means = (line.get_segments()[0][:, 0] for line in ax.collections)
        assert SCALE[0] <= persons[0] < persons[1] <= SCALE[1]
        assert means[1] - means[0] == pytest.approx((persons[1] - persons[0]) / n**0.5)
        filled = [bar.get_x() for bar in ax.patches if bar.get_height() > 0]
        widths.append((max(filled) - min(filled), persons[1] - persons[0]))
    for kind in zip(*widths, strict=True):
        assert list(kind) == sorted(kind)
        assert kind[-1] > 2 * kind[0]


@pytest.mark.parametrize("n", [10, 40, 160])
def test_the_detectable_difference_is_found_four_times_in_five(n):
    from scipy import stats

    here = two_arm_precision(n)
    treated, control = changes(0, here.detectable, 1, n, trials=6000, seed=3)
    found = np.mean(stats.ttest_ind(treated, control, axis=1).pvalue < 0.05)
    assert found == pytest.approx(0.8, abs=0.025)
    low, high = stats.ttest_ind(treated[0], control[0]).confidence_interval()
    assert (high - low) / 2 == pytest.approx(here.half_width, rel=0.6)  # one draw: its SD is not 1


def test_forty_an_arm():
    here = two_arm_precision(40)
    assert round(here.detectable, 2) == 0.63
    assert 2 * here.half_width == pytest.approx(0.89, abs=0.005)  # SD 2


@pytest.mark.parametrize("r", [-0.99, -0.5, 0.0, 0.5, 0.9])
def test_made_pairs_have_the_figures_asked_for(r):
    before, after = made_pairs(7.5, 2.2, 4.7, 1.8, r)
    assert (before.mean(), after.mean()) == pytest.approx((7.5, 4.7))
    assert (before.std(ddof=1), after.std(ddof=1)) == pytest.approx((2.2, 1.8))
    assert np.corrcoef(before, after)[0, 1] == pytest.approx(r)
    assert (after - before).std(ddof=1) == pytest.approx(sd_change(2.2, 1.8, r))


@pytest.mark.parametrize("seed", range(1, 21))
def test_made_pairs_stay_on_their_scale(seed):
    for r in (-0.99, -0.5, 0.0, 0.5, 0.99):
        before, after = made_pairs(7.5, 2.2, 4.7, 1.8, r, seed=seed, scale=(0, 10))
        assert min(before.min(), after.min()) >= 0
        assert max(before.max(), after.max()) <= 10
        assert (before.std(ddof=1), after.std(ddof=1)) == pytest.approx((2.2, 1.8))
        assert np.corrcoef(before, after)[0, 1] == pytest.approx(r)


@pytest.mark.parametrize("figures", [(12, 1, 5, 1), (5, 6, 5, 1), (5, 1, 9.9, 3)])
def test_figures_that_fit_on_no_scale_are_named(figures):
    with pytest.raises(ValueError, match="on a scale from 0 to 10"):
        made_pairs(*figures, r=0.5, scale=(0, 10))


def test_the_slider_draws_pairs_on_the_scale_of_pain(printed):
    pairs, change = correlation_slider().fig.axes
    (points,) = pairs.lines
    assert points.get_xydata().min() >= 0
    assert points.get_xydata().max() <= 10
    assert pairs.get_xlim() == pairs.get_ylim() == pytest.approx((-0.3, 10.3))
    assert all(float(tick).is_integer() for tick in change.get_yticks())


def test_the_slider_of_correlation_starts_from_the_records(printed):
    picture = correlation_slider()
    assert "means 7.5 and 4.7, SDs 2.2 and 1.8" in picture.alt
    assert picture.table.loc["p", "value"] == f"{t_paired(7.5, 2.2, 4.7, 1.8, 40, 0.5).pvalue:.1e}"


# ── what they show ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("widget", PLAYGROUNDS)
def test_where_no_widget_runs_there_is_a_picture(widget, printed):
    picture = widget()
    assert isinstance(picture, Picture)
    pixels = mpl.image.imread(io.BytesIO(picture.png()))
    for edge in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
        assert edge.min() == 1
    assert picture.table is not None


def test_while_nbgrader_grades_there_is_a_picture(live, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert isinstance(two_groups(), Picture)


@pytest.mark.parametrize("widget", PLAYGROUNDS)
def test_every_control_has_a_name_of_its_own_and_moves_the_picture(widget, live):
    box = widget()
    named = controls(box)
    inputs = [c for c in parts(box) if hasattr(c, "min") or isinstance(c, ipywidgets.Button)]
    assert inputs
    assert len(named) == len(inputs)
    picture = box.children[-2]
    for control in named.values():
        before = picture.value
        if isinstance(control, ipywidgets.Button):
            control.click()
        else:
            control.value = control.max if control.value != control.max else control.min
        assert picture.value != before, control.description
    assert re.search(r'<img alt="([^"]{40,})"', picture.value)[1] in said(box)


@pytest.mark.parametrize("widget", PLAYGROUNDS)
@pytest.mark.parametrize("end", ["min", "max"])
def test_sliders_hold_at_their_ends(widget, end, live):
    box = widget()
    for control in controls(box).values():
        if hasattr(control, end):
            control.value = getattr(control, end)
    assert "nan" not in said(box)


def test_a_cell_that_runs_again_finds_its_widget_as_it_was(live):
    box = two_groups()
    controls(box)["Added by the treatment"].value = 0.5
    controls(box)["Draw again"].click()
    controls(box)["Repeat 1,000 times"].click()
    again = two_groups()
    assert controls(again)["Added by the treatment"].value == 0.5
    assert said(again) == said(box)
    assert "1,000 repetitions" in said(again)
    assert "1,000 repetitions" not in said(two_groups("another"))


# ── the form ────────────────────────────────────────────────────────────────────────────────────────────────────────

FULL = {
    **{"1.1": "Y", "1.2": "PY", "1.3": "N", "2.1": "N", "2.2": "N", "2.6": "Y"},
    **{"3.1": "Y", "4.1": "N", "4.2": "N", "4.3": "N", "5.1": "NI", "5.2": "N", "5.3": "N"},
}


def test_the_form_judges_as_rob2_does(live):
    form = rob2_form(answers=FULL)
    for domain in domains():
        ours = {q: a for q, a in FULL.items() if q.startswith(domain[1])}
        assert form.judgements()[domain] == judge_domain(domain, ours)
    assert form.judgements()["Overall"] == "Some concerns"
    table = form.table()
    assert len(table) == 22
    assert table.loc["1.2", "answer"] == "PY"
    assert not table.loc["2.3", "asked"]


def test_an_open_question_leaves_its_domain_unjudged(live):
    form = rob2_form(answers={q: a for q, a in FULL.items() if q != "4.3"})
    assert form.judgements()["D4"] is None
    assert form.judgements()["Overall"] is None
    assert form.way("D4") == "Still open: 4.3."


def test_an_answer_that_is_no_longer_asked_does_not_count(live):
    form = rob2_form(answers={**FULL, "3.2": "N", "3.3": "N"})
    assert form.judgements()["D3"] == "Low"
    assert form.table().loc["3.2", "answer"] == ""


def test_the_form_asks_judges_and_remembers(live):
    form = rob2_form()
    form._repr_mimebundle_()
    box = form._box
    assert {"1.1", "1.2", "1.3", "Domain"} == set(controls(box))
    for question, answer in (("1.1", "NI"), ("1.2", "PY"), ("1.3", "N")):
        controls(box)[question].value = answer
    assert "1.2 PY → 1.1 NI → 1.3 N" in box.children[-2].value
    assert re.search(r"D1 Randomisation</th>.*?Low</td>", box.children[-1].value)
    controls(box)["Domain"].value = "D2"
    assert {"2.1", "2.2", "2.6", "Domain"} == set(controls(box))
    controls(box)["2.1"].value = "Y"
    assert "2.3" in controls(box)
    controls(box)["2.1"].value = "N"
    controls(box)["2.2"].value = "N"
    assert "2.3" not in controls(box)

    again = rob2_form()
    again._repr_mimebundle_()
    assert again.answers["1.2"] == "PY"
    assert controls(again._box)["Domain"].value == "D2"


def test_several_concerns_are_left_to_a_person(live):
    form = rob2_form(answers={**FULL, "1.1": "N"})
    assert form.judgements()["Overall"] == "Some concerns"
    assert "for a person to judge" in form._summary()
    assert "for a person to judge" not in rob2_form("other", FULL)._summary()


def test_the_label_stands_with_every_judgement(live):
    form = rob2_form(answers=FULL, label="on this text")
    assert "Low on this text" in form._summary()
    assert "on this text" in form.picture().alt


def test_where_no_form_runs_there_are_traffic_lights(printed):
    shown = rob2_form("printed", FULL)._repr_mimebundle_()
    assert "D5 Some concerns" in shown["text/plain"]
    assert "<img alt=" in shown["text/html"]


@pytest.mark.parametrize(("answers", "question"), [({"9.9": "Y"}, "9.9"), ({"3.1": "N", "3.2": "NI"}, "3.2")])
def test_what_rob2_does_not_have_is_refused(answers, question, live):
    with pytest.raises(Rob2Error, match=re.escape(question)):
        rob2_form(answers=answers)
    assert not KEPT_STATES.get("rob2", {}).get("form")
