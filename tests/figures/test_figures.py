"""The pictures: every one has words made from the data that it shows, and none leaves a figure open."""

import base64
import html
import io
import shutil

import matplotlib as mpl
import pandas as pd
import pytest
import yaml

from appraise import figures
from appraise.figures.appraisal import forest, one_mean, parts_of_better, traffic_lights
from appraise.figures.drawing import STYLE
from appraise.figures.tellings import chain, completeness, distance, survivors
from appraise.figures.trial import before_after, p_against_r, possible_means, timeline
from appraise.sources import tables
from appraise.sources.loading import seeds_folder
from appraise.sources.tables import passages

INVENTED = pd.DataFrame(
    {"trial": ["A", "B", "all"], "estimate": [-1.2, 0.4, -0.4], "low": [-2.5, -1.0, -0.9], "high": [0.1, 1.8, 0.1]}
)
JUDGED = {"a mini-trial": {"D1": "Low", "D2": "Some concerns", "D3": "High", "D4": None}}
PICTURES = {
    "chain": chain,
    "pico": completeness,
    "tidier": lambda: completeness("tidier"),
    "timeline": timeline,
    "survivors": survivors,
    "before_after": before_after,
    "parts_of_better": parts_of_better,
    "traffic_lights": lambda: traffic_lights(JUDGED, "on this text"),
    "p_against_r": p_against_r,
    "distance": distance,
    "forest": lambda: forest(INVENTED),
    "one_mean": one_mean,
    "possible_means": possible_means,
}


@pytest.fixture(autouse=True)
def _no_open_figures():
    """Other files of tests may leave figures open in this process."""
    from matplotlib import pyplot as plt

    plt.close("all")


@pytest.fixture(scope="module", params=PICTURES)
def picture(request):
    drawn = PICTURES[request.param]()
    drawn.shown = drawn._repr_mimebundle_()
    data = base64.b64decode(drawn.shown["text/html"].split("base64,")[1].split('"')[0])
    drawn.pixels = mpl.image.imread(io.BytesIO(data))
    return drawn


def test_a_notebook_gets_an_image_with_the_same_words(picture):
    assert f'<img alt="{html.escape(picture.alt)}"' in picture.shown["text/html"]
    assert len(picture.alt) > 60
    assert " ".join(picture.shown["text/plain"].split()).startswith(picture.alt)


def test_the_image_is_opaque_and_nothing_is_cut_at_its_edge(picture):
    height, width = picture.pixels.shape[:2]
    assert width >= 800
    assert height >= 250
    for edge in (picture.pixels[0], picture.pixels[-1], picture.pixels[:, 0], picture.pixels[:, -1]):
        assert edge.min() == 1  # white; alpha, where there is one, is 1


def test_no_text_is_smaller_than_ten_points(picture):
    texts = [t for t in picture.fig.findobj(mpl.text.Text) if t.get_text().strip() and t.get_visible()]
    assert texts
    assert not [t.get_text() for t in texts if t.get_fontsize() < 10]


def test_the_table_says_what_its_headers_head():
    shown = timeline()._repr_mimebundle_()["text/html"]
    assert shown.count('<th scope="col">') > 2
    assert shown.count('<th scope="row">') == 5
    assert "<th>" not in shown


def test_pyplot_keeps_no_figure_and_no_setting():
    before = dict(mpl.rcParams)
    survivors().png()
    assert dict(mpl.rcParams) == before
    from matplotlib import pyplot as plt

    assert not plt.get_fignums()


def test_numbers_in_words_follow_the_records():
    alt = survivors().alt
    numbers = tables.numbers()
    ours = numbers[(numbers.source == "painscience") & (numbers.passage == "abstract")].set_index("item")["value"]
    for (source, passage), part in numbers.groupby(["source", "passage"]):
        if (source, passage) != ("painscience", "abstract"):
            same = sum(ours.get(r.item) == r.value for r in part.itertuples())
            assert f"{source} {passage} {same} of {len(ours)}" in alt


def test_chain_draws_passages_and_leaves_one_edge_to_mend():
    whole, open_, mended = (
        chain(),
        chain(missing="magx12 post"),
        chain(missing="magx12 post", mended="morel-2021"),
    )
    assert set(whole.table.index) == {f"{r.source} {r.passage}" for r in passages().itertuples()}
    assert whole.table.loc["magx12 post", "way"] == "made from Park 2020"
    assert open_.table.loc["magx12 post", "way"] == "left open"
    assert mended.table.loc["magx12 post", "way"] == "made from Morel 2021"
    assert whole.table.loc["shopblog post", "way"] == "no path shown"
    assert "shopblog post names Shin 2020" in whole.alt
    with pytest.raises(ValueError, match="expected `missing` to be one of"):
        chain(missing="shopblog post")
    with pytest.raises(ValueError, match="expected `mended`"):
        chain(mended="nowhere")


