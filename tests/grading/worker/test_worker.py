"""The learner's process shows what a kernel shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from appraise.errors import SandboxError, WorkerDied
from appraise.grading.limits import Limits
from appraise.grading.submission.attachments import Attachment
from appraise.grading.worker.client import Worker
from appraise.grading.worker.fork_server import ForkServer

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

CELLS = [
    "print('a'); print('b')",
    "import time\nfor word in 'abc':\n    print(word, flush=True)\n    time.sleep(0.3)",
    "import sys\nprint('out'); print('err', file=sys.stderr)",
    "1 + 1",
    "'text';",
    "_ + 1",
    "display(3)\n4",
    "from IPython.display import HTML, Markdown\nHTML('<b>x</b>')",
    "import pandas as pd\npd.DataFrame({'a': [1, 2]})",
    "1 / 0",
    "print('before')\nraise ValueError('why')",
    "x = = 3",
    "  bad\nindent",
    "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "async def f():\n    return 7\nawait f()",
    "%time y = 5",
    "%%capture out\nprint('hidden')",
    "%no_such_magic",
    "!echo from the shell",
    # a kernel reads the descriptor in a thread of its own, which needs a moment
    "import os, time\n_ = os.system('echo straight to the descriptor')\ntime.sleep(0.5)",
    "h = display('one', display_id=True)\nh.update('two')",
    "from IPython.display import clear_output\nprint('gone'); clear_output(); print('kept')",
    "print('gone'); clear_output(wait=True); print('kept')",
    "input()",
    "import sys\nsys.exit()",
    "import warnings\nwarnings.warn('old')",
    "undefined_name",
    "for i in range(3):\n    print(i, end=' ')",
    "class C:\n    def __repr__(self): return 'a C'\nC()",
    "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2]);",
    "plt.get_fignums()",
    "a, b = 1, 2\n%whos int",
    "get_ipython().__class__.__mro__[-1]",
    "help(len)",
    "import pickle\nclass K: pass\ntype(pickle.loads(pickle.dumps(K())))",
    "print('\\x1b[31mred\\x1b[0m')",
    "Out[3]",
    "len(In) > 3",
]


def _outside_pytest() -> dict[str, str]:
    """ipykernel leaves the descriptors alone when it finds itself in a test."""
    return {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}


def joined(outputs: list[Any]) -> list[Any]:
    """Neighbouring pieces of one stream as one: where a kernel breaks it is up to its clock."""
    out: list[Any] = []
    for o in outputs:
        if out and o["output_type"] == "stream" and out[-1].get("name") == o["name"]:
            out[-1] = {**out[-1], "text": out[-1]["text"] + o["text"]}
        else:
            out.append(o)
    return out


def seen(outputs: list[Any]) -> list[Any]:
    """What is compared: kinds, stream text, results, error names."""
    out: list[Any] = []
    for o in joined(outputs):
        if o["output_type"] == "stream":
            text = o["text"]
            if "Wall time" in text or "CPU times" in text:
                text = "times"
            if "UserWarning" in text:
                text = "UserWarning"
            out.append((o["name"], text))
        elif o["output_type"] == "error":
            out.append(("error", o["ename"], o["evalue"].split("(")[0]))
        else:
            # addresses and the ids of styled tables differ from run to run
            data = {
                k: re.sub(r"0x[0-9a-f]+|T_[0-9a-f]{5}", "…", v) if isinstance(v, str) else v
                for k, v in o["data"].items()
                if k != "image/png"
            }
            text = data.get("text/plain", "").splitlines()
            data["text/plain"] = text[0] if text and text[0].startswith("<Figure") else "\n".join(text)
            out.append((o["output_type"], data))
    return out


@pytest.fixture(scope="module")
def process() -> Iterator[ForkServer]:
    with ForkServer(["import numpy as np", "import matplotlib.pyplot as plt"], Limits(item_seconds=10)) as server:
        yield server


def test_outputs_are_those_of_a_kernel(process: ForkServer) -> None:
    opening = ["import numpy as np", "import matplotlib.pyplot as plt"]
    nb = new_notebook(cells=[new_code_cell(s) for s in [*opening, *CELLS]])
    NotebookClient(nb, allow_errors=True, timeout=60).execute(env=_outside_pytest())
    worker = Worker(process)
    differ = []
    for source, cell in zip(CELLS, nb.cells[2:]):
        ours = seen(worker.run(source, 10).outputs)
        if ours != seen(cell.outputs):
            differ.append((source, ours, seen(cell.outputs)))
    worker.close()
    assert differ == []


def test_every_solution_notebook_shows_what_a_kernel_shows() -> None:
    root = Path(__file__).parents[3]
    found = sorted((root / "solutions").glob("*/*.ipynb"))
    assert found
    for path in found:
        nb = nbformat.read(path, as_version=4)
        sources = [c.source for c in nb.cells if c.cell_type == "code" and not c.source.startswith("check(")]
        kernel = new_notebook(cells=[new_code_cell(s) for s in sources])
        NotebookClient(kernel, allow_errors=True, timeout=120).execute(env=_outside_pytest())
        with ForkServer([], Limits(item_seconds=60)) as server:
            worker = Worker(server)
            for source, cell in zip(sources, kernel.cells):
                ran = worker.run(source, 60, pictures=True)
                assert seen(ran.outputs) == seen(cell.outputs), f"{path.name}: {source[:200]}"
            worker.close()


def test_pictures_are_drawn_only_where_they_are_marked(process: ForkServer) -> None:
    worker = Worker(process)
    plain = worker.run("fig, ax = plt.subplots(); ax.plot([1, 2])", 10).outputs[-1]["data"]
    drawn = worker.run("fig, ax = plt.subplots(); ax.plot([1, 2])", 10, pictures=True).outputs[-1]["data"]
    worker.close()
    assert "image/png" not in plain
    assert "not drawn" in plain["text/plain"]
    assert "image/png" in drawn


def test_the_courses_own_pictures_are_drawn_only_there_too_and_keep_their_words() -> None:
    with ForkServer(["from appraise.figures import timeline"]) as server:
        worker = Worker(server)
        plain = worker.run("timeline()", 30).outputs[-1]["data"]["text/html"]
        drawn = worker.run("timeline()", 30, pictures=True).outputs[-1]["data"]["text/html"]
        worker.close()
        assert "data:image" not in plain
        assert "not drawn" in plain
        assert "Time line" in plain
        assert "data:image/png" in drawn


def asked(worker: Worker, source: str) -> Any:
    return worker.run(source, 10).outputs[-1]["data"]["text/plain"]


def test_a_traceback_shows_the_learners_lines_and_not_the_librarys(process: ForkServer) -> None:
    worker = Worker(process)
    ran = worker.run("import pandas as pd\ntable = pd.DataFrame({'a': [1]})\ntable['b']", 10)
    text = "\n".join(ran.outputs[-1]["traceback"])
    assert ran.outputs[-1]["ename"] == "KeyError"
    assert "----> 3 table['b']" in text
    assert "site-packages" not in text
    ran = worker.run("def check(x):\n    return 1 / x\npd.Series([0]).map(check)", 10)
    text = "\n".join(ran.outputs[-1]["traceback"])
    assert ("----> 2     return 1 / x" in text, "----> 3 pd.Series([0]).map(check)" in text) == (True, True)
    assert "site-packages" not in text
    ran = worker.run("try:\n    {}['k']\nexcept KeyError as e:\n    raise ValueError('v') from e", 10)
    text = "\n".join(ran.outputs[-1]["traceback"])
    assert ("----> 2     {}['k']" in text, "direct cause" in text) == (True, True)
    ran = worker.run("def down(n):\n    return down(n + 1)\ndown(0)", 10)
    assert ran.error == "RecursionError"
    assert len("\n".join(ran.outputs[-1]["traceback"])) < 2000
    worker.run("import inspect, sys, time\nfrom appraise.grading.worker import shell", 10)
    worker.run("def spent(f):\n    t = time.perf_counter(); f(sys._getframe()); return time.perf_counter() - t", 10)
    quick = "min(spent(inspect.getmodule) for _ in range(9)) * 10 < min(spent(shell._getmodule) for _ in range(9))"
    assert asked(worker, quick) == "True"
    worker.close()


def test_time_is_counted_anew_for_a_cell_and_not_for_each_small_one(process: ForkServer, monkeypatch: Any) -> None:
    worker = Worker(process)
    counted: list[float] = []
    honest = ForkServer.time
    monkeypatch.setattr(ForkServer, "time", lambda self: (counted.append(time.monotonic()), honest(self))[-1])
    for _ in range(10):
        worker.run("1 + 1", 100)
    assert counted == []  # since it began
    worker.run(BUSY.format(0.2), 100)
    worker.run("1 + 1", 2)  # a twentieth of its time is over
    assert len(counted) == 1
    with pytest.raises(WorkerDied, match="no answer in time"):
        worker.run("while True: pass", 2)


BUSY = "import time\nsince = time.process_time()\nwhile time.process_time() - since < {}: pass"


def test_time_is_that_of_the_processor_so_a_busy_machine_costs_nobody_points(process: ForkServer) -> None:
    everywhere = os.sched_getaffinity(0)
    one, longest = min(everywhere), 0.0
    # all on one processor, each in a session of its own, since some systems share the time among sessions
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True) for _ in range(4)]
    try:
        for pid in (process.process.pid, *(hog.pid for hog in hogs)):
            os.sched_setaffinity(pid, {one})
        worker = Worker(process)
        for _ in range(20):  # until a limit by the clock would have ended it
            began = time.monotonic()
            assert worker.run(BUSY.format(0.6), 1).error is None
            longest = max(longest, time.monotonic() - began)
            if longest > 1:
                break
        assert longest > 1, "the processor was not busy, so nothing was tested"
        with pytest.raises(WorkerDied, match="no answer in time"):
            worker.run(BUSY.format(60), 1)
    finally:
        os.sched_setaffinity(process.process.pid, everywhere)
        for hog in hogs:
            hog.kill()
            hog.wait()


def test_what_sleeps_has_its_time_by_the_clock_and_children_count(process: ForkServer) -> None:
    idle = "import time\ntime.sleep(60)"
    other = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'while True: pass'])"
    for source in (idle, other):
        with pytest.raises(WorkerDied, match="no answer in time"):
            Worker(process).run(source, 1)


def test_files_beside_the_notebook_are_there_and_shadow_nothing(process: ForkServer) -> None:
    files = [
        Attachment("data/own.csv", b"a,b\n1,2\n"),
        Attachment("helper.py", b"x = 5"),
        Attachment("json.py", b"raise 1"),
    ]
    worker = Worker(process, files)
    ran = worker.run("import json, helper\nprint(helper.x, open('data/own.csv').read(), json.dumps([1]))", 10)
    worker.close()
    assert ran.error is None
    assert ran.outputs[0]["text"].split() == ["5", "a,b", "1,2", "[1]"]


def test_output_is_cut_by_bytes(process: ForkServer) -> None:
    worker = Worker(process)
    outputs = worker.run("print('x' * 30_000_000)", 10).outputs
    worker.close()
    assert sum(len(o["text"]) for o in outputs) < 600_000
    assert "cut here" in outputs[-1]["text"]


def test_an_opening_cell_that_fails_is_the_graders_fault() -> None:
    with pytest.raises(SandboxError, match="ZeroDivisionError in “1 / 0”"):
        ForkServer(["1 / 0"])


def test_an_opening_cell_that_starts_a_thread_is_refused() -> None:
    with pytest.raises(SandboxError, match="2 threads"):
        ForkServer(["import threading, time\nthreading.Thread(target=time.sleep, args=(9,), daemon=True).start()"])
