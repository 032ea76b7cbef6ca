"""A real JupyterHub for the course: an instructor, two students and one who cheats, each a Unix user.

All of it runs in namespaces that end with the test: its own /etc (so the users are gone afterwards), /home, /srv, /tmp,
processes and loopback. The commands are those of assets/jupyterhub/README.md, the configuration is the one there.
"""

from __future__ import annotations

import csv
import ctypes
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest
import requests
import yaml

from tests.conftest import CHROMIUM

ROOT = Path(__file__).resolve().parent.parent
HUB = ROOT / "assets" / "jupyterhub"
PROGRAMS = Path(sys.prefix) / "bin"
GUIDE = (HUB / "README.md").read_text(encoding="utf-8")
SLUG = "00-start-here"
COURSE = "one-trial-five-tellings"
EXCHANGE = f"/srv/nbgrader/exchange/{COURSE}"
URL = "http://127.0.0.1:8000"
ANSWERED = {"ada": ["start-how-many-tried", "start-stated-or-not"], "ben": ["start-how-many-tried"]}  # rightly


def blocks(heading: str) -> list[str]:
    """The commands below a heading of the guide, as blocks."""
    below = GUIDE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```", below, re.MULTILINE | re.DOTALL)


def what_is_missing() -> str:
    if not sys.platform.startswith("linux"):
        return "Linux is needed"
    if os.geteuid() != 0:
        return "makes Unix users, so it needs root"
    if not (PROGRAMS / "configurable-http-proxy").exists():
        return f"configurable-http-proxy is missing: {blocks('Install')[0].splitlines()[1]}"
    lost = [name for name in ("node", "unshare", "nsenter", "setpriv", "useradd", "ip") if not shutil.which(name)]
    return f"missing: {', '.join(lost)}" if lost else ""


pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing())]

# Arguments: the course, then the folders that every user must be able to read, each with its private ancestor or "".
GROUND = r"""
set -euo pipefail
course=$1
shift
mount -t tmpfs -o mode=755 none /mnt
cp -a /etc "$course/solutions" "$course/lessons" /mnt
mkdir -p "$course/grading"
n=0
for folder in "${@:1:$#/2}"; do mkdir -p /mnt/$((n += 1)); mount --bind "$folder" /mnt/$n; done
for hidden in "${@:$#/2+1}" /home /srv; do mount -t tmpfs -o mode=755 none "$hidden"; done
mount -t tmpfs -o mode=1777 none /tmp
n=0
for folder in "${@:1:$#/2}"; do mkdir -p "$folder"; mount --bind /mnt/$((n += 1)) "$folder"; done
mount --bind /mnt/etc /etc
mount --bind /mnt/solutions "$course/solutions"
mount --bind /mnt/lessons "$course/lessons"
mount -t tmpfs -o mode=755 none "$course/grading"
ip link set lo up
echo ready
exec cat
"""


def private_ancestor(folder: Path) -> str:
    """The highest folder above that other users cannot pass; /srv, which is covered anyway, where there is none."""
    closed = [p for p in reversed(folder.parents) if not p.stat().st_mode & stat.S_IXOTH]
    return str(closed[0]) if closed else "/srv"


class Machine:
    """Namespaces with the course, in which commands run as any user, and a browser for each user."""

    def __init__(self, log: Path) -> None:
        readable = [ROOT, Path(sys.base_prefix)]
        new = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
        ground = ["bash", "-c", GROUND, "ground", str(ROOT), *map(str, readable), *map(private_ancestor, readable)]
        self.outer = subprocess.Popen([*new, *ground], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.outer.stdout is not None
        assert self.outer.stdout.readline() == "ready\n", "no namespaces: see the lines above"
        children = Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children").read_text(encoding="ascii")
        self.pid = children.split()[0]
        self.log = log
        self.environment: dict[str, dict[str, str]] = {}  # user → that of their server, once it runs
        # a thread of this process whose sockets are the machine's
        self.browser = ThreadPoolExecutor(1, initializer=self._enter)
        self.hub: subprocess.Popen[bytes] | None = None

    def _enter(self) -> None:
        with Path(f"/proc/{self.pid}/ns/net").open() as there:
            assert ctypes.CDLL(None, use_errno=True).setns(there.fileno(), 0) == 0, os.strerror(ctypes.get_errno())

    def command(self, user: str, line: str) -> tuple[list[str], dict[str, str]]:
        env = self.environment.get(user) or {
            "PATH": f"{PROGRAMS}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root" if user == "root" else f"/home/{user}",
            "LANG": "C.UTF-8",
        }
        inside = ["nsenter", "--target", self.pid, "--mount", "--net", "--pid", "--"]
        become = [] if user == "root" else ["setpriv", "--reuid", user, "--regid", user, "--init-groups"]
        where = ROOT if user in ("root", "instructor") else Path("/home", user)
        return [*inside, *become, "bash", "-euo", "pipefail", "-c", f"cd {shlex.quote(str(where))}\n{line}"], env

    def run(self, user: str, line: str, *, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """What became of a command, all output in stdout."""
        command, env = self.command(user, line)
        return subprocess.run(
            command,
            env=env,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=600,
        )

    def do(self, user: str, line: str, *, stdin: str = "") -> str:
        """The output of a command that must succeed."""
        done = self.run(user, line, stdin=stdin)
        assert done.returncode == 0, f"{user}: {line}\n{done.stdout}"
        return done.stdout

    def start_hub(self) -> None:
        command, env = self.command("root", "exec " + blocks("Start")[0])
        with self.log.open("wb") as log:
            self.hub = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        self.wait("the hub", lambda: self.ask("GET", "/hub/api/", fails=True) == 200)

    def wait(self, what: str, ready: Callable[[], Any], seconds: float = 180) -> Any:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := ready():
                return found
            time.sleep(0.2)
        pytest.fail(f"{what}: not within {seconds} s\n{self.log.read_text(encoding='utf-8')[-6000:]}")

    def ask(self, method: str, path: str, *, token: str = "", fails: bool = False, **more: Any) -> Any:
        """A request with a token; its JSON or text. With `fails`, the status code, and None without any answer."""
        headers = {"Authorization": f"token {token}"} if token else {}

        def there() -> requests.Response:
            return requests.request(method, URL + path, headers=headers, timeout=60, **more)

        try:
            answer = self.browser.submit(there).result()
        except requests.ConnectionError:
            if fails:
                return None
            raise
        if fails:
            return answer.status_code
        assert answer.ok, f"{method} {path}: {answer.status_code}\n{answer.text[:2000]}"
        kind = answer.headers.get("Content-Type", "")
        return answer.json() if "json" in kind or answer.text.startswith(("{", "[")) else answer.text

    def log_in(self, user: str, password: str) -> str | None:
        """What a person does in the browser; a token to go on with, or None where the hub says no."""

        def there() -> str | None:
            session = requests.Session()
            session.get(f"{URL}/hub/login", timeout=180)
            form = {"username": user, "password": password, "_xsrf": session.cookies.get("_xsrf", path="/hub/")}
            session.post(f"{URL}/hub/login?next=/hub/home", data=form, timeout=180)
            xsrf = {"X-XSRFToken": str(session.cookies.get("_xsrf", path="/hub/"))}
            token = session.post(f"{URL}/hub/api/users/{user}/tokens", json={}, headers=xsrf, timeout=180)
            return str(token.json()["token"]) if token.ok else None

        return self.browser.submit(there).result()

    def open_server(self, user: str, token: str) -> None:
        """Spawn a user's JupyterLab through the hub; commands then run with its environment."""
        self.ask("POST", f"/hub/api/users/{user}/server", token=token)
        servers: dict[str, Any] = self.wait(
            f"{user}'s server", lambda: self.ask("GET", f"/hub/api/users/{user}", token=token)["server"]
        )
        assert servers == f"/user/{user}/"
        status = f"""pid=$(pgrep -u {user} -of jupyterhub-singleuser) && tr '\\0' '\\n' < /proc/$pid/environ"""
        lines = self.do("root", status).splitlines()
        self.environment[user] = dict(line.split("=", 1) for line in lines if "=" in line)

    def close(self) -> None:
        self.browser.shutdown()
        if self.outer.stdin:
            self.outer.stdin.close()  # the first process ends, and with it all in its namespace
        self.outer.wait(timeout=30)
        if self.hub:
            self.hub.wait(timeout=30)


def notebook(machine: Machine, user: str, path: str) -> Any:
    return nbformat.reads(machine.do(user, f"cat {path}"), as_version=4)


# ── The story, step by step; each step's fixture builds on the one before ───────────────────────────────────────────


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Users and folders as the guide makes them, and the hub running."""
    machine = Machine(tmp_path_factory.mktemp("hub") / "hub.log")
    try:
        machine.do("root", blocks("Users and folders")[0])
        machine.do("root", "useradd --create-home --key HOME_MODE=0700 --groups students eve; useradd -m stranger")
        names = ("instructor", "ada", "ben", "stranger")
        machine.do("root", "chpasswd", stdin="".join(f"{name}:word of {name}\n" for name in names))
        machine.start_hub()
        yield machine
    finally:
        machine.close()


@pytest.fixture(scope="module")
def tokens(machine: Machine) -> dict[str, str]:
    """Three people log in with their passwords, and the hub starts a server for each."""
    found = {}
    for user in ("instructor", "ada", "ben"):
        token = machine.log_in(user, f"word of {user}")
        assert token, machine.log.read_text(encoding="utf-8")[-4000:]
        found[user] = token
    with ThreadPoolExecutor(3) as together:
        list(together.map(machine.open_server, found, found.values()))
    return found


@pytest.fixture(scope="module")
def fetched(machine: Machine, tokens: dict[str, str]) -> dict[str, str]:
    """The instructor releases the lesson; ada fetches it in the Assignment List, ben in a terminal."""
    machine.do("instructor", blocks("A lesson out")[0])
    listed = machine.ask("GET", f"/user/ada/assignments?course_id={COURSE}", token=tokens["ada"])
    assert [(a["assignment_id"], a["status"]) for a in listed["value"]] == [(SLUG, "released")]
    given = {"course_id": COURSE, "assignment_id": SLUG}
    listed = machine.ask("POST", "/user/ada/assignments/fetch", token=tokens["ada"], data=given)
    assert [(a["assignment_id"], a["status"]) for a in listed["value"]] == [(SLUG, "fetched")]
    machine.do("ben", blocks("A lesson done")[0])
    return tokens


@pytest.fixture(scope="module")
def handed_in(machine: Machine, fetched: dict[str, str]) -> dict[str, str]:
    """Both answer partly rightly and submit; eve submits in ben's name, and a link to what is the instructor's."""
    solved = nbformat.read(ROOT / "solutions" / SLUG / f"{SLUG}.ipynb", as_version=4)
    right = {
        cell.metadata.nbgrader["grade_id"].removesuffix("-answer"): re.sub(r"^ *### .*\n?", "", cell.source, flags=re.M)
        for cell in solved.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    exercises = yaml.safe_load((ROOT / "solutions" / SLUG / "exercises.yml").read_text(encoding="utf-8"))
    wrong = next(m for m in exercises["start-share"]["misconceptions"] if m["id"] == "percent")
    for user, answered in ANSWERED.items():
        path = f"{COURSE}/{SLUG}/{SLUG}.ipynb"
        work = machine.ask("GET", f"/user/{user}/api/contents/{path}", token=fetched[user])
        for cell in work["content"]["cells"]:
            exercise = cell["metadata"].get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
            if exercise in answered and cell["metadata"]["nbgrader"]["solution"]:
                cell["source"] = right[exercise]
            if user == "ada" and cell["metadata"].get("nbgrader", {}).get("grade_id") == "start-share-answer":
                cell["source"] = wrong["answer"]
        body = {"type": "notebook", "format": "json", "content": work["content"]}
        machine.ask("PUT", f"/user/{user}/api/contents/{path}", token=fetched[user], json=body)
    given = {"course_id": COURSE, "assignment_id": SLUG}
    machine.ask("POST", "/user/ada/assignments/submit", token=fetched["ada"], data=given)
    machine.do("ben", blocks("A lesson done")[1])
    machine.do("eve", CHEAT)
    return fetched


# Folders that nbgrader's own collect would take: newer than every other.
CHEAT = f"""
make() {{
    cp -r {EXCHANGE}/outbound/{SLUG} "{EXCHANGE}/inbound/$1"
    cd "{EXCHANGE}/inbound/$1"
    printf '2999-01-01 00:00:00.000000 UTC' > timestamp.txt
    printf '0123456789' > submission_secret.txt
}}
make 'ben+{SLUG}+2999-01-01 00:00:00.000000 UTC+x'
make 'eve+{SLUG}+no time at all+x'
make 'eve+{SLUG}+2999-01-01 00:00:00.000000 UTC+x'
ln -s {ROOT}/solutions/{SLUG}/exercises.yml stolen.html
ln -s {ROOT}/solutions stolen
"""


@pytest.fixture(scope="module")
def graded(machine: Machine, handed_in: dict[str, str]) -> tuple[dict[str, str], str]:
    """The instructor collects, grades and returns, by the guide's commands; their output."""
    return handed_in, machine.do("instructor", blocks("Collect, grade, return")[0])


@pytest.fixture(scope="module")
def returned(machine: Machine, graded: tuple[dict[str, str], str]) -> dict[str, str]:
    """Each student's feedback page, fetched by themselves."""
    tokens, _ = graded
    given = {"course_id": COURSE, "assignment_id": SLUG}
    machine.ask("POST", "/user/ada/assignments/fetch_feedback", token=tokens["ada"], data=given)
    machine.do("ben", blocks("A lesson done")[2])
    return {user: machine.do(user, f"cat {COURSE}/{SLUG}/feedback/*/{SLUG}.html") for user in ANSWERED}


# ── What must hold ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_guide_names_the_proxy_that_ci_installs() -> None:
    named = re.findall(r"configurable-http-proxy@[\d.]+", GUIDE + (ROOT / ".ci" / "run").read_text(encoding="utf-8"))
    version = subprocess.run([PROGRAMS / "configurable-http-proxy", "--version"], capture_output=True, text=True)
    assert named == [f"configurable-http-proxy@{version.stdout.strip()}"] * 2


def test_only_the_class_gets_in(machine: Machine, tokens: dict[str, str]) -> None:
    assert machine.log_in("ada", "word of ben") is None
    assert machine.log_in("stranger", "word of stranger") is None
    for path in ("/user/ben/api/contents", "/user/instructor/api/contents", "/hub/api/users"):
        assert machine.ask("GET", path, token=tokens["ada"], fails=True) == 403, path
    assert machine.ask("GET", "/user/ada/api/contents", token=tokens["ada"], fails=True) == 200


def test_each_server_runs_as_its_user(machine: Machine, tokens: dict[str, str]) -> None:
    listed = machine.do("root", "ps -eo user:20,args | grep '[j]upyterhub-singleuser'").splitlines()
    assert sorted(line.split()[0] for line in listed) == sorted(tokens)


def test_each_sees_their_own_tabs(machine: Machine, tokens: dict[str, str]) -> None:
    ours = {f"@jupyter/nbgrader:{name}" for name in ("formgrader", "course-list", "create-assignment")}
    theirs = {"@jupyter/nbgrader:assignment-list", "@jupyter/nbgrader:menu", "@jupyter/nbgrader:validate-assignment"}
    for user, hidden in {"ada": ours, "instructor": set()}.items():
        page = machine.ask("GET", f"/user/{user}/lab", token=tokens[user])
        found = json.loads(re.findall(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)[0])
        off = {*found["disabledExtensions"], *found.get("lockedExtensions", [])}
        assert off & (ours | theirs) == hidden, user
    assert machine.ask("GET", "/user/ada/formgrader/api/assignments", token=tokens["ada"], fails=True) == 404


def test_formgrader_shows_the_course(machine: Machine, graded: tuple[dict[str, str], str]) -> None:
    tokens, _ = graded
    found = machine.ask("GET", "/user/instructor/formgrader/api/assignments", token=tokens["instructor"])
    here = {a["name"]: (a["status"], a["num_submissions"]) for a in found}
    assert here[SLUG] == ("released", 3)


def test_formgrader_opens_by_a_click(
    machine: Machine, graded: tuple[dict[str, str], str], chromium: Any, tmp_path: Path
) -> None:
    """In a real browser inside the machine's network; the hub's own policy forbids the frame that it opens in."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    inside = tmp_path / "chromium"
    inside.write_text(f'#!/bin/sh\nexec nsenter --target {machine.pid} --net -- {found} "$@"\n', encoding="utf-8")
    inside.chmod(0o755)
    browser = chromium.browser_type.launch(executable_path=str(inside), args=CHROMIUM)
    try:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(120_000)
        page.goto(f"{URL}/hub/login")
        page.fill("input[name=username]", "instructor")
        page.fill("input[name=password]", "word of instructor")
        page.click("input[type=submit], button[type=submit]")
        page.goto(f"{URL}/user/instructor/lab?reset")
        page.click(".lm-MenuBar-item:has-text('Nbgrader')")
        page.click(".lm-Menu-item:has-text('Formgrader') >> nth=0")
        room = page.frame_locator("iframe[src*='formgrader']")
        room.locator(f"text={SLUG}").first.wait_for()
    finally:
        browser.close()


def test_checks_answer_in_a_learners_kernel(machine: Machine, handed_in: dict[str, str]) -> None:
    lesson = f"{COURSE}/{SLUG}/{SLUG}.ipynb"
    machine.do("ada", f"jupyter execute --output=/tmp/ada.ipynb {lesson}")
    ran = notebook(machine, "ada", "/tmp/ada.ipynb")
    points = {
        cell.metadata.nbgrader["grade_id"]: float(cell.outputs[0].data["text/plain"])
        for cell in ran.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    assert {name for name, earned in points.items() if earned == 1} == set(ANSWERED["ada"])


def test_work_is_graded_as_it_was_handed_in(machine: Machine, graded: tuple[dict[str, str], str]) -> None:
    _, said = graded
    assert re.search(r"tier [12]", said), said
    rows = list(csv.DictReader(machine.do("instructor", "cat grading/grades.csv").lstrip("\ufeff").splitlines()))
    here = {r["student_id"]: (r["status"], float(r["score"])) for r in rows if r["assignment"] == SLUG}
    expected = {user: ("graded", float(len(answered))) for user, answered in ANSWERED.items()}
    assert here == {**expected, "eve": ("graded", 0.0)}


def test_what_is_not_theirs_is_not_collected(machine: Machine, graded: tuple[dict[str, str], str]) -> None:
    _, said = graded
    assert re.search(r"Not collected: \S*/ben\+.*belongs to eve", said)
    assert re.search(r"Not collected: .*no time at all", said)
    taken = machine.do("instructor", f"cd grading/submitted && find . -type f -o -type l | grep /{SLUG}/ | sort")
    files = (f"{SLUG}.ipynb", "submission_secret.txt", "timestamp.txt")
    assert taken.split() == sorted(f"./{user}/{SLUG}/{name}" for user in (*ANSWERED, "eve") for name in files)
    owned = notebook(machine, "instructor", f"grading/submitted/ben/{SLUG}/{SLUG}.ipynb")
    assert owned.cells == notebook(machine, "ben", f"{COURSE}/{SLUG}/{SLUG}.ipynb").cells


def test_each_gets_their_own_feedback(returned: dict[str, str]) -> None:
    remark = "Your function gives percent"  # what ada's misconception is told
    assert {user: remark in page for user, page in returned.items()} == {"ada": True, "ben": False}


# what · who may read it · how. It must fail for ada, and succeed for the one who may: else it proves nothing.
CLOSED = [
    ("the solutions", "instructor", f"cat {ROOT}/solutions/{SLUG}/{SLUG}.ipynb"),
    ("the keys", "instructor", f"ls {ROOT}/solutions"),
    ("the gradebook", "instructor", f"cat {ROOT}/grading/gradebook.db"),
    ("the grades", "instructor", f"ls {ROOT}/grading"),
    ("what the others handed in", "instructor", f"ls {EXCHANGE}/inbound"),
    ("the others' feedback", "instructor", f"ls {EXCHANGE}/feedback"),
    ("ben's work", "ben", f"cat ~ben/{COURSE}/{SLUG}/{SLUG}.ipynb"),
    ("ben's feedback", "ben", f"find ~ben/{COURSE}/{SLUG}/feedback"),
    ("where ben's submission lies", "ben", "ls ~ben/.local/share/jupyter/nbgrader_cache"),
    ("the hub's database", "root", "cat /srv/jupyterhub/jupyterhub.sqlite"),
    ("the hub's secret", "root", "cat /srv/jupyterhub/cookie_secret"),
    ("ben's environment", "ben", "tr '\\0' '\\n' < /proc/$(pgrep -u ben -of jupyterhub-singleuser)/environ"),
    ("the proxy's token", "root", "tr '\\0' '\\n' < /proc/$(pgrep -of configurable-http-proxy)/environ"),
]


@pytest.mark.parametrize(("who", "line"), [c[1:] for c in CLOSED], ids=[c[0] for c in CLOSED])
def test_a_student_cannot_read(machine: Machine, returned: dict[str, str], who: str, line: str) -> None:
    assert machine.do(who, line)
    refused = machine.run("ada", line)
    assert refused.returncode != 0
    assert "Permission denied" in refused.stdout


@pytest.mark.parametrize(
    "line",
    [
        f"mv {EXCHANGE} /srv/nbgrader/exchange/elsewhere",
        f"rm -rf {EXCHANGE}/outbound",
        f"touch {ROOT}/lessons/{SLUG}/{SLUG}.ipynb",
        f"touch {ROOT}/appraise/learner/check.py",
        f"touch {PROGRAMS}/jupyterhub-singleuser",
        "touch /srv/jupyterhub/jupyterhub.sqlite",
    ],
    ids=["the course's place", "lessons in the exchange", "a lesson", "the library", "the environment", "the hub"],
)
def test_a_student_cannot_change(machine: Machine, returned: dict[str, str], line: str) -> None:
    refused = machine.run("ada", line)
    assert refused.returncode != 0
    assert re.search("Permission denied|Operation not permitted", refused.stdout), refused.stdout
    assert machine.do("instructor", f"ls {EXCHANGE}/outbound").split() == [SLUG]
