"""The submission's process: it runs the cells that the grader sends, hands out values as JSON and calls functions."""

from __future__ import annotations

import base64
import os
import random
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from appraise.exercises.serialize import Json
from appraise.grading.limits import Limits
from appraise.grading.sandbox.limiting import apply_limits
from appraise.grading.worker import constants
from appraise.grading.worker.outputs import collector
from appraise.grading.worker.protocol import Connection
from appraise.grading.worker.shell import ZMQInteractiveShell, run_cell, set_drawing


def run_submission(fd: int, scratch: Path, limits: Limits, tier: int) -> NoReturn:
    try:
        channel = Connection(socket.socket(fileno=fd))
        try:
            os.setsid()
            os.chdir(scratch)
            os.environ["HOME"] = os.environ["TMPDIR"] = tempfile.tempdir = str(scratch)
            sys.path.append(str(scratch))  # last, so that the real library is used where names meet
            random.seed(0)
            if "numpy" in sys.modules:
                sys.modules["numpy"].random.seed(0)
            from appraise.grading.worker.shell import reopen_streams

            reopen_streams()
            apply_limits(tier, scratch, limits)
        except Exception as e:
            channel.send({"count": channel.receive()["count"], "fault": f"{type(e).__name__}: {e}"})
            os._exit(1)
        _answer_requests(channel, scratch)
    finally:
        os._exit(0)


def _answer_requests(channel: Connection, scratch: Path) -> None:

    me = os.getpid()
    held: dict[str, Any] = {}
    names = ZMQInteractiveShell.instance().user_ns
    while True:
        request = channel.receive()
        reply: dict[str, Any] = {"count": request["count"]}
        match request["op"]:
            case "begin":
                for file in request["files"]:
                    path = scratch / file["name"]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(base64.b64decode(file["data"]))
            case "run":
                set_drawing(request["pictures"])
                reply["outputs"], reply["error"] = run_cell(request["source"])
            case "restore":
                reply["restored"] = constants.restore(request["place"])
            case "fetch":
                reply |= _fetch_name(names, held, request["name"])
            case "call":
                reply |= _call_function(held.get(request["name"]), request["args"])
                collector.begin()
        if os.getpid() != me:  # a fork that the learner's code made must not answer in its place
            os._exit(0)
        try:
            channel.send(reply)
        except (TypeError, ValueError):
            channel.send({"count": request["count"], "error": "UnreadableOutput", "outputs": []})


def _fetch_name(names: dict[str, Any], held: dict[str, Any], name: str) -> dict[str, Any]:
    from appraise.exercises.serialize import encode

    if name not in names:
        return {"found": False}
    held[name] = names[name]
    return {"found": True, "value": encode(names[name])}


def _call_function(function: Any, arguments: list[Json]) -> dict[str, Any]:
    from appraise.exercises.serialize import decode, encode

    args = [decode(a) for a in arguments]
    try:
        result = function(*args)
    except BaseException as e:  # the function's SystemExit is its error, not this process's
        return {"error": f"{type(e).__name__}: {_first_line(e)}"}
    return {"result": encode(result), "args": [encode(a) for a in args], "error": None}


def _first_line(e: BaseException) -> str:
    try:
        return (str(e).splitlines() or [""])[0][:200]
    except Exception:  # an exception whose text fails
        return ""
