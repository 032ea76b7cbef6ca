"""The bars, on smaller samples, and programs that would rise above their floor if words gave labels away."""

from __future__ import annotations

import pytest

from appraise.__main__ import main
from appraise.cases import cheating
from appraise.cases.cheating import Row, score_cheats
from appraise.cases.measuring import measure


def test_programs_stay_at_their_floor():
    for score in score_cheats([f"learn-{i}" for i in range(250)], [f"try-{i}" for i in range(200)]):
        assert score.above <= 0.05, score
        assert 0.4 < score.floor < 0.6


@pytest.mark.parametrize("model", [cheating._bayes, cheating._logistic])
def test_a_program_finds_what_words_give_away(model):
    train = [
        Row("s", ("the", "gel", "proven" if i % 2 else "may", f"w{i}"), "stronger" if i % 2 else "faithful")
        for i in range(40)
    ]
    test = [Row("s", ("the", "proven"), "stronger"), Row("s", ("the", "may"), "faithful")] * 3
    assert cheating._score("leak", model, train, test).above == pytest.approx(0.5)


def test_the_bars_are_met():
    bars = list(measure(cases=60, train=120, students=120))
    # two hundred tried sentences a program are too few to hold a bar of 0.05; the test above holds it
    missed = [bar for bar in bars if not bar.is_met and "program" not in bar.name and "kinds of fault" not in bar.name]
    assert missed == []
    assert len(bars) == 16


def test_commands(tmp_path, capsys):
    from appraise.cases.wordings import ASSETS

    assert main(["cases", "check", str(ASSETS / "starter.md")]) == 0
    assert "6 sentences" in capsys.readouterr().out
    file = tmp_path / "own.md"
    file.write_text("# Mine\n", encoding="utf-8")
    assert main(["cases", "check", str(file)]) == 1
    assert "own.md, line 1: no telling" in capsys.readouterr().err
    assert main(["cases", "check", str(tmp_path / "gone.md")]) == 1
    assert "expected a Markdown file" in capsys.readouterr().err
    assert main(["cases", "show", "a seed"]) == 0
    whole = capsys.readouterr().out
    assert main(["cases", "show", "a seed", "--no-key"]) == 0
    assert len(capsys.readouterr().out) < len(whole)
    assert "does not fit" in whole
