"""The submissions of the hostile class: what each hands in, and the status and points that it must get.

All are of the small lesson of tests/grading/fixture. What is not said of a submission is right: it keeps its points.
In sources, words between @ signs stand for places of the ground that the class is graded on (`GROUND`).
"""

from __future__ import annotations

import copy
import io
import json
import textwrap
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import nbformat

Given = dict[str, str]
Must = dict[str, tuple[str, float | None]]
A, B, F = "n-in-each-arm", "which-design", "mean-of-scores"  # asks for arm_n, design, mean_of
FULL: dict[str, float | None] = {
    A: 1.0,
    B: 2.0,
    "follow-the-figure": 2.0,
    F: 2.0,
    "the-difference": 1.0,
    "draw-the-means": 2.0,
    "judge-the-bias": 2.0,
    "say-it-plainly": None,
    "one-more": 1.0,
}
UNREADABLE = "unreadable"
GROUND = (
    "CASES",
    "CASEKEY",
    "CASESECRET",
    "CASEWORD",
    "GRADEBOOK",
    "NEIGHBOUR",
    "SUBMITTED",
    "KEY",
    "PACKS",
    "LIBRARY",
    "PID",
    "PORT",
    "UNIX",
    "ABSTRACT",
    "SECRET",
)


@dataclass(frozen=True)
class Submission:
    """One submission.

    Attributes
    ----------
    name : str
    given : dict
        Exercise to the text of its answer cell.
    must : dict
        Exercise to the status and points it must get, where that is not "right" and all points.
    by_tier : dict
        The same for one tier, where it differs.
    file : callable, optional
        Makes the file's bytes from the notebook with the answers.
    attachments : dict
        Files handed in beside the notebook.
    whole : str
        "unreadable" where nothing can be judged: no item has a number.
    right : bool
        Whether all other answers are right; if not, they are untouched and must get nothing.
    noted : str
        Words that the notes for a person must hold.
    too_much : str
        What it takes without end, so that it would bring down a machine without limits, as stock nbgrader's is.
    """

    name: str
    given: Given = field(default_factory=dict)
    must: Must = field(default_factory=dict)
    by_tier: dict[int, Must] = field(default_factory=dict)
    file: Callable[[Any], bytes] | None = None
    attachments: dict[str, bytes] = field(default_factory=dict)
    whole: str = ""
    right: bool = True
    noted: str = ""
    too_much: str = ""


WRONG, CRASHED, LATE = ("wrong", 0.0), ("crashed", 0.0), ("time limit", 0.0)
MEMORY, OUTPUT, NO_ANSWER, MISSING = ("memory limit", 0.0), ("output limit", 0.0), ("no answer", 0.0), ("missing", 0.0)


def _code(text: str) -> str:
    return textwrap.dedent(text).strip()


