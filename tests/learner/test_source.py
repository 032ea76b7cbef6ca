"""One value of a cell's text is replaced, and every other character stays."""

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraise.learner.calls import answer_name, write_argument
from appraise.learner.literal import NotWritable, literal
from appraise.learner.source import Text, read_value, write_value
from appraise.learner.tables import read_entry, write_entry

# a cell as a learner may write it, with · where the value of fate["a"] stands
WRITABLE = [
    'fate = {"a": ·, "b": 1}',
    "fate = {'a': ·}",
    'fate={"a":·}',
    'fate = {"a"  :   ·  ,}  # the last',
    'fate = {\n    "a": ·,  # first, "a": not this\n    "b": ...,\n}\nchoose("x-y", fate)',
    'fate = {\r\n    "a": ·,\r\n    "b": "x",\r\n}\r\n',
    'fate = {"a": (·)}',
    'fate = {"a": (  # why\n  ·\n)}',
    'fate: dict = {"a": ·}',
    'fate = {"a": "old", "a": ·}',  # the last entry counts
    'fate = {"a": 1}\nfate = {"a": ·}',
    'fate = {"a": "old"}\nfate["a"] = ·',
    'fate = {"a": "old"}\nfate["b"] = 2\nfate["a"] = ·  # better',
    'smile = "🙂 é"; fate = {"é🙂": "🙂", "a": ·}; print(smile)',
    '"""A note.\n\nfate = {"a": 1}"""\nfate = {"a": ·}',
    'fate = {"b": {"a": 7}, "a": ·}\nfate',
    'fate = {"a": ·, "c": f"{1}", "d": max(1, 2)}\ndisplay(fate)',
    "import pandas as pd\n\nother = {'a': 1}\nfate = {\"a\": ·}\nprint(len(fate))",
    'fate = {"a": ·}\\\n\n',
    'if True:\n    x = 1\nfate = {"a": ·}',
    'fate = {\x0c"a": ·}',
    'fate = {"a": ·}\n\n\n# fate = {"a": 1}',
]
VALUES = ["same", ..., 4.7, 12, True, 'a "b"', "it's", "两\n行", {"x"}, [1, "a"], "", -3]


@pytest.mark.parametrize("cell", WRITABLE)
@pytest.mark.parametrize(
    "old", ["...", '"old"', "4.70", "-1", "None", "'''long\n\"text\"'''", '"two" "parts"', "[1, 2]"]
)
def test_only_the_value_changes(cell, old):
    source = cell.replace("·", old)
    for value in VALUES:
        changed = write_value(source, "fate", ("a",), value)
        assert changed == cell.replace("·", literal(value))
        assert read_value(changed, "fate", ("a",)) == value


NOT_WRITABLE = {
    'choose("x-y", fate)': "another cell",
    'fate["a"] = 1': "another cell",
    "fate = dict(a=1)": "computed",
    'fate = dict.fromkeys(["a"])': "computed",
    'fate = {"b": 1}': "no such entry",
    'fate = {**other, "a": 1}': "put together",
    'fate = {"a": 1, **other}': "put together",
    'fate = {"a": x}': "computed",
    'fate = {"a": f"{x}"}': "computed",
    'fate = {"a": 1 + 1}': "computed",
    'fate = {key: 1, "a": 2}': "computed",
    'fate = {"a": 1}\nfate.update(a=2)': "your own",
    'fate = {"a": 1}\nfate |= {"a": 2}': "your own",
    'fate = {"a": 1}\nfill(fate)': "your own",
    'fate = {"a": 1}\ndel fate["a"]': "your own",
    'fate = {"a": 1}\nfate[key] = 2': "computed",
    'fate = {"a": 1}\nother = fate': "your own",
    'fate = {"a": 1}\nfor k in fate: fate[k] = 2': "your own",
    'fate = {"a": 1}\nprint(fate.pop("a"))': "your own",
    'if True:\n    fate = {"a": 1}': "your own",
    'fate = other = {"a": 1}': "your own",
    'fate, x = {"a": 1}, 2': "your own",
    'fate = {"a": 1}\ndef fate(): pass': "your own",
    'fate = {"a": 1}\nfrom x import *': "your own",
    'fate = {"a": 1': "complete Python",
    '%time\nfate = {"a": 1}': "complete Python",
    'fate = {"a": 1}\n!ls': "complete Python",
    'fate = {"a": "x\x00"}': "complete Python",
    'fate = {"a": ("one"  # why\n "two")}': "comment",
    'fate = {"a": [1,  # why\n 2]}': "comment",
}