def test_completeness_keeps_what_is_said_of_something_else_apart():
    table = completeness(["condition", "lanss-threshold"]).table
    assert table.loc["lanss-threshold", "walsh post"] == "≥ 12"
    assert table.loc["condition", "magx12 post"].endswith("(of a review)")
    assert table.loc["condition", "vitamindwiki story"] == "not reported"
    with pytest.raises(ValueError, match="no-such-item"):
        completeness(["no-such-item"])


def test_timeline_leaves_the_start_of_follow_up_open():
    table = timeline().table
    assert table.loc["magnesium", "to week"].tolist() == [2, 6]
    assert table.loc["both", "from week"].tolist() == [26, 32]


def test_traffic_lights_say_in_words_and_signs_what_they_judge():
    picture = traffic_lights(JUDGED, "on this text")
    assert "D3 High" in picture.alt
    assert "D4 not judged" in picture.alt
    written = {t.get_text() for t in picture.fig.findobj(mpl.text.Text)}
    assert {"+", "–", "×", "?"} <= written
    assert "×  High on this text" in written
    with pytest.raises(ValueError, match="expected Low, Some concerns or High; found 'Medium'"):
        traffic_lights({"x": {"D1": "Medium"}})
    with pytest.raises(ValueError, match="at least one"):
        traffic_lights({})


@pytest.mark.parametrize("outcome", ["pain", "flexion", "extension", "lateral flexion"])
def test_the_printed_p_lies_above_the_whole_line(outcome):
    picture = p_against_r(outcome)
    line = picture.ax.get_lines()[0].get_ydata()
    assert float(picture.table["p printed"].iloc[0]) > max(line)
    assert "level line above it" in picture.alt
    assert "all analysed and figures as printed" in picture.alt


def test_distance_counts_every_item_once_and_takes_codes():
    table = distance().table
    assert table.sum(axis=1).nunique() == 1
    assert table.loc["walsh post", "same figure"] >= 12
    assert table.loc["vitamindwiki links", "another figure"] == 1
    codes = pd.DataFrame({"passage": ["a", "a", "b"], "code": ["same", "changed", "same"]})
    assert distance(codes).table.loc["a"].tolist() == [1, 1]
    with pytest.raises(ValueError, match="columns passage and code"):
        distance(pd.DataFrame({"x": [1]}))


def test_forest_refuses_an_interval_without_its_estimate():
    with pytest.raises(ValueError, match="B: expected low ≤ estimate ≤ high"):
        forest(INVENTED.assign(low=[-2.5, 1.0, -0.9]))
    with pytest.raises(ValueError, match="missing: high"):
        forest(INVENTED.drop(columns="high"))


def test_a_pooled_line_needs_no_number_of_people():
    trials = pd.DataFrame({"trial": ["A", "all"], "n": [40, None], "pooled": [False, True]})
    picture = forest(trials.assign(estimate=-1.0, low=-2.0, high=0.0))
    assert [t.get_text() for t in picture.ax.get_yticklabels()] == ["A (n = 40)", "all"]


def test_a_plot_of_ones_own_gets_words_and_is_shown_once():
    from matplotlib import pyplot as plt

    _, ax = plt.subplots()
    ax.bar(["a", "b"], [1, 2])
    shown = figures.picture(ax, "Bars: a 1, b 2.")
    assert not plt.get_fignums()
    assert 'alt="Bars: a 1, b 2."' in shown.img()
    assert base64.b64decode(shown.img().split("base64,")[1].split('"')[0])[:4] == b"\x89PNG"
    with pytest.raises(ValueError, match="expected `alt`"):
        figures.picture(ax, " ")


def test_a_sixth_record_appears_without_a_change_of_code(tmp_path, monkeypatch):
    seeds = tmp_path / "seeds"
    shutil.copytree(seeds_folder(), seeds)
    record = yaml.safe_load((seeds / "1-walsh.yml").read_text(encoding="utf-8"))
    record["id"] = "sixth"
    for claim in record["passages"][0]["claims"]:
        claim["id"] = f"sixth-{claim['id']}"
    text = yaml.safe_dump(record, allow_unicode=True, sort_keys=False)
    (seeds / "5-sixth.yml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("APPRAISE_SEEDS", str(seeds))
    for draw in (chain, completeness, survivors, distance):
        assert "sixth post" in draw().alt


def test_the_colours_differ_in_grey():
    """Neighbours in the cycle also differ by dash and marker; the two arms differ in lightness."""
    cycle = mpl.rc_params_from_file(STYLE)["axes.prop_cycle"].by_key()
    assert len(set(cycle["marker"])) == len(cycle["color"]) == len({str(x) for x in cycle["linestyle"]})
    weights = (0.2126, 0.7152, 0.0722)
    grey = [sum(w * c for w, c in zip(weights, mpl.colors.to_rgb(x), strict=True)) for x in cycle["color"][:2]]
    assert abs(grey[0] - grey[1]) > 0.05


def test_the_arms_share_four_parts_and_no_part_has_a_size():
    picture = parts_of_better()
    assert (picture.table["in the control arm"] == "yes").sum() == 4
    assert picture.table.iloc[-1].tolist() == ["no", "not known"]
    assert not picture.ax.get_xticklabels() or not picture.ax.axison
    assert "no size is known" in picture.alt