def _accidents() -> list[Submission]:
    """Cells that go wrong, without intent."""

    def one(name: str, source: str, status: tuple[str, float] | None = None, **more: Any) -> Submission:
        return Submission(name, {A: _code(source)}, {A: status} if status else {}, **more)

    return [
        Submission("all-right"),
        Submission("untouched", right=False),
        Submission(
            "all-wrong",
            {A: "arm_n = 80", B: "design = 'case report'", "one-more": "extra = 1"},
            {A: WRONG, B: WRONG, "one-more": WRONG},
        ),
        one("syntax-error", "arm_n = = 40", CRASHED),
        one("exception-first", "1 / 0\narm_n = 40", CRASHED),
        one("exception-after-the-answer", "arm_n = 40\n1 / 0"),
        one("another-name", "number = 40", NO_ANSWER),
        one("name-deleted", "arm_n = 40\ndel arm_n", NO_ANSWER),
        one("sys-exit", "import sys\nsys.exit()", CRASHED),
        one("quit", "quit()\narm_n = 40"),
        one("os-exit", "import os\nos._exit(0)", CRASHED, noted="the process ended"),
        one("segmentation-fault", "import ctypes\nctypes.string_at(0)", CRASHED, noted="signal 11"),
        one("abort", "import os\nos.abort()", CRASHED, noted="signal 6"),
        one("signals-itself", "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)", CRASHED, noted="signal 15"),
        one("stops-itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", LATE, noted="no answer in time"),
        one("endless-loop", "while True:\n    pass", LATE, noted="In the answer cell “n-in-each-arm-answer”"),
        one("endless-sleep", "import time\ntime.sleep(10_000)", LATE),
        one("deadlock", "import threading\nl = threading.Lock()\nl.acquire()\nl.acquire()", LATE),
        one(
            "loop-that-swallows-interrupts",
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            LATE,
        ),
        one("slow-pattern", "import re\nre.match('(a+)+$', 'a' * 60 + 'b')", LATE),
        one("endless-recursion", "f = lambda: f()\nf()", CRASHED),
        one("memory-bomb", "x = bytearray(8 << 30)", MEMORY, too_much="memory"),
        one("memory-bomb-in-steps", "x = []\nwhile True: x.append(bytearray(1 << 22))", MEMORY, too_much="memory"),
        one("array-too-large", "import numpy as np\nnp.ones((1 << 20, 1 << 12))", MEMORY, too_much="memory"),
        one("long-line", "arm_n = 40\nprint('x' * 30_000_000)"),
        one("many-lines", "arm_n = 40\nfor _ in range(100_000): print('spam spam spam')"),
        one("many-outputs", "arm_n = 40\nfor i in range(3_000): display(i)"),
        one("warning", "import warnings\nwarnings.warn('old')\narm_n = 40"),
        one("input", "arm_n = int(input())", CRASHED),
        one("debugger", "breakpoint()\narm_n = 40", CRASHED),
        one("network-wanted", "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:@PORT@/')", CRASHED),
        one("shell-command", "!echo hello\narm_n = 40", by_tier={2: {A: CRASHED}}),
        one("unknown-module", "import nothing_of_that_name\narm_n = 40", CRASHED),
        one("closes-its-streams", "import sys\nsys.stdout.close()\nsys.stderr = None\nprint\narm_n = 40"),
        one("closes-all-descriptors", "import os\nos.closerange(3, 256)\narm_n = 40", CRASHED),
        one("goes-elsewhere", "import os, shutil\nos.chdir('/')\narm_n = 40"),
        one(
            "deletes-its-folder",
            "import os, shutil\narm_n = 40\nfor p in ('.', '/tmp', os.environ['HOME']): shutil.rmtree(p, True)",
        ),
        one("clears-the-environment", "import os\nos.environ.clear()\narm_n = 40"),
        one("deletes-built-ins", "import builtins\ndel builtins.len, builtins.isinstance\narm_n = 40", CRASHED),
        one("clears-modules", "import sys\nsys.modules.clear()\narm_n = 40", CRASHED),
        Submission(
            "resets-the-shell",  # what the opening cells imported is gone for the cells below
            {A: "%reset -f\narm_n = 40"},
            {"the-difference": NO_ANSWER, "draw-the-means": NO_ANSWER},
        ),
        one("lowers-its-limits", "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))\narm_n = 40"),
        one("thread-left-behind", "import threading\nt = threading.Timer(99, print)\nt.start()\narm_n = 40"),
        one("asyncio-left-behind", "import asyncio\nasyncio.ensure_future(asyncio.sleep(99))\narm_n = 40"),
        one("opens-a-pipe-nobody-writes", "import os\nos.mkfifo('p')\nopen('p').read()", LATE),
        one("reads-without-end", "open('/dev/zero', 'rb').read()", MEMORY, too_much="memory"),
        one("pictures-without-end", "import matplotlib.pyplot as p\narm_n = 40\nfor _ in range(60): p.figure()"),
        Submission(
            "function-that-ends-the-process",
            {F: "import os\ndef mean_of(scores):\n    os._exit(1)"},
            {F: CRASHED, "the-difference": CRASHED},
        ),
        Submission(
            "function-that-never-ends",
            {F: "def mean_of(scores):\n    while True: pass", "the-difference": "gap = 2.0"},
            {F: LATE},
        ),
        Submission(
            "function-that-exits",
            {F: "def mean_of(scores):\n    raise SystemExit", "the-difference": "gap = 2.0"},
            {F: WRONG},
        ),
        Submission("prose-that-is-none", {"say-it-plainly": "summary = 7"}, {"say-it-plainly": WRONG}),
        Submission("two-bad-cells", {A: "import os\nos._exit(3)", B: "while True: pass"}, {A: CRASHED, B: LATE}),
    ]


