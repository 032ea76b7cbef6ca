"""What a submission shows, sanitized before an instructor's browser sees it.

Outputs come from a process that the learner controls, so each is built anew from what is known to be harmless: text,
cleaned HTML, PNG and JPEG. Scripts, SVG, LaTeX, Markdown, widgets and everything unknown give way to their plain text.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Mapping
from typing import Any

import nh3

_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4"),
    *("h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup"),
    *("table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
_ATTRIBUTES = {
    "*": {"title", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "table": {"border", "class"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_STYLES = {
    *("background-color", "border", "color", "font-style", "font-weight", "padding", "text-align", "text-decoration"),
    *("vertical-align", "white-space", "width"),
}
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f\ud800-\udfff]")
MOST_PICTURE = 4_000_000


def clean_html(text: str) -> str:
    """HTML with its tables, text and embedded pictures kept, and everything that runs, loads or covers removed.

    MathJax is told to leave it alone: LaTeX can carry links that run.

    Examples
    --------
    >>> clean_html('<b onclick="x()">5</b><script>x()</script>')
    '<div class="tex2jax_ignore mathjax_ignore"><b>5</b></div>'
    """

    def attribute(tag: str, name: str, value: str) -> str | None:
        if tag == "img" and name == "src":
            return value if _PICTURE.fullmatch(value) else None
        if name == "href":  # none that runs, and none that leads into the pages of this machine
            return value if re.match(r"(?:https?://|mailto:)[^\s/]", value, re.I) else None
        if name == "class":
            return "dataframe" if "dataframe" in value.split() else None
        return value

    cleaned = nh3.clean(
        text,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=attribute,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
    )
    return f'<div class="tex2jax_ignore mathjax_ignore">{cleaned}</div>'


def clean_markdown(text: str) -> str:
    """Markdown without HTML and without links that run.

    >>> clean_markdown("[x](javascript:y) <b>")
    '[x](javascript\\u200b:y) &lt;b>'
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    text = re.sub(r"(javascript|vbscript|data)(\s*:)", "\\1\u200b\\2", text, flags=re.I)
    return re.sub(r"\\(href|url|unicode|class|style|cssId|require)\b", r"\\ \1", text)


def clean_text(text: Any) -> str:
    """Text without control characters other than tab, line end and escape (colours)."""
    if isinstance(text, list):
        text = "".join(t for t in text if isinstance(t, str))
    return _CONTROL.sub("\ufffd", text) if isinstance(text, str) else ""


def escape(text: str) -> str:
    """A sentence as HTML; `words` between backquotes become code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html.escape(clean_text(text)))


def clean_outputs(outputs: Any) -> list[dict[str, Any]]:
    """A cell's outputs, each built anew; what has an unknown form is dropped.

    Examples
    --------
    >>> clean_outputs([{"output_type": "display_data", "data": {"image/svg+xml": "<svg/>", "text/plain": "x"}}])
    [{'output_type': 'display_data', 'data': {'text/plain': 'x'}, 'metadata': {}}]
    """
    done: list[dict[str, Any]] = []
    for output in outputs if isinstance(outputs, list) else []:
        if isinstance(output, Mapping) and (one := _clean_output(output)) is not None:
            done.append(one)
    return done


def _clean_output(output: Mapping[str, Any]) -> dict[str, Any] | None:
    match output.get("output_type"):
        case "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return {"output_type": "stream", "name": name, "text": clean_text(output.get("text"))}
        case "error":
            lines = output.get("traceback")
            return {
                "output_type": "error",
                "ename": clean_text(output.get("ename"))[:200],
                "evalue": clean_text(output.get("evalue"))[:2000],
                "traceback": [clean_text(t) for t in lines] if isinstance(lines, list) else [],
            }
        case "display_data":
            return {"output_type": "display_data", "data": _clean_data(output.get("data")), "metadata": {}}
        case "execute_result":
            count = output.get("execution_count")
            return {
                "output_type": "execute_result",
                "execution_count": count if type(count) is int and 0 <= count < 10**6 else None,
                "data": _clean_data(output.get("data")),
                "metadata": {},
            }
    return None


def _clean_data(data: Any) -> dict[str, str]:
    if not isinstance(data, Mapping):
        return {"text/plain": ""}
    clean = {"text/plain": clean_text(data.get("text/plain"))}
    if text := clean_text(data.get("text/html")):
        clean["text/html"] = clean_html(text)
    for kind in ("image/png", "image/jpeg"):
        if (raw := data.get(kind)) and (picture := _picture(raw)):
            clean[kind] = picture
    if not clean["text/plain"] and len(clean) == 1 and data:
        clean["text/plain"] = "(An output of a kind that is not shown.)"
    return clean


def _picture(data: Any) -> str | None:
    text = "".join(clean_text(data).split())
    if len(text) > MOST_PICTURE:
        return None
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return text if raw.startswith((b"\x89PNG", b"\xff\xd8")) else None
