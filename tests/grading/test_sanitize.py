"""What a submission shows is harmless: nothing runs, loads or covers the page; tables, text and plots stay."""

from __future__ import annotations

import base64
import json
import re

import pytest

from appraise.grading.sanitize import clean_html, clean_markdown, clean_outputs

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href=' data:text/html;base64,PHNjcmlwdD4='>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='x'></object><embed src='x'>",
    "<form action='https://evil'><input name=a></form>",
    "<style>body{display:none}</style>",
    "<link rel=stylesheet href=https://evil/x.css>",
    "<meta http-equiv=refresh content='0;url=https://evil'>",
    "<base href=https://evil>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<div style='position:fixed;top:0;left:0;background:url(https://evil)'>x</div>",
    "<img src='https://evil/track.png'>",
    "<b id=submit name=submit class=btn>x</b>",
    "<table><tr><td onclick=alert(1)>1</td></tr></table>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_html_is_cleaned(payload: str) -> None:
    cleaned = clean_html(payload)
    assert cleaned.endswith("</div>")
    inside = cleaned.removeprefix('<div class="tex2jax_ignore mathjax_ignore">').lower()
    assert not re.search(r"<(script|svg|iframe|object|embed|form|input|style|link|meta|base|math)", inside)
    assert not re.search(r"\son\w+=|javascript:|data:text|position|url\(|\sid=|\sname=|class=|src=", inside)


def test_tables_and_pictures_stay() -> None:
    table = '<table border="1" class="dataframe"><tbody><tr><td>4.7</td></tr></tbody></table>'
    assert table in clean_html(table)
    picture = '<img src="data:image/png;base64,iVBORw0KGgo=">'
    assert picture in clean_html(picture)


def test_closing_the_wrapper_is_not_possible() -> None:
    assert clean_html("</div></div><b>$\\href{javascript:alert(1)}{x}$</b>").count("</div>") == 1


@pytest.mark.parametrize(
    "text",
    ["[x](javascript:alert(1))", "[x](JaVaScRiPt&#58;alert(1))", "[x]: data:text/html,a", "<img src=x onerror=y>"],
)
def test_markdown_is_cleaned(text: str) -> None:
    cleaned = clean_markdown(text)
    assert not re.search(r"javascript:|data:|<|&#", cleaned, re.I)


def test_outputs_are_built_anew() -> None:
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()
    dirty = [
        {"output_type": "display_data", "data": {"image/png": f'{png}" onerror="alert(1)', "text/plain": "p"}},
        {"output_type": "display_data", "data": {"image/png": png, "text/plain": "p"}, "metadata": {"x": "<script>"}},
        {"output_type": "display_data", "data": {"application/javascript": "alert(1)"}},
        {"output_type": "display_data", "data": {"text/latex": "$\\href{javascript:x}{y}$"}},
        {"output_type": "display_data", "data": {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}},
        {"output_type": "execute_result", "execution_count": "<script>", "data": {"text/html": "<script>x</script>"}},
        {"output_type": "stream", "name": "<script>", "text": ["a", 3, "b\x00"]},
        {"output_type": "error", "ename": 3, "evalue": None, "traceback": "x"},
        {"output_type": "nonsense"},
        "text",
    ]  # fmt: skip
    clean = clean_outputs(dirty)
    assert len(clean) == 8
    assert "image/png" not in clean[0]["data"]
    assert clean[1]["data"]["image/png"] == png
    assert clean[6] == {"output_type": "stream", "name": "stdout", "text": "ab\ufffd"}
    assert not re.search(r"script|alert|href|widget", json.dumps(clean))
