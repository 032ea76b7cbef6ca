"""A kernel's shell without a kernel: IPython in this process, its outputs collected as a notebook holds them.

Imported only inside the learner's process.
"""

from __future__ import annotations

import builtins
import getpass
import inspect
import io
import os
import sys
from types import CodeType, FrameType, ModuleType, TracebackType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

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
                "data": _text(format_dict),
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
        data, mark = _text(data), (transient or {}).get("display_id")
        if update:
            for output in collector.outputs:
                if mark is not None and output.get("mark") == mark:
                    output.update(data=data, metadata=metadata or {})
            return
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        collector.add(output if mark is None else {**output, "mark": mark})

    def clear_output(self, wait: bool = False) -> None:
        collector.clear(wait)


def _text(data: dict[str, Any]) -> dict[str, Any]:
    from base64 import b64encode

    plain = {k: b64encode(v).decode() if isinstance(v, bytes) else v for k, v in data.items()}
    text = plain.get("text/plain")
    if isinstance(text, str) and text.startswith("<Figure size") and len(plain) == 1:
        plain["text/plain"] = f"{text}\n{NO_PICTURE}"
    return plain


class ZMQInteractiveShell(InteractiveShell):
    """IPython as ipykernel sets it up, without sockets and threads. Libraries look at its name."""

    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)
    kernel = None  # pandas asks whether there is such a name, to tell a notebook from a terminal

    def init_sys_path(self) -> None:
        """Leave out the empty entry, so that no file beside the notebook stands for a library."""

    def init_virtualenv(self) -> None:
        pass

    def ask_exit(self) -> None:
        pass

    def enable_gui(self, gui: str | None = None) -> None:
        pass

    def _get_exc_info(self, exc_tuple: Any = None) -> Any:
        kind, value, trace = super()._get_exc_info(exc_tuple)  # type: ignore[no-untyped-call]
        one, seen = value, set()
        while one is not None and id(one) not in seen:  # what led to the error is shown with it
            seen.add(id(one))
            one.__traceback__ = _of_cells(one.__traceback__)
            one = one.__cause__ or one.__context__
        return kind, value, _of_cells(trace) or trace

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        try:
            text = str(evalue)
        except Exception:
            text = "(an error whose text cannot be shown)"
        collector.add({"output_type": "error", "ename": str(etype.__name__), "evalue": text, "traceback": list(stb)})


_CELL = "<ipython-input-"


def _of_cells(trace: TracebackType | None) -> TracebackType | None:
    """The part of a traceback in the learner's cells, not too long: showing pandas' own takes half a second."""
    frames = []
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith(_CELL):
            frames.append(trace)
        trace = trace.tb_next
    if len(frames) > 40:  # endless recursion
        del frames[20:-10]
    for frame, following in zip(frames, [*frames[1:], None]):
        frame.tb_next = following
    return frames[0] if frames else None


_getmodule = inspect.getmodule


def _module_of(object: object, _filename: str | None = None) -> ModuleType | None:
    """inspect.getmodule without its search of all modules for each line of a cell, which is of none."""
    code = object.f_code if isinstance(object, FrameType) else object
    if isinstance(code, CodeType) and code.co_filename.startswith(_CELL):
        return None
    return _getmodule(object, _filename)


def _no_input(prompt: Any = "", *args: Any, **kwargs: Any) -> str:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def start(output_bytes: int) -> ZMQInteractiveShell:
    """The one shell of this process. Everything that it writes goes into `collector` from here on."""
    collector.most = output_bytes
    collector.begin()
    # what C code and child processes write goes past sys.stdout: two files in memory, read after each cell
    for fd in (1, 2):
        os.dup2(os.memfd_create(f"stream{fd}"), fd)
    sys.stdout, sys.stderr = Stream("stdout", 1), Stream("stderr", 2)
    vars(sys).update(__stdout__=sys.stdout, __stderr__=sys.stderr)
    builtins.input = _no_input
    getpass.getpass = _no_input
    inspect.getmodule = _module_of
    config = Config()
    config.HistoryManager.enabled = False  # it would start a thread, and a threaded process must not fork
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InlineBackend.figure_formats = set()
    shell = ZMQInteractiveShell.instance(config=config)
    if "pandas" in sys.modules:  # imported before there was a shell, it took this for a terminal
        sys.modules["pandas"].set_option("display.max_columns", 20)
    return shell