@pytest.mark.parametrize(("source", "why"), NOT_WRITABLE.items())
def test_what_is_more_than_a_literal_is_left_alone(source, why):
    with pytest.raises(NotWritable, match=why):
        write_value(source, "fate", ("a",), "same")


def test_nested_dictionaries_lists_and_single_values():
    source = (
        'c = {"down": {"bias": ..., "chance": 1}, "why": ["x", ...]}\nc["down"]["chance"] = 2  # mine\nreason = ...'
    )
    changed = write_value(source, "c", ("down", "bias"), "a")
    changed = write_value(changed, "c", ("down", "chance"), 3)
    changed = write_value(changed, "c", ("why", 1), "y")
    changed = write_value(changed, "reason", (), "c")
    assert (
        changed
        == 'c = {"down": {"bias": "a", "chance": 1}, "why": ["x", "y"]}\nc["down"]["chance"] = 3  # mine\nreason = "c"'
    )
    with pytest.raises(NotWritable, match="on its own"):
        read_value(changed, "c", ("down",))


keys = st.one_of(st.text(max_size=8), st.integers(-5, 5), st.booleans())
leaves = st.one_of(
    st.just(...), st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
)
words = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\x85"), max_size=12)


@st.composite
def cells(draw):
    """A cell with a dictionary in wild formatting, the key of one entry, and its text around the value."""
    gap = st.sampled_from(["", " ", "   ", "\n", "\n    ", " # note\n", f" # {draw(words)}\n"])
    entries = draw(st.dictionaries(st.text(max_size=8), leaves, min_size=1, max_size=5))
    chosen = draw(st.sampled_from(sorted(entries)))
    before, after = "", ""
    body = []
    for k, v in entries.items():
        written = "·" if k == chosen else draw(st.sampled_from([repr(v) if v is not ... else "...", literal(v)]))
        body.append(
            f"{draw(gap)}{draw(st.sampled_from([repr(k), literal(k)]))}{draw(gap)}:{draw(gap)}{written}{draw(gap)}"
        )
    before = draw(st.sampled_from(["", "x = 1\n", "# é🙂\n", 'note = """\nfate = {}\n"""\n']))
    after = draw(st.sampled_from(["", "\n", "\nfate", '\nchoose("a-b", fate)  # form', "\n\nprint(fate)\n"]))
    cell = f"{before}fate = {{{','.join(body)}}}{after}"
    if draw(st.booleans()) and '"""' not in cell:
        cell = cell.replace("\n", "\r\n")
    return cell, chosen, entries[chosen]


@settings(max_examples=300, deadline=None)
@given(cells(), leaves)
def test_any_cell_with_a_dictionary_keeps_all_but_the_value(made, value):
    cell, chosen, old = made
    if cell.count("·") != 1:  # a key or a note holds the mark itself
        return
    start, end = cell.split("·")
    source = f"{start}{literal(old)}{end}"
    changed = write_value(source, "fate", (chosen,), value)
    assert changed.startswith(start)
    assert changed.endswith(end)
    assert changed == f"{start}{literal(value)}{end}"
    got = read_value(changed, "fate", (chosen,))
    assert type(got) is type(value)
    assert got == value


@settings(max_examples=500, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_any_text_is_written_so_that_python_reads_it_back(text):
    for written in (literal(text), literal(f"\n{text}"), literal(f'{text}\n"')):
        assert ast.literal_eval(written) in {text, f"\n{text}", f'{text}\n"'}
    assert ast.literal_eval(literal(text)) == text
    source = 'telling = """old\ntext"""\nwrite_text("a-b", telling)'
    changed = write_value(source, "telling", (), text)
    assert read_value(changed, "telling", ()) == text
    assert changed.endswith('\nwrite_text("a-b", telling)')


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="\"'\\\n#{}…é🙂a", max_size=30))
def test_quotes_backslashes_and_line_ends_in_prose(text):
    changed = write_value("telling = ...", "telling", (), text)
    space = {}
    exec(changed, space)
    assert space["telling"] == text


