"""A kernel's shell without a kernel: IPython in this process. Imported only in a fork server and its workers."""

from __future__ import annotations

import builtins
import getpass
import inspect
import os
import sys
from types import CodeType, FrameType, ModuleType, TracebackType
from typing import Any

from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from appraise.grading.worker.outputs import NO_PICTURE, Hook, Output, Publisher, Stream, collector


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
            one.__traceback__ = _learners_frames(one.__traceback__)
            one = one.__cause__ or one.__context__
        return kind, value, _learners_frames(trace) or trace

    def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
        try:
            text = str(evalue)
        except Exception:
            text = "(an error whose text cannot be shown)"
        collector.add({"output_type": "error", "ename": str(etype.__name__), "evalue": text, "traceback": list(stb)})


_CELL = "<ipython-input-"


def _learners_frames(trace: TracebackType | None) -> TracebackType | None:
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


def _refuse_input(prompt: Any = "", *args: Any, **kwargs: Any) -> str:
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


def start_shell(output_bytes: int) -> ZMQInteractiveShell:
    """The one shell of this process. Everything that it writes goes into `collector` from here on."""
    collector.most = output_bytes
    collector.begin()
    # what C code and worker processes write goes past sys.stdout: two files in memory, read after each cell
    for fd in (1, 2):
        os.dup2(os.memfd_create(f"stream{fd}"), fd)
    sys.stdout, sys.stderr = Stream("stdout", 1), Stream("stderr", 2)
    vars(sys).update(__stdout__=sys.stdout, __stderr__=sys.stderr)
    builtins.input = _refuse_input
    getpass.getpass = _refuse_input
    inspect.getmodule = _module_of
    config = Config()
    config.HistoryManager.enabled = False  # it would start a thread, and a threaded process must not fork
    config.HistoryManager.hist_file = ":memory:"
    config.InteractiveShell.colors = "nocolor"
    config.InlineBackend.figure_formats = set()
    # the same picture, a few bytes larger, in two thirds of the time
    config.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "pil_kwargs": {"compress_level": 1}}
    shell = ZMQInteractiveShell.instance(config=config)
    if "pandas" in sys.modules:  # imported before there was a shell, it took this for a terminal
        sys.modules["pandas"].set_option("display.max_columns", 20)
    return shell


def reopen_streams() -> None:
    """After a fork: the files behind descriptors 1 and 2 would otherwise be shared with the parent."""
    for fd in (1, 2):
        os.dup2(os.memfd_create(f"stream{fd}"), fd)


def _read_streams() -> None:
    for fd, name in ((1, "stdout"), (2, "stderr")):
        try:
            if size := os.lseek(fd, 0, os.SEEK_END):
                written = os.pread(fd, min(size, collector.left + 1), 0)
                os.ftruncate(fd, 0)
                os.lseek(fd, 0, os.SEEK_SET)
                collector.stream(name, written.decode("utf-8", "replace"))
        except OSError:  # the learner closed it
            pass


def forget_last_run() -> None:
    """In the fork server, last: what was run here leaves no last value and no last error."""
    shell = ZMQInteractiveShell.instance()
    shell.displayhook.flush()  # collects garbage, too
    shell.push(dict.fromkeys(("_", "__", "___"), ""), interactive=False)  # type: ignore[no-untyped-call]
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        if hasattr(sys, name):
            delattr(sys, name)


def set_drawing(pictures: bool) -> None:
    """Whether figures are drawn from here on."""
    from matplotlib_inline.config import InlineBackend

    InlineBackend.instance(parent=ZMQInteractiveShell.instance()).figure_formats = {"png"} if pictures else set()
    if figures := sys.modules.get("appraise.figures"):  # the course's own pictures draw themselves
        _drawing_methods.setdefault("img", figures.Picture.img)
        figures.Picture.img = _drawing_methods["img"] if pictures else _describe_picture


_drawing_methods: dict[str, Any] = {}


def _describe_picture(picture: Any) -> str:
    from html import escape

    return f"<p>{escape(NO_PICTURE)}</p><p>{escape(picture.alt)}</p>"


def run_cell(source: str, store: bool = True) -> tuple[list[Output], str | None]:
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
    _read_streams()
    outputs = collector.end()
    for output in outputs:
        output.pop("mark", None)
    return outputs, error