def own_files() -> None:
    """After a fork: the files behind descriptors 1 and 2 would otherwise be shared with the parent."""
    for fd in (1, 2):
        os.dup2(os.memfd_create(f"stream{fd}"), fd)


def _drain() -> None:
    for fd, name in ((1, "stdout"), (2, "stderr")):
        try:
            if size := os.lseek(fd, 0, os.SEEK_END):
                written = os.pread(fd, min(size, collector.left + 1), 0)
                os.ftruncate(fd, 0)
                os.lseek(fd, 0, os.SEEK_SET)
                collector.stream(name, written.decode("utf-8", "replace"))
        except OSError:  # the learner closed it
            pass


def settle() -> None:
    """Load now what the opening cells lead to, not in each child: matplotlib's inline back end, statsmodels."""
    if "matplotlib.pyplot" in sys.modules:
        import matplotlib
        from matplotlib import pyplot

        pyplot.switch_backend(matplotlib.rcParams["backend"])
        pyplot.uninstall_repl_displayhook()  # it draws each figure once more, for a window that is not there
        figure, ax = pyplot.subplots()  # the first picture loads fonts and codecs; the children then have them
        ax.bar(["a", "b"], [1, 2], label="c")
        ax.set(title="1", xlabel="2", ylabel="3")
        ax.legend()
        figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
        pyplot.close(figure)
    if "appraise.agreement" in sys.modules:  # it imports this when it is first asked, which takes a second
        import statsmodels.stats.inter_rater  # noqa: F401
    draw(False)


def forget() -> None:
    """In the warm parent, last: what was run here leaves no last value and no last error."""
    shell = ZMQInteractiveShell.instance()
    shell.displayhook.flush()  # collects garbage, too
    shell.push(dict.fromkeys(("_", "__", "___"), ""), interactive=False)  # type: ignore[no-untyped-call]
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)


def draw(pictures: bool) -> None:
    """Whether figures are drawn from here on."""
    from matplotlib_inline.config import InlineBackend

    InlineBackend.instance(parent=ZMQInteractiveShell.instance()).figure_formats = {"png"} if pictures else set()
    if figures := sys.modules.get("appraise.figures"):  # the course's own pictures draw themselves
        _drawn.setdefault("img", figures.Picture.img)
        figures.Picture.img = _drawn["img"] if pictures else _no_img


_drawn: dict[str, Any] = {}


def _no_img(picture: Any) -> str:
    from html import escape

    return f"<p>{escape(NO_PICTURE)}</p><p>{escape(picture.alt)}</p>"


def run(source: str, store: bool = True) -> tuple[list[Output], str | None]:
    """Run a cell.

    Returns
    -------
    (outputs, error)
        The outputs as a notebook holds them, and the name of the error that stopped the cell, if any.
    """
    collector.begin()
    for name, fd in (("stdout", 1), ("stderr", 2)):
        if getattr(getattr(sys, name, None), "closed", True):  # an earlier cell closed it or put nothing there
            setattr(sys, name, Stream(name, fd))
    error: str | None = None
    try:
        result = ZMQInteractiveShell.instance().run_cell(source, store_history=store)  # type: ignore[no-untyped-call]
        failed = result.error_before_exec or result.error_in_exec
        error = type(failed).__name__ if failed is not None else None
    except BaseException as e:  # the learner's code has taken the shell apart
        error = type(e).__name__
        collector.add({"output_type": "error", "ename": error, "evalue": "", "traceback": []})
    _drain()
    outputs = collector.end()
    for output in outputs:
        output.pop("mark", None)
    return outputs, error
