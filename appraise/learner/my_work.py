"""One zip of a learner's work: made for the way to another machine, and taken in again without losing anything."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

from appraise.errors import CourseError
from appraise.files import ROOT
from appraise.learner.lab import work_folder
from appraise.learner.progress import read_progress, write_progress
from appraise.markup import HtmlPage, element
from appraise.runtime import has_page, is_on_binder

ZIP_NAME = "my-work.zip"
ZIP_LIMIT = 200 * 2**20  # bytes, unpacked: a learner's course is a few megabytes


def pack_work(work: Path | None = None) -> bytes:
    """The learner's work, progress included, as the bytes of a zip."""
    work = work or work_folder()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(work.rglob("*")):
            name = file.relative_to(work)
            if file.is_file() and not file.is_symlink() and _is_lesson_file(PurePosixPath(name.as_posix())):
                archive.write(file, name.as_posix())
    return packed.getvalue()


def _is_lesson_file(name: PurePosixPath) -> bool:
    """Is this what a zip of one's work holds: plain files of a learner, and the progress?"""
    parts = name.parts
    if name.is_absolute() or not parts or ":" in str(name) or "\\" in str(name):
        return False
    if parts[0] == ".progress":
        return len(parts) == 2 and name.suffix == ".json"
    return name.name != ZIP_NAME and not any(part.startswith(".") for part in parts)


def unpack_work(data: bytes, work: Path | None = None, lessons: Path | None = None) -> list[str]:
    """Take a zip of one's work back in; returns the names that were written.

    A file in `work/` that differs from the zip's and is not as it was released is kept aside under another name. Tries
    in the zip win over tries here. Raises CourseError, before anything is written, where the zip cannot be used.
    """
    work, lessons = work or work_folder(), lessons or ROOT / "lessons"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            for info in infos:
                if not _is_lesson_file(PurePosixPath(info.filename)):
                    raise CourseError(f"{info.filename}: expected a zip of the work/ folder, made by the course")
            if sum(info.file_size for info in infos) > ZIP_LIMIT:
                raise CourseError(f"expected a zip of at most {ZIP_LIMIT // 2**20} MB of files")
            held = {info.filename: archive.read(info) for info in infos}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error) as error:
        raise CourseError(f"expected a zip: {error}") from None
    for name, content in held.items():
        target = work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith(".progress/"):
            new = target.with_name(f"{target.name}.part")
            new.write_bytes(content)
            kept, taken = read_progress(target), read_progress(new)
            new.unlink()
            write_progress(target, {**kept, **taken, "exercises": {**kept["exercises"], **taken["exercises"]}})
            continue
        if target.exists():
            there, released = target.read_bytes(), lessons / name
            if there == content:
                continue
            if not (released.is_file() and there == released.read_bytes()):
                target.replace(_set_aside(target))
        part = target.with_name(f"{target.name}.part")
        part.write_bytes(content)
        part.replace(target)
    return list(held)


def _set_aside(file: Path) -> Path:
    """A free name beside a file: "x (kept 1).ipynb"."""
    n = 1
    while (free := file.with_name(f"{file.stem} (kept {n}){file.suffix}")).exists():
        n += 1
    return free


def my_work() -> Any:
    """Two controls: download one's work as one zip, and take such a zip back in. Where none can run, a sentence."""
    on_binder = is_on_binder()
    notice = (
        "This machine is lent to you for a while. After about ten minutes without use it is gone, and your work with "
        "it. Download your work before you leave; bring it back the next time."
        if on_binder
        else f"Your work lies in {work_folder()}. As one zip you can take it to another machine."
    )
    if not has_page():
        return HtmlPage(element("p", notice), notice)
    import ipywidgets as w

    link, message = w.HTML(), w.HTML()

    def make(_: object) -> None:
        packed = pack_work()
        data = base64.b64encode(packed).decode("ascii")
        address = f"data:application/zip;base64,{data}"
        first = element("a", f"Download {ZIP_NAME}", download=ZIP_NAME, href=address)
        rest = f" ({len(packed) / 1024:.0f} kB). Save your open notebooks first: what is not saved is not in it."
        link.value = element("p", first, rest, role="status")

    def take(change: dict[str, Any]) -> None:
        for file in change["new"]:
            try:
                names = unpack_work(bytes(file["content"]))
                text = f"{len(names)} files are back. Close and open a lesson that was open before."
            except (CourseError, OSError) as error:
                text = f"Nothing was taken in: {error}"
            message.value = element("p", text, role="status")

    button = w.Button(description="Make a zip of my work", layout=w.Layout(width="auto"))
    button.on_click(make)
    upload = w.FileUpload(accept=".zip", description="Take a zip back in", layout=w.Layout(width="auto"))
    upload.observe(take, names="value")
    words = w.HTML(element("p", element("strong", notice) if on_binder else notice))
    return w.VBox([words, button, link, upload, message], layout=w.Layout(align_items="flex-start"))
