"""Length-prefixed JSON over a socket: the only thing that passes between the grader and a worker.

What arrives is data and nothing else: JSON with a bounded length, never a pickle. Everything that can go wrong on the
way (the other side is gone, slow, too long, or sends something that is not JSON) is one exception, `WorkerDied`.

The messages
------------
The grader sets a fork server up with one message (`opening`, `constants`, `limits`, `tier`) and gets one back
(`outputs`, `kept`, `error`). From then on it sends single bytes, the members of `Command`, and gets a message for QUERY
(seconds worked, seconds waited) and at the end of a worker (`code`, `signal`, `limit`).
To a worker it sends numbered requests (`count`, `op`): "begin" with `files`; "run" with `source` and `pictures`, which
gives `outputs` and `error`; "restore" with `place`, which gives `restored`; "fetch" with `name`, which gives `found`
and `value`; "call" with `name` and `args`, which gives `result`, `args` and `error`. Each reply bears the request's
`count`.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from dataclasses import dataclass
from enum import Enum
from typing import Any, NoReturn

from appraise.errors import WorkerDied
from appraise.exercises.exercise import Status

MOST_MESSAGE_BYTES = 16_000_000  # bytes in one message
_LENGTH = struct.Struct(">I")


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


UNKNOWN_END: dict[str, Any] = {"code": None, "signal": None, "limit": None}  # of a worker of which nothing is known


@dataclass(frozen=True)
class ConstantCell:
    """A cell that gives everybody the same: the names of others that it uses, and those that it makes."""

    source: str
    uses: tuple[str, ...]
    makes: tuple[str, ...]


class Command(bytes, Enum):
    """What the grader says to a fork server once it is set up, a byte each."""

    FORK = b"F"  # a worker for the socket that comes along
    CLONE = b"S"  # another fork server for the socket that comes along
    START_CLOCK = b"T"
    QUERY = b"Q"  # what the worker has spent since
    KILL = b"K"
    WAIT = b"W"  # the worker seems to have ended by itself: give it a moment, then end it


class Connection:
    """One end of a connection that carries JSON messages.

    Examples
    --------
    >>> a, b = socket.socketpair()
    >>> here, there = Connection(a), Connection(b)
    >>> here.send({"op": "fetch"}); there.receive(1.0)
    {'op': 'fetch'}
    >>> here.close(); there.receive(1.0)
    Traceback (most recent call last):
    appraise.errors.WorkerDied: the process ended
    >>> there.close()
    """

    def __init__(self, sock: socket.socket, most: int = MOST_MESSAGE_BYTES) -> None:
        self.sock = sock
        self.most = most

    def send(self, message: Any, seconds: float | None = None) -> None:
        """Send one message; `WorkerDied` if the other side is gone or does not read within `seconds`."""
        data = json.dumps(message, allow_nan=False).encode("ascii")
        if len(data) > self.most:
            raise WorkerDied(Status.OUTPUT_LIMIT, f"a message of {len(data)} bytes; the limit is {self.most}")
        self.sock.settimeout(seconds)
        try:
            self.sock.sendall(_LENGTH.pack(len(data)) + data)
        except TimeoutError:
            raise WorkerDied(Status.TIME_LIMIT, "the process does not listen") from None
        except OSError:
            raise WorkerDied(Status.CRASHED, "the process ended") from None

    def receive(self, seconds: float | None = None) -> Any:
        """The next message; `WorkerDied` if none that can be read arrives within `seconds`."""
        until = None if seconds is None else time.monotonic() + seconds
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size, until))
        if length > self.most:
            raise WorkerDied(Status.OUTPUT_LIMIT, f"a message of {length} bytes; the limit is {self.most}")
        data = self._exactly(length, until)
        try:
            return json.loads(data, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise WorkerDied(Status.CRASHED, "the process sent something unreadable") from None

    def _exactly(self, count: int, until: float | None) -> bytes:
        parts: list[bytes] = []
        while count:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise WorkerDied(Status.TIME_LIMIT, "no answer in time")
            self.sock.settimeout(left)
            try:
                part = self.sock.recv(min(count, 1 << 20))
            except TimeoutError:
                raise WorkerDied(Status.TIME_LIMIT, "no answer in time") from None
            except OSError:
                part = b""
            if not part:
                raise WorkerDied(Status.CRASHED, "the process ended")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        self.sock.close()
