"""Length-prefixed JSON over a socket: the only thing that passes between the grader and a learner's process.

What arrives is data and nothing else: JSON with a bounded length, never a pickle. Everything that can go wrong on the
way (the other side is gone, slow, too long, or sends something that is not JSON) is one exception, `Ended`.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any, NoReturn

MOST = 16_000_000  # bytes in one message
_LENGTH = struct.Struct(">I")


class Ended(BaseException):
    """The other side gave no usable answer. Derived from BaseException, so that comparing code cannot swallow it.

    Attributes
    ----------
    status : str
        "crashed", "time limit", "memory limit" or "output limit".
    detail : str
        What was seen, in words.
    """

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


class Channel:
    """One end of a connection that carries JSON messages.

    Examples
    --------
    >>> a, b = socket.socketpair()
    >>> here, there = Channel(a), Channel(b)
    >>> here.send({"op": "fetch"}); there.receive(1.0)
    {'op': 'fetch'}
    >>> here.close(); there.receive(1.0)
    Traceback (most recent call last):
    appraise.grading.channel.Ended: the process ended
    >>> there.close()
    """

    def __init__(self, sock: socket.socket, most: int = MOST) -> None:
        self.sock = sock
        self.most = most

    def send(self, message: Any, seconds: float | None = None) -> None:
        """Send one message; `Ended` if the other side is gone or does not read within `seconds`."""
        data = json.dumps(message, allow_nan=False).encode("ascii")
        if len(data) > self.most:
            raise Ended("output limit", f"a message of {len(data)} bytes; the limit is {self.most}")
        self.sock.settimeout(seconds)
        try:
            self.sock.sendall(_LENGTH.pack(len(data)) + data)
        except TimeoutError:
            raise Ended("time limit", "the process does not listen") from None
        except OSError:
            raise Ended("crashed", "the process ended") from None

    def receive(self, seconds: float | None = None) -> Any:
        """The next message; `Ended` if none that can be read arrives within `seconds`."""
        until = None if seconds is None else time.monotonic() + seconds
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size, until))
        if length > self.most:
            raise Ended("output limit", f"a message of {length} bytes; the limit is {self.most}")
        data = self._exactly(length, until)
        try:
            return json.loads(data, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise Ended("crashed", "the process sent something unreadable") from None

    def _exactly(self, count: int, until: float | None) -> bytes:
        parts: list[bytes] = []
        while count:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                raise Ended("time limit", "no answer in time")
            self.sock.settimeout(left)
            try:
                part = self.sock.recv(min(count, 1 << 20))
            except TimeoutError:
                raise Ended("time limit", "no answer in time") from None
            except OSError:
                part = b""
            if not part:
                raise Ended("crashed", "the process ended")
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def close(self) -> None:
        self.sock.close()