COLUMNS = ["random", "blind"]
TABLE = 't = pd.DataFrame(\n    "", index=["a", "b"], columns=["random", "blind"], dtype=object,\n)  # empty\n# one line a passage\n\nt'


def test_a_table_gets_one_line_a_row_below_the_comments():
    one = write_entry(TABLE, "t", "b", ["yes", ""], COLUMNS, "random")
    assert one == TABLE.replace("passage\n", 'passage\nt.loc["b"] = ["yes", ""]\n', 1)
    two = write_entry(one, "t", "b", ["yes", "no"], COLUMNS, "blind")
    three = write_entry(two, "t", "a", ["", "no"], COLUMNS, "blind")
    lines = 't.loc["b"] = ["yes", "no"]\nt.loc["a"] = ["", "no"]\n'
    assert three == TABLE.replace("passage\n", f"passage\n{lines}", 1)
    assert [read_entry(three, "t", row, "blind", COLUMNS) for row in "ab"] == ["no", "no"]
    assert read_entry(TABLE, "t", "a", "blind", COLUMNS) is None


def test_lines_of_a_table_that_a_learner_typed_are_kept():
    typed = f"{TABLE}\nt.loc['a'] = ( 'x',  # why\n  'y')\nt.at['a', 'blind'] = 'z'; t"
    changed = write_entry(typed, "t", "a", ["q", "z"], COLUMNS, "random")
    assert changed == typed.replace("'x'", '"q"')
    assert write_entry(changed, "t", "a", ["q", "w"], COLUMNS, "blind") == changed.replace("'z'", '"w"')


@pytest.mark.parametrize(
    "line",
    [
        't.loc[:] = "x"',
        't.loc[["a", "b"]] = "x"',
        't.loc["a"] = row',
        't.loc["a"] = "x"',
        't.iloc[0, 0] = "x"',
        't["random"] = "x"',
        't["random"] = ["x", "y"]',
        "fill(t)",
        't = t.replace("", "x")',
        "t.update(other)",
    ],
)
def test_a_table_that_code_fills_is_left_alone(line):
    with pytest.raises(NotWritable):
        write_entry(f"{TABLE}\n{line}", "t", "a", ["q", ""], COLUMNS, "random")


@pytest.mark.parametrize(
    "call",
    [
        'predict("how-much", 0, 10)',
        'predict( "how-much", 0, (10) )',
        "predict(\n    'how-much',\n    0,\n    10,  # points\n)",
        'predict("how-much", 0, 10, unit="points",)',
        'predict("how-much", 0, 10, value=...)',
        'x = 1; predict("how-much", 0, high=(10)) ; y = 2',
    ],
)
def test_the_arguments_of_a_call_are_set_and_set_again(call):
    once = write_argument(call, "predict", "how-much", "value", 4.5)
    twice = write_argument(once, "predict", "how-much", "reason", 'so "it" is')
    again = write_argument(twice, "predict", "how-much", "value", None)
    [found] = [n for n in ast.walk(ast.parse(again)) if isinstance(n, ast.Call)]
    named = {k.arg: ast.literal_eval(k.value) for k in found.keywords}
    assert named["value"] is None
    assert named["reason"] == 'so "it" is'
    assert "# points" in again or "# points" not in call
    assert "value=4.5" in once


def test_a_call_that_stands_twice_or_takes_what_cannot_be_told_is_left_alone():
    for source in (
        'predict("a-b", 0, 1)\npredict("a-b", 0, 1)',
        'predict("c-d", 0, 1)',
        'predict("a-b", 0, 1, value=x)',
        'predict("a-b", *ends, **more)',
    ):
        with pytest.raises(NotWritable):
            write_argument(source, "predict", "a-b", "value", 1)
    assert answer_name('choose("a-b", x); mark("a-c", y, words)', "a-c") == "y"
    assert answer_name('choose("a-b", x', "a-b") is None


def test_places_count_characters_not_bytes():
    text = Text.parse('é = "🙂"; x = 1\r\ny = 2')
    assert [text.source[slice(*text.span(s))] for s in text.tree.body] == ['é = "🙂"', "x = 1", "y = 2"]
