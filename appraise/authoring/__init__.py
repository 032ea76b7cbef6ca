r"""The author's half: `solutions/` becomes keys, packs and lessons, or an error that names the file and the item.

A lesson is one folder `solutions/NN-slug/` with two files edited by hand: `NN-slug.md`, which holds the cells
(`source.py` says how), and `exercises.yml`.

Among the cells an exercise is three cells, one after the other: the question (Markdown, its heading starts with
"Exercise"), the answer cell and the check cell::

    fate = ...                                     # a function's stub: def flag(table):\n    ...
    ### BEGIN SOLUTION
    fate = {"walsh post": "same"}
    ### END SOLUTION

    check("numbers-follow-it-home", fate)

`python -m appraise lessons` adds the metadata that nbgrader reads, runs the cells with `check` recording what it is
handed, and writes `NN-slug.ipynb` beside the source, `key.json` (with hidden cases; read by the grader),
`appraise/packs/NN-slug.pack` (what a learner's machine holds) and `lessons/NN-slug/` (through nbgrader). The right
answer is typed nowhere but in the source. A notebook that somebody edited is not overwritten (`made.py`).

In `exercises.yml` each id maps to the fields of `appraise.authoring.entries.Entry`. `answer` of a misconception and of
`accept`, and each of `inputs` and `hidden`, is Python, evaluated in the lesson's names: an expression, or statements
that set the exercise's name (for a function: its definition). With `item` an answer stands for one part only;
`item: any` means wherever it is given wrongly. Each of `inputs` and `hidden` gives the arguments of one call, a tuple
where there are several.
"""