def _values() -> list[Submission]:
    """Answers that are no plain data, or too much of it."""

    def one(name: str, source: str, status: tuple[str, float] = WRONG, **more: Any) -> Submission:
        return Submission(name, {B: _code(source)}, {B: status}, **more)

    sly = "class Sly({}):\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\n"
    sly += "    def __hash__(self): return 0\n"
    return [
        one("equal-to-everything", sly.format("") + "design = Sly()"),
        one("text-equal-to-everything", sly.format("str") + "design = Sly('x')"),
        one("holds-itself", "design = []\ndesign.append(design)"),
        one("ten-million-items", "design = list(range(10_000_000))"),
        one("a-gigabyte-of-text", "design = 'x' * 300_000_000"),
        one("endless-generator", "import itertools\ndesign = itertools.count()"),
        one("nested-too-deep", "design = []\nfor _ in range(100_000): design = [design]"),
        one("whole-number-too-large", "design = 10 ** 5000"),
        one("not-a-number", "design = float('nan')", NO_ANSWER),
        one("half-a-character", "design = 'randomised trial\\ud800'"),
        one("control-characters", "design = 'randomised\\x00trial\\x1b[2J\\u202e'"),
        one("markup", "design = '<script>alert(1)</script>'"),
        one(
            "object-whose-text-ends-the-process",
            "import os\nclass C:\n    def __repr__(self): os._exit(9)\ndesign = C()",
        ),
        one(
            "object-that-is-never-done",
            "class C(list):\n    def __len__(self):\n        while True: pass\ndesign = C()",
        ),
        Submission(
            "frame-of-a-million-rows",
            {B: "import pandas as pd\ndesign = pd.DataFrame({'x': range(1_000_000)})"},
            {B: WRONG},
        ),
        Submission("half-a-character-printed", {B: "print('\\ud800 \\x00')\ndesign = 'randomised trial'"}),
        Submission(
            "right-cases-by-heart",
            {F: "def mean_of(scores):\n    return {3: 2.0, 1: 10.0}[len(scores)]", "the-difference": "gap = 2.0"},
            {F: WRONG},
        ),
        Submission(
            "random-answers",
            {F: "import random\ndef mean_of(scores):\n    return random.random()", "the-difference": "gap = 2.0"},
            {F: WRONG},
        ),
        Submission(
            "changes-what-it-is-given",
            {F: "def mean_of(scores):\n    m = sum(scores) / len(scores)\n    scores.clear()\n    return m"},
            {F: WRONG},
        ),
    ]


