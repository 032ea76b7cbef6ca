"""The probe: what a submission could reach in a sandbox and must not. It runs as an answer would."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from appraise.errors import SandboxError, WorkerDied
from appraise.grading import scratch
from appraise.grading.sandbox.bubblewrap import ROOT
from appraise.grading.worker.client import Worker
from appraise.grading.worker.fork_server import ForkServer

# Runs in a submission's process as an answer would. `seen` lists what it could do and must not.
_PROBE = r"""
import ctypes as _c, json as _json, os as _os, signal as _s, socket as _k
_g = _json.loads(%s)
seen = ["ran"]

# modules that nobody has imported yet
for _name in ("asyncio.subprocess", "xml.dom.minidom", "nbformat.v2", "appraise.methods.rob2"):
    try:
        __import__(_name)
    except ImportError:
        seen.append("library")
        break

def _can(what, act):
    try:
        if act() is not False:
            seen.append(what)
    except BaseException:
        pass

for _label, _path in _g["paths"]:
    _can("read " + _label, lambda: _os.listdir(_path) if _os.path.isdir(_path) else open(_path, "rb").read(1))
    if not _os.path.isdir(_path):
        _can("write " + _label, lambda: open(_path, "ab").close())
_can("read packs", lambda: [open(_os.path.join(_g["packs"], n), "rb").read(1) for n in _g["pack_names"]] and True)
_can("write the library", lambda: open(_g["library"], "ab").close())
_can("truncate a file outside", lambda: _os.truncate(_g["planted"], 0))
_can("remove a file outside", lambda: _os.unlink(_g["spare"]))
_can("see the environment", lambda: _g["secret"] in repr(dict(_os.environ)))

def _grader():
    # the number may belong to another process in here
    try:
        with open(f"/proc/{_g['pid']}/stat") as f:
            return f.read().rpartition(")")[2].split()[19] == _g["born"]
    except OSError:
        return True

