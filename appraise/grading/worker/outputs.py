"""The outputs of the cell that runs, collected as a notebook holds them. Imported only in a worker."""

from __future__ import annotations

import io
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher

Output = dict[str, Any]
NO_PICTURE = "(The picture was not drawn: no check and no person marks it.)"


class Collector:
    """The outputs of the cell that runs, cut at a number of bytes."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.begin()

    def begin(self) -> None:
        self.outputs: list[Output] = []
        self.left = self.most
        self.cut = False
        self.clearing = False

    def stream(self, name: str, text: str) -> None:
        self._clear()
        text = self._room(text)
        if not text:
            return
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["parts"].append(text)
        else:
            self.outputs.append({"output_type": "stream", "name": name, "parts": [text]})

    def add(self, output: Output) -> None:
        self._clear()
        size = sum(len(v) for v in output.get("data", {}).values() if isinstance(v, str | bytes))
        size += sum(map(len, output.get("traceback", [])))
        if size > self.left:
            self._room("x" * size)
            output = {**output, "data": {"text/plain": ""}} if "data" in output else {**output, "traceback": []}
        else:
            self.left -= size
        self.outputs.append(output)

    def _room(self, text: str) -> str:
        if len(text) <= self.left:
            self.left -= len(text)
            return text
        text, self.left, self.cut = text[: self.left], 0, True
        return text

    def clear(self, wait: bool) -> None:
        self.clearing = wait
        if not wait:
            self.outputs = []

    def _clear(self) -> None:
        if self.clearing:
            self.clearing, self.outputs = False, []

    def end(self) -> list[Output]:
        done: list[Output] = []
        for output in self.outputs:
            if "parts" in output:
                output = {"output_type": "stream", "name": output["name"], "text": "".join(output["parts"])}
            done.append(output)
        if self.cut:
            note = f"\n[The output was cut here: one cell may print {self.most} characters.]\n"
            done.append({"output_type": "stream", "name": "stdout", "text": note})
        return done


collector = Collector(0)


class Stream(io.TextIOBase):
    """sys.stdout and sys.stderr of the learner's process."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, fd: int) -> None:
        self.name = name
        self.fd = fd

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        collector.stream(self.name, text)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.fd


class Hook(DisplayHook):
    """The value of a cell's last expression, as an execute_result."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        collector.add(
            {
                "output_type": "execute_result",
                "execution_count": self.prompt_count,
                "data": _as_text(format_dict),
                "metadata": md_dict or {},
            }
        )

    def finish_displayhook(self) -> None:
        pass


class Publisher(DisplayPublisher):
    """display(), update_display() and clear_output()."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: str | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **kwargs: Any,
    ) -> None:
        data, mark = _as_text(data), (transient or {}).get("display_id")
        if update:
            for output in collector.outputs:
                if mark is not None and output.get("mark") == mark:
                    output.update(data=data, metadata=metadata or {})
            return
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        collector.add(output if mark is None else {**output, "mark": mark})

    def clear_output(self, wait: bool = False) -> None:
        collector.clear(wait)


def _as_text(data: dict[str, Any]) -> dict[str, Any]:
    from base64 import b64encode

    encoded = {k: b64encode(v).decode() if isinstance(v, bytes) else v for k, v in data.items()}
    text = encoded.get("text/plain")
    if isinstance(text, str) and text.startswith("<Figure size") and len(encoded) == 1:
        encoded["text/plain"] = f"{text}\n{NO_PICTURE}"
    return encoded