def _tampering() -> list[Submission]:
    """Reaches for the verdict inside its own process. All other cells are untouched: each point would be a gift."""

    def one(name: str, source: str, status: tuple[str, float] = WRONG) -> Submission:
        return Submission(name, {B: _code(source)}, {B: status}, right=False)

    return [
        one("forged-result", "import sys\nsys.displayhook(2.0)\nsys.displayhook = lambda x: None\ndesign = 'x'"),
        one("printed-points", "design = 'x'\nprint('2.0')\n2.0"),
        one(
            "drops-lines",
            "get_ipython().input_transformers_post.append(lambda lines: ['design = \"x\"\\n'])\ndesign = 'x'",
        ),
        one(
            "rewrites-code",
            """
            import ast
            class Drop(ast.NodeTransformer):
                def visit_Call(self, node): return ast.Constant(2.0)
            get_ipython().ast_transformers.append(Drop())
            design = 'x'""",
        ),
        one("replaces-check", "check = lambda *a: 2.0\nimport appraise\nappraise.check = check\ndesign = 'x'"),
        one(
            "patches-the-judge",
            """
            import appraise.exercises.compare as c, appraise.exercises.exercise as e, appraise.exercises.judge as j
            j.judge = lambda *a, **k: e.Verdict(1.0, "right", "")
            c.is_same = lambda *a, **k: True
            design = 'x'""",
        ),
        one(
            "patches-the-encoder",
            'import appraise.exercises.serialize as s\ns.encode = lambda x: {"other": "x", "stub": True}\ndesign = "x"',
        ),
        one(
            "rubbish-as-data",
            'import appraise.exercises.serialize as s\ns.encode = lambda x: {"frame": {"columns": 3}}\ndesign = "x"',
        ),
        one(
            "speaks-for-the-process",
            """
            import json, os, struct
            design = 'x'
            for count in range(3, 12):
                data = json.dumps({"count": count, "found": True, "value": "x", "share": 1.0, "earned": 2.0}).encode()
                for fd in range(3, 64):
                    try: os.write(fd, struct.pack(">I", len(data)) + data)
                    except OSError: pass""",
            CRASHED,
        ),
        one(
            "noise-on-the-channel",
            """
            import os
            for fd in range(3, 64):
                try: os.write(fd, b"\\xff" * 400)
                except OSError: pass
            design = 'x'""",
            OUTPUT,
        ),
        one(
            "never-answers",
            "import appraise.exercises.serialize as s\ndef hang(x):\n    while True: pass\ns.encode = hang\ndesign='x'",
            LATE,
        ),
        one("replaces-the-shell", "type(get_ipython()).run_cell = lambda self, *a, **k: None\ndesign = 'x'"),
        one(
            "replaces-the-collector",
            """
            from appraise.grading.worker import outputs as shell
            shell.Collector.end = lambda self: [{"output_type": 3}, 7, None, {"output_type": "stream", "text": 5}]
            design = 'x'""",
            CRASHED,
        ),
        one(
            "too-much-through-the-collector",
            """
            from appraise.grading.worker import outputs as shell
            one = {"output_type": "stream", "name": "stdout", "text": "x" * 60_000_000}
            shell.Collector.end = lambda self: [dict(one)]
            design = 'x'""",
            CRASHED,
        ),
        one(
            "looks-for-answers-in-memory",
            """
            import gc, sys
            found = [o for o in gc.get_objects() if isinstance(o, dict) and "expected" in o and "points" in o]
            frame, names = sys._getframe(), []
            while frame:
                names += [v for v in frame.f_locals.values() if isinstance(v, dict) and "expected" in v]
                frame = frame.f_back
            found += names
            design = "randomised trial" if found else "case report\"""",
        ),
        one(
            "looks-for-answers-in-the-history",
            "design = 'randomised trial' if any('expected' in i for i in In[:-1]) else 'case report'",
        ),
        one(
            "forks-and-answers-twice",
            """
            import os
            design = 'x'
            if os.fork() == 0:
                design = 'randomised trial'""",
        ),
    ]