_can("see another's environment", lambda: _grader() and open(f"/proc/{_g['pid']}/environ", "rb").read(1) != b"")
_can("signal the grader", lambda: _os.kill(_g["pid"], 0) if _grader() else False)
_can("signal its parent", lambda: _os.kill(_os.getppid(), 0) if _os.getppid() > 1 else False)
_can("connect by TCP", lambda: _k.create_connection(("127.0.0.1", _g["port"]), 2))
_can("send by UDP", lambda: _k.socket(_k.AF_INET, _k.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", _g["port"])))
_can("connect to a local socket", lambda: _k.socket(_k.AF_UNIX).connect(_g["unix"]))
_can("connect to an abstract socket", lambda: _k.socket(_k.AF_UNIX).connect("\0" + _g["abstract"]))
_can("make a namespace", lambda: _c.CDLL(None).unshare(0x10000000) == 0)
_can("write to the system", lambda: [open("/etc/" + _g["secret"], "w").close(), _os.unlink("/etc/" + _g["secret"])])
_can("write to the system", lambda: open("/proc/sys/kernel/core_pattern", "ab").close())
_can("take memory", lambda: bytearray(_g["memory"] + 300_000_000))
_can("write a large file", lambda: _os.truncate(open("large", "w").fileno(), _g["file"] + 1))

def _processes():
    pids = []
    try:
        for _ in range(_g["processes"] + 1):
            pid = _os.fork()
            if not pid:
                _s.pause()
                _os._exit(0)
            pids.append(pid)
    finally:
        for pid in pids:
            _os.kill(pid, _s.SIGKILL)
            _os.waitpid(pid, 0)

_can("start processes without end", _processes)
"""


@contextmanager
def _plant_targets(forbidden: Sequence[tuple[str, Path]]) -> Iterator[tuple[dict[str, object], Path]]:
    """Things that a submission must not reach: planted ones, and those of this course that are there."""
    secret = "appraise" + secrets.token_hex(8)
    folder = scratch.make("probe", 0o755)  # the sandbox must keep a submission out, not the luck of a folder's mode
    os.environ["APPRAISE_PROBE"] = secret
    here = [("a planted neighbour", folder / "neighbour"), *forbidden]
    packs = ROOT / "appraise" / "packs"
    names = [p.name for p in packs.glob("*.pack")][:3]
    try:
        for name in ("neighbour", "spare"):
            (folder / name).write_text(secret, encoding="ascii")
            (folder / name).chmod(0o666)
        with contextlib.ExitStack() as stack:
            tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            local = stack.enter_context(socket.socket(socket.AF_UNIX))
            local.bind(str(folder / "socket"))
            local.listen()
            abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
            abstract.bind("\0" + secret)
            abstract.listen()
            result = [(label, str(path)) for label, path in here if path.exists()]
            yield (
                {
                    "paths": result,
                    "planted": str(folder / "neighbour"),
                    "spare": str(folder / "spare"),
                    "packs": str(packs),
                    "pack_names": names,
                    "library": str(ROOT / "appraise" / "__init__.py"),
                    "secret": secret,
                    "pid": os.getpid(),
                    "born": Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19],
                    "port": tcp.getsockname()[1],
                    "unix": str(folder / "socket"),
                    "abstract": secret,
                },
                folder,
            )
    finally:
        del os.environ["APPRAISE_PROBE"]
        scratch.remove(folder)


def course_secrets(submitted: Path | None = None, gradebook: Path | None = None) -> list[tuple[str, Path]]:
    """What of this course a submission must not read, as far as it is there."""
    secret = [("solutions", ROOT / "solutions"), ("grading", ROOT / "grading")]
    secret += [("solutions", p) for p in sorted((ROOT / "solutions").glob("*/key.json"))[:1]]
    secret += [("a neighbour's submission", submitted)] if submitted else []
    secret += [("the gradebook", gradebook)] if gradebook else []
    return secret


_probing = threading.Lock()  # the planted secret stands in this process's environment


def probe(server: ForkServer, forbidden: Sequence[tuple[str, Path]] | None = None) -> list[str]:
    """What a submission can do on this fork server and must not; nothing where the sandbox holds.

    Parameters
    ----------
    server : ForkServer
    forbidden : list of (label, path), optional
        Files and folders that must be out of reach; `course_secrets()` if left out.

    Raises
    ------
    SandboxError
        Where that cannot be told, because nothing runs there.
    """

    with _probing, _plant_targets(course_secrets() if forbidden is None else forbidden) as (answer, folder):
        details = {
            **answer,
            "memory": server.limits.memory_bytes,
            "file": server.limits.file_bytes,
            "processes": server.limits.processes,
        }
        worker = None
        try:
            worker = Worker(server)
            ran = worker.run(_PROBE % repr(json.dumps(details)), 30)
            _, seen = worker.fetch("seen", 10)
        except WorkerDied as e:
            raise SandboxError(f"the probe of the sandbox ended: {e.detail}") from None
        finally:
            if worker is not None:
                worker.close()
        if ran.error or not isinstance(seen, list) or "ran" not in seen:
            raise SandboxError(f"the probe of the sandbox stopped with {ran.error}")
        if "library" in seen:
            raise SandboxError("Python's or the course's library is not readable to all users, so lessons cannot run")
        result = [str(s) for s in seen if s != "ran"]
        if not (folder / "spare").is_file() or not (folder / "neighbour").stat().st_size:
            result.append("change a file outside")
    return list(dict.fromkeys(result))


def forbidden_paths(coursedir: Any) -> list[tuple[str, Path]]:
    """What of a course no submission may reach, with a label each: what the probe tries to read.

    Parameters
    ----------
    coursedir : nbgrader.coursedir.CourseDirectory
    """
    steps = [("solutions", "source"), ("a neighbour's submission", "submitted"), ("feedback", "feedback")]
    paths = [
        (label, Path(coursedir.format_path(getattr(coursedir, f"{step}_directory"), "", "")).resolve())
        for label, step in steps
    ]
    cases = Path(coursedir.root) / Path(coursedir.submitted_directory).parent / "cases"
    paths += [("the keys to the cases", path) for path in (cases, *sorted(cases.glob("*/secret"))) if path.exists()]
    if coursedir.db_url.startswith("sqlite:///"):
        paths.append(("the gradebook", Path(coursedir.db_url.removeprefix("sqlite:///"))))
    cases = Path(coursedir.root) / Path(coursedir.submitted_directory).parent / "cases"
    paths += [("the keys to the cases", path) for path in (cases, *sorted(cases.glob("*/secret"))) if path.exists()]
    return [*paths, *course_secrets()]
