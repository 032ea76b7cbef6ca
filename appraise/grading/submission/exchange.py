"""Collecting from an exchange into which any learner may put anything, under any name.

nbgrader's own collect takes the newest folder that bears a learner's name, whoever made it, and reads what its links
lead to with the instructor's rights; one folder that cannot be taken ends the collecting for all. `CollectOwn` takes a
folder, and each file in it, only if it belongs to the Unix user whose name the folder bears, and goes on.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import ExchangeCollect
from nbgrader.utils import ignore_patterns


class CollectOwn(ExchangeCollect):  # type: ignore[misc]
    """nbgrader's collect, for an exchange whose users need not trust each other.

    The configuration names it: `c.ExchangeFactory.collect = "appraise.grading.submission.exchange.CollectOwn"`. What is
    left out is logged as an error, with its owner.
    """

    src_records: list[dict[str, Any]]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        # asked for each folder, before the newest of each learner is chosen: what is not theirs is no candidate
        try:
            there = os.lstat(path)
            record: dict[str, Any] = super()._path_to_record(path)
            if stat.S_ISDIR(there.st_mode) and _name(there.st_uid) == record["username"]:
                return record
            why = f"expected a folder of {record['username']}'s own, and it belongs to {_name(there.st_uid)}"
        except (ValueError, OverflowError, OSError) as e:  # a time that is none, a folder that is gone
            why = str(e)
        self.log.error("Not collected: %s: %s.", path, why)
        return {"username": "", "filename": Path(path).name, "timestamp": datetime.min}

    def init_src(self) -> None:
        super().init_src()
        self.src_records = [record for record in self.src_records if record["username"]]

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        course = self.coursedir
        unwanted = ignore_patterns(course.ignore, course.include, course.max_file_size, self.log)

        def left_out(folder: str, names: list[str]) -> Iterable[str]:
            links = [name for name in names if Path(folder, name).is_symlink()]
            for name in links:
                self.log.error("Left out: %s is a link.", Path(folder, name))
            return {*links, *unwanted(folder, [name for name in names if name not in links])}

        try:
            if self.get_size(src) > 1000 * course.max_dir_size:
                raise OSError(f"larger than {course.max_dir_size} kB")
            copy = partial(self._copy_own, os.lstat(src).st_uid)
            shutil.copytree(src, dest, ignore=left_out, copy_function=copy)
            # without these two, feedback stops for the whole class when it is released
            when, secret = Path(dest, "timestamp.txt"), Path(dest, "submission_secret.txt")
            if not secret.is_file() or when.read_bytes().decode(errors="replace") not in Path(src).name.split("+"):
                raise OSError("not as `nbgrader submit` leaves it")
        except (OSError, shutil.Error) as e:
            shutil.rmtree(dest, ignore_errors=True)
            self.log.error("Not collected: %s: %s.", src, e)

    def _copy_own(self, owner: int, src: str, dest: str) -> None:
        # the open file is asked, not its name: what a name leads to may change at any moment
        with os.fdopen(os.open(src, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            files = os.fstat(file.fileno())
            if not stat.S_ISREG(files.st_mode) or files.st_uid != owner:
                self.log.error("Left out: %s is no file of %s.", src, _name(owner))
                return
            with Path(dest).open("wb") as copy:
                shutil.copyfileobj(file, copy)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