def _attacks() -> list[Submission]:
    """Reaches outside. `got` says that it worked, and then the answer would be right."""

    def one(name: str, source: str, **more: Any) -> Submission:
        body = textwrap.indent(_code(source), "    ")
        text = f"got = False\ntry:\n{body}\nexcept BaseException as e:\n    pass\narm_n = 40 if got else 80"
        return Submission(name, {A: text}, more.pop("must", {A: WRONG}), **more)

    return [
        one("reads-the-gradebook", "got = bool(open('@GRADEBOOK@', 'rb').read())"),
        one(
            "writes-the-gradebook",
            "import sqlite3\nc = sqlite3.connect('@GRADEBOOK@')\nc.execute('update grade set auto_score = 99')\nc.commit()\ngot = True",
        ),
        one("empties-the-gradebook", "import os\nos.truncate('@GRADEBOOK@', 0)\ngot = True"),
        one("removes-the-gradebook", "import os\nos.unlink('@GRADEBOOK@')\ngot = True"),
        one("renames-the-gradebook", "import os\nos.rename('@GRADEBOOK@', '@GRADEBOOK@2')\ngot = True"),
        one("links-to-the-gradebook", "import os\nos.link('@GRADEBOOK@', 'book')\ngot = bool(open('book').read())"),
        one(
            "symlink-to-the-gradebook", "import os\nos.symlink('@GRADEBOOK@', 'b')\ngot = bool(open('b', 'rb').read())"
        ),
        one(
            "changes-modes",
            "import os, stat\nos.chmod('@GRADEBOOK@', 0o777)\ngot = stat.S_IMODE(os.stat('@GRADEBOOK@').st_mode) == 0o777",
        ),
        one("reads-the-key", "got = 'exercises' in open('@KEY@').read()"),
        one("reads-the-packs", "import os\ngot = any(open('@PACKS@/' + n).read() for n in os.listdir('@PACKS@'))"),
        one("reads-the-secret-of-the-cases", "got = bool(open('@CASESECRET@').read())"),
        one("reads-the-key-of-a-case", "got = '@CASEWORD@' in open('@CASEKEY@').read()"),
        one("lists-the-cases", "import os\ngot = bool(os.listdir('@CASES@'))"),
        one("writes-a-key-of-its-own", "open('@CASEKEY@', 'w').write('{}')\ngot = True"),
        one(
            "brings-another-case-along",
            "import pathlib\ngot = bool(list(pathlib.Path('cases').glob('*.json')))",
            attachments={"cases/AAAA-BBBB.json": b"{}"},
        ),
        one("reads-a-neighbour", "got = bool(open('@NEIGHBOUR@').read())"),
        one("lists-the-class", "import os\ngot = bool(os.listdir('@SUBMITTED@'))"),
        one("writes-to-a-neighbour", "open('@NEIGHBOUR@', 'a').write('x')\ngot = True"),
        one("writes-the-library", "open('@LIBRARY@', 'a').write('')\ngot = True"),
        one("writes-to-the-interpreter", "import numpy\nopen(numpy.__file__, 'a').close()\ngot = True"),
        one(
            "leaves-a-module-behind",
            "import site, os\nopen(os.path.join(site.getsitepackages()[0], 'zz.pth'), 'w').close()\ngot = True",
        ),
        one(
            "writes-to-the-home-folder",
            "import os, pathlib\np = pathlib.Path(os.environ['MPLCONFIGDIR'])\n(p / 'matplotlibrc').write_text('x')\ngot = True",
        ),
        one("writes-to-the-system", "open('/etc/appraise-hostile', 'w').close()\ngot = True"),
        one("writes-the-core-pattern", "open('/proc/sys/kernel/core_pattern', 'a').close()\ngot = True"),
        one("reads-the-shadow-file", "got = bool(open('/etc/shadow').read())"),
        one("reads-the-environment", "import os\ngot = '@SECRET@' in repr(dict(os.environ))"),
        one(
            "reads-environments",
            "import glob\nfor p in glob.glob('/proc/[0-9]*/environ'):\n    try: got = got or b'@SECRET@' in open(p, 'rb').read()\n    except OSError: pass",
        ),
        one(
            "reads-command-lines",
            "import glob\nmine = b'appraise.grading.worker.server'\nfor p in glob.glob('/proc/[0-9]*/cmdline'):\n    try:\n        c = open(p, 'rb').read()\n        got = got or bool(c) and mine not in c\n    except OSError: pass",
        ),
        one("reads-memory-of-its-parent", "import os\nopen(f'/proc/{os.getppid()}/mem', 'rb')\ngot = True"),
        one("reads-descriptors-of-its-parent", "import os\ngot = bool(os.listdir(f'/proc/{os.getppid()}/fd'))"),
        one("traces-its-parent", "import ctypes, os\ngot = ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0) == 0"),
        one(
            "kills-its-parent",
            "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\ngot = os.getppid() > 1",
        ),
        one(
            "interrupts-its-parent",
            "import os, signal\nfor s in (2, 15, 1, 10): os.kill(os.getppid(), s)\ngot = os.getppid() > 1",
        ),
        one("kills-the-grader", "import os\nos.kill(@PID@, 9)\ngot = True"),
        one("kills-all", "import os\nos.kill(-1, 9)\ngot = False"),
        one("slows-others", "import os\nos.setpriority(os.PRIO_PROCESS, @PID@, 19)\ngot = True"),
        one("tcp", "import socket\nsocket.create_connection(('127.0.0.1', @PORT@), 2).sendall(b'x')\ngot = True"),
        one("tcp-6", "import socket\nsocket.create_connection(('::1', @PORT@), 2).sendall(b'x')\ngot = True"),
        one("udp", "import socket\nsocket.socket(2, 2).sendto(b'x', ('127.0.0.1', @PORT@))\ngot = True"),
        one("raw-packets", "import socket\nsocket.socket(17, 3, 3)\ngot = True"),
        one("local-socket", "import socket\nsocket.socket(socket.AF_UNIX).connect('@UNIX@')\ngot = True"),
        one("abstract-socket", "import socket\nsocket.socket(socket.AF_UNIX).connect('\\0@ABSTRACT@')\ngot = True"),
        one(
            "socket-of-a-pair",
            "import socket\na, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\na.sendto(b'x', '@UNIX@.datagram')\ngot = True",
        ),
        one("listens", "import socket\nsocket.create_server(('127.0.0.1', 0))\ngot = True"),
        one(
            "network-through-the-shell",
            "import subprocess\nw = ['bash', '-c', 'exec 3<>/dev/tcp/127.0.0.1/@PORT@']\ngot = subprocess.run(w).returncode == 0",
        ),
        one("user-namespace", "import ctypes\ngot = ctypes.CDLL(None).unshare(0x10000000) == 0"),
        one(
            "namespace-through-the-shell",
            "import subprocess\ngot = subprocess.run(['unshare', '-Ur', 'true']).returncode == 0",
        ),
        one("mounts", "import ctypes\ngot = ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, b'') == 0"),
        one("changes-root", "import os\nos.chroot('/')\ngot = True"),
        one("becomes-root", "import os\nos.setuid(0)\nos.setgroups([0])\ngot = True"),
        one(
            "calls-another-architecture",
            "import ctypes\ngot = ctypes.CDLL(None, use_errno=True).syscall(0x40000000 + 39) > 0",
        ),
        one("set-user-program", "import subprocess\ngot = subprocess.run(['su', '-c', 'true']).returncode == 0"),
        one("memory-files", "import os\nfds = [os.memfd_create('x') for _ in range(9)]\ngot = True"),
        one("shared-memory", "import ctypes\ngot = ctypes.CDLL(None).shmget(0, 1 << 30, 0o1600) >= 0"),
        one("large-file", "f = open('large', 'wb')\nfor _ in range(200): f.write(bytes(1 << 20))\ngot = True"),
        one("large-sparse-file", "open('large', 'wb').truncate(1 << 40)\ngot = True"),
        one("too-many-open-files", "fs = [open('/dev/null') for _ in range(5000)]\ngot = True"),
        one(
            "fills-the-disk",
            "import time\nfor i in range(400):\n    open(f'f{i}', 'wb').write(bytes(20 << 20))\n    time.sleep(0.01)\ngot = True",
            by_tier={2: {A: OUTPUT}},
            too_much="disk",
        ),
        one(
            "fills-the-disk-with-names",
            "import os, time\nfor i in range(200_000):\n    os.close(os.open(f'f{i}', os.O_CREAT))\ngot = True",
            by_tier={2: {A: OUTPUT}},
            too_much="disk",
        ),
        one("fork-bomb", "import os\nfor _ in range(12): os.fork()\ngot = True", too_much="processes"),
        one(
            "fork-bomb-in-the-shell",
            "import subprocess\nsubprocess.run(['bash', '-c', ':(){ :|:& };:'], timeout=1)\ngot = False",
            too_much="processes",
        ),
        one(
            "thread-bomb",
            "import threading, time\nfor _ in range(4000): threading.Thread(target=time.sleep, args=(99,), daemon=True).start()\ngot = True",
            too_much="processes",
        ),
        one(
            "memory-of-many-processes",
            """
            import os, time
            for _ in range(12):
                if os.fork() == 0:
                    held = bytearray(120_000_000)
                    time.sleep(99)
                    os._exit(0)
            time.sleep(99)
            """,
            must={A: MEMORY},
            by_tier={2: {A: WRONG}},
            too_much="memory",
        ),
        one(
            "daemon",
            "import os, sys\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(67.75)'])\n    os._exit(0)\ngot = False",
        ),
        one("background-job", "import os\nos.system('nohup sleep 67.75 >/dev/null 2>&1 &')\ngot = False"),
        one(
            "waits-for-the-next",
            "import os, pathlib\np = pathlib.Path('/tmp/left'); got = p.exists(); p.write_text('x')\nq = pathlib.Path('left-too'); got = got or q.exists(); q.write_text('x')",
        ),
        one(
            "asks-for-what-was-left",
            "import pathlib\ngot = any(pathlib.Path(p).exists() for p in ('left', '/tmp/left', '/dev/shm/left'))",
        ),
    ]


def _nb(change: Callable[[Any], None]) -> Callable[[Any], bytes]:
    def make(nb: Any) -> bytes:
        nb = copy.deepcopy(nb)
        change(nb)
        return json.dumps(nb, ensure_ascii=False).encode("utf-8", "surrogatepass")

    return make


def _text(nb: Any) -> str:
    return nbformat.writes(nb)


def _files() -> list[Submission]:
    """What becomes of a file on its way: half saved, converted, renumbered, put together by hand."""

    def zipped(nb: Any) -> bytes:
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w") as z:
            z.writestr("x.ipynb", _text(nb))
        return held.getvalue()

    def all_cells(act: Callable[[Any], Any]) -> Callable[[Any], bytes]:
        return _nb(lambda nb: [act(c) for c in nb["cells"]] and None)

    def checks(nb: Any) -> list[Any]:
        return [
            c for c in nb["cells"] if c["metadata"].get("nbgrader", {}).get("grade") and c["source"].startswith("check")
        ]

    def answer(nb: Any, name: str) -> Any:
        return next(c for c in nb["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == f"{name}-answer")

    def without(nb: Any, cell: Any) -> None:
        nb["cells"] = [c for c in nb["cells"] if c is not cell]

    def old(nb: Any) -> bytes:
        nb3 = nbformat.convert(nbformat.from_dict(copy.deepcopy(nb)), 3)
        return json.dumps(nb3).encode()

    def unread(name: str, data: bytes) -> Submission:
        return Submission(name, file=lambda _: data, whole=UNREADABLE)

    def forge(c: Any) -> None:
        c["metadata"].setdefault("nbgrader", {}).update(points=200, solution=True, locked=False)
        c["metadata"]["tags"] = ["skip-execution"]
        if c["source"].startswith("check"):
            c["source"] = "assert True"

    def outputs(c: Any) -> None:
        page = "<script>alert(1)</script>"
        if c["cell_type"] == "code":
            c["outputs"] = [{"output_type": "display_data", "data": {"text/html": page}, "metadata": {}}]

    wrong = {B: "design = 'case report'"}
    return [
        unread("empty-file", b""),
        unread("blank-file", b" \n\n"),
        unread("zip-file", b"PK\x03\x04" + bytes(400)),
        unread("binary-file", bytes(range(256)) * 40),
        unread("list-at-the-top", b"[1, 2, 3]"),
        unread("number-at-the-top", b"7"),
        unread("no-cells", b'{"metadata": {}, "nbformat": 4}'),
        unread("cells-are-no-list", b'{"cells": {"a": 1}, "metadata": {}, "nbformat": 4}'),
        unread("web-page", b"<!DOCTYPE html><title>Log in</title>"),
        unread("nested-without-end", b'{"cells": ' + b"[" * 200_000),
        Submission("zipped-notebook", file=zipped, whole=UNREADABLE),
        Submission("utf-16", file=lambda nb: _text(nb).encode("utf-16")),
        Submission("byte-order-mark", file=lambda nb: b"\xef\xbb\xbf" + _text(nb).encode()),
        Submission("windows-line-ends", file=lambda nb: _text(nb).replace("\n", "\r\n").encode()),
        Submission("old-format", file=old, noted="before 2015"),
        Submission("wrong-format-number", file=_nb(lambda nb: nb.update(nbformat=99))),
        Submission(
            "number-of-5000-digits",
            file=lambda nb: _text(nb).replace('"nbformat": 4', f'"nbformat": {"9" * 5000}').encode(),
        ),
        Submission(
            "breaks-off",
            file=lambda nb: _text(nb)[: _text(nb).index("mean_of(scores)")].encode(),
            must=dict.fromkeys(
                (F, "the-difference", "draw-the-means", "judge-the-bias", "say-it-plainly", "one-more"),
                (UNREADABLE, None),
            ),
        ),
        Submission("all-checks-deleted", file=_nb(lambda nb: [without(nb, c) for c in checks(nb)] and None)),
        Submission("checks-twice", file=_nb(lambda nb: nb["cells"].extend(copy.deepcopy(checks(nb))))),
        Submission("checks-forged", wrong, {B: WRONG}, file=all_cells(forge)),
        Submission(
            "checks-are-markdown",
            wrong,
            {B: WRONG},
            file=_nb(lambda nb: [c.update(cell_type="markdown") for c in checks(nb)] and None),
        ),
        Submission("answer-deleted", file=_nb(lambda nb: without(nb, answer(nb, B))), must={B: MISSING}),
        Submission("metadata-stripped", file=all_cells(lambda c: c.update(metadata={})), noted="cell id"),
        Submission("ids-stripped", file=all_cells(lambda c: c.pop("id", None))),
        Submission("all-ids-the-same", file=all_cells(lambda c: c.update(id="same"))),
        Submission(
            "one-grade-id-for-all",
            file=all_cells(lambda c: c["metadata"].get("nbgrader", {}).update(grade_id="same")),
        ),
        Submission("order-reversed", file=_nb(lambda nb: nb["cells"].reverse())),
        Submission(
            "kernel-changed",
            file=_nb(lambda nb: nb["metadata"].update(kernelspec={"name": "bash", "display_name": "x"})),
        ),
        Submission(
            "no-execution", wrong, {B: WRONG}, file=all_cells(lambda c: c["metadata"].update(tags=["skip-execution"]))
        ),
        Submission("old-outputs-with-scripts", file=all_cells(outputs)),
        Submission("source-is-a-list", file=all_cells(lambda c: c.update(source=c["source"].splitlines(True)))),
        Submission("source-is-a-number", file=_nb(lambda nb: answer(nb, B).update(source=7)), must={B: MISSING}),
        Submission("another-lessons-name", file=_nb(lambda nb: nb["metadata"].update(appraise={"lesson": "01-other"}))),
        Submission(
            "answer-of-two-million-characters",
            file=_nb(lambda nb: answer(nb, B).update(source="#" * 2_000_000)),
            must={B: NO_ANSWER},
            noted="was cut",
        ),
        Submission(
            "half-a-character-in-a-cell",
            file=_nb(lambda nb: answer(nb, B).update(source="x = '\ud800'\ndesign = 'randomised trial'")),
        ),
        Submission(
            "folder-that-shadows-numpy",
            attachments={"numpy/__init__.py": b"raise SystemExit"},
            noted="name of a library",
        ),
        Submission("file-that-shadows-math", attachments={"math.py": b"raise SystemExit", "json.py": b"1/0"}),
        Submission(
            "files-that-run-at-start",
            attachments={"sitecustomize.py": b"1/0", "conftest.py": b"1/0", ".pythonrc.py": b"1/0"},
        ),
        Submission("library-of-its-own", attachments={"appraise/__init__.py": b"check = lambda *a: 2.0"}),
    ]


CLASS = [*_accidents(), *_values(), *_tampering(), *_attacks(), *_files()]
TAMPERING = {s.name for s in (*_tampering(), *_attacks())}  # those that reach for points or for what is not theirs
