"""The walls stand, the proof that they do can fail, and where none stands nothing is graded."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from appraise.errors import NoSandbox, SandboxError
from appraise.grading.doctor import doctor
from appraise.grading.gradebook.schema import OUTCOME
from appraise.grading.judging.outcome import Outcome
from appraise.grading.limits import PATIENCE, Limits
from appraise.grading.sandbox import tiers
from appraise.grading.sandbox.bubblewrap import bubblewrap_command
from appraise.grading.sandbox.tiers import BUBBLEWRAP, LANDLOCK, NO_SANDBOX, TIERS, Sandbox, unavailable_tiers
from appraise.grading.worker.client import Worker
from appraise.grading.worker.fork_server import ForkServer
from appraise.grading.worker.probe import probe
from appraise.grading.worker.starting import start_sandboxed

pytestmark = pytest.mark.slow  # kernels, servers or class runs: not in `make fast`

REPO = Path(__file__).parents[3]
LIMITS = Limits(item_seconds=10, memory_bytes=400_000_000, processes=12)


def start(behind: Sandbox) -> ForkServer:
    return ForkServer([], LIMITS, behind)


@pytest.fixture(scope="module", params=TIERS, ids=lambda w: f"tier {w.tier}")
def walled(request: pytest.FixtureRequest) -> Iterator[ForkServer]:
    try:
        server = start_sandboxed(start, tiers=[request.param])
    except NoSandbox as e:
        if "a submission can" in str(e):  # these walls are had here, and do not hold
            raise
        pytest.skip(f"tier {request.param.tier} cannot be had on this machine: {e}")
    with server:
        yield server


def value(server: ForkServer, source: str) -> object:
    """What `x` holds after a cell."""
    worker = Worker(server)
    try:
        ran = worker.run(source, 10)
        return ran.error or worker.fetch("x", 5)[1]
    finally:
        worker.close()


def test_the_proof_finds_what_is_open(tmp_path: Path) -> None:
    """Without walls every probe but those of the limits succeeds: the proof can fail."""
    (tmp_path / "book").write_text("x", encoding="ascii")
    with start(NO_SANDBOX) as server:
        found = probe(server, [("the gradebook", tmp_path / "book")])
    assert {
        "read the gradebook",
        "write the gradebook",
        "read a planted neighbour",
        "read packs",
        "truncate a file outside",
        "remove a file outside",
        "change a file outside",
        "see another's environment",
        "signal the grader",
        "signal its parent",
        "connect by TCP",
        "send by UDP",
        "connect to a local socket",
        "connect to an abstract socket",
        "start processes without end",
    } <= set(found)


def test_the_sandbox_stands(walled: ForkServer) -> None:
    assert probe(walled) == []


def test_a_hole_in_the_sandbox_is_found_and_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Path(__file__)
    whole = bubblewrap_command

    def holed(home: Path) -> list[str]:
        first, *rest = whole(home)
        at = rest.index("--remount-ro")
        return [first, *rest[:at], "--ro-bind", str(here.parents[2]), str(here.parents[2]), *rest[at:]]

    if unavailable_tiers()[BUBBLEWRAP]:
        pytest.skip("tier 1 does not stand on this machine: bubblewrap is missing")
    monkeypatch.setattr(tiers, "bubblewrap_command", holed)
    with pytest.raises(NoSandbox, match="tier 1: a submission can read the gradebook"):
        start_sandboxed(start, forbidden=[("the gradebook", here)], tiers=[BUBBLEWRAP])


def test_a_filter_that_is_not_set_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    if unavailable_tiers()[LANDLOCK]:
        pytest.skip("tier 2 does not stand on this machine")
    monkeypatch.setattr(LANDLOCK.__class__, "wrap", lambda self, command, home: _without(command, "install_filter"))
    with pytest.raises(NoSandbox, match="tier 2: a submission can "):
        start_sandboxed(start, tiers=[LANDLOCK])


def _without(command: list[str], part: str) -> list[str]:
    """The command that starts the fork server with one part of the confinement left out."""
    body = (
        f"import sys; from appraise.grading.sandbox import limiting; limiting.{part} = lambda *a, **k: None; "
        "from appraise.grading.worker import server; server.main(int(sys.argv[1]))"
    )
    return [*command[:3], "-c", body, command[-1]]


def test_nothing_starts_where_no_sandbox_stands_but_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(tiers, "landlock_version", lambda: 0)
    with pytest.raises(NoSandbox, match=r"(?s)bubblewrap is not installed.*Landlock is version 0.*--trust-submissions"):
        start_sandboxed(start)
    with start_sandboxed(start, trust=True) as server:
        assert server.sandbox == NO_SANDBOX


def test_trust_does_not_take_sandbox_away_that_stand() -> None:
    with start_sandboxed(start, trust=True) as server:
        assert server.sandbox in TIERS


def test_the_library_and_the_seeds_are_there_and_the_packs_are_not(walled: ForkServer) -> None:
    source = """
from pathlib import Path
import appraise, appraise.sources.tables
root = Path(appraise.__file__).parents[1]
def opens(pattern):
    for p in root.glob(pattern):
        try: return bool(p.read_bytes())
        except OSError: pass
    return False
x = [opens("seeds/*"), opens("appraise/*.py"), opens("appraise/packs/*"), opens("solutions/*/*"), opens("tests/*.py")]
"""
    assert value(walled, source) == [True, True, False, False, False]


def test_processes_are_counted_without_the_users_others(walled: ForkServer) -> None:
    source = """
import os, signal
pids = []
try:
    while len(pids) < 50:
        pid = os.fork()
        if not pid:
            signal.pause()
        pids.append(pid)
except OSError:
    pass
for p in pids:
    os.kill(p, 9)
x = len(pids)
"""
    assert value(walled, source) == (LIMITS.processes - 1 if walled.sandbox.tier == 1 else 0)


def test_what_is_written_is_gone_for_the_next(walled: ForkServer) -> None:
    source = """
import os, tempfile, pathlib
x = os.path.exists("left")
pathlib.Path("left").write_text("1")
"""
    assert [value(walled, source), value(walled, source)] == [False, False]


def test_a_worker_has_no_privileges(walled: ForkServer) -> None:
    source = """
x = [l.split()[1] for l in open("/proc/self/status") if l.startswith(("CapPrm", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp:"))]
"""
    zero = "0" * 16
    assert value(walled, source) == [zero, zero, zero, "1", "2"]


def test_a_dead_fork_server_is_started_again_behind_the_same_sandbox(walled: ForkServer) -> None:
    os.killpg(walled.process.pid, signal.SIGKILL)
    walled.process.wait()
    assert value(walled, "x = 2 + 2") == 4
    assert probe(walled) == []


def test_clones_stand_behind_the_same_sandbox_and_outlive_each_other(walled: ForkServer) -> None:
    with walled.clone() as one, walled.clone() as other:
        assert probe(one) == []
        children = [Worker(one), Worker(other), Worker(walled)]
        for n, worker in enumerate(children):
            worker.run(f"x = {n}", 10)
        # what ends a submission of one, and sweeps up what it left, ends nothing of the others
        children.pop().close()
        children.pop(0).close()
        assert children[0].fetch("x", 5) == (True, 1)
        children[0].close()
        assert [value(server, "x = 2 + 2") for server in (one, other, walled)] == [4, 4, 4]


def test_a_fork_server_that_dies_as_a_submission_begins_costs_it_nothing(walled: ForkServer, monkeypatch: Any) -> None:
    honest, left = ForkServer.fork, [0]

    def dies(self: ForkServer) -> Any:
        sock = honest(self)
        if left:
            left.pop()
            os.killpg(self.process.pid, signal.SIGKILL)
        return sock

    monkeypatch.setattr(ForkServer, "fork", dies)
    assert value(walled, "x = 2 + 2") == 4
    assert left == []


def test_a_clone_whose_parent_has_died_is_started_again_by_itself(walled: ForkServer) -> None:
    with walled.clone() as twin:
        walled.close()
        assert value(twin, "x = 2 + 2") == 4
        assert twin.own
        assert twin.process.pid != walled.process.pid
        assert probe(twin) == []
    assert value(walled, "x = 2 + 2") == 4


@pytest.mark.parametrize(
    ("source", "status", "detail"),
    [
        ("while True: pass", "time limit", "no answer in time"),
        ("import os; os._exit(3)", "crashed", "the process ended with exit code 3"),
        ("import os; [os.write(fd, b'x' * 99) for fd in range(3, 99) if os.path.exists(f'/proc/self/fd/{fd}')]",
         "output limit", "a message of 2021161080 bytes"),
    ],
)  # fmt: skip
def test_an_ended_submission_says_which_limit_and_in_which_cell(
    graded: Callable[..., Outcome], source: str, status: str, detail: str
) -> None:
    outcome = graded({"which-design": source})
    item = outcome.items["which-design"]
    assert (item.status, item.earned) == (status, 0.0)
    assert detail in item.remark
    assert any(n.startswith("In the answer cell “which-design-answer”: ") and detail in n for n in outcome.notes)
    assert {i.status for i in outcome.items.values()} == {status, "right", "marked"}


def test_a_part_that_the_kernel_refuses_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    if unavailable_tiers()[LANDLOCK]:
        pytest.skip("tier 2 does not stand on this machine")
    body = "restrict_paths = lambda s: (_ for _ in ()).throw(OSError('refused'))"
    command = "import sys; from appraise.grading.sandbox import limiting; limiting.{}; from appraise.grading.worker import server; "
    monkeypatch.setattr(
        LANDLOCK.__class__,
        "wrap",
        lambda self, c, home: [*c[:3], "-c", command.format(body) + "server.main(int(sys.argv[1]))", c[-1]],
    )
    with start(LANDLOCK) as server, pytest.raises(SandboxError, match="cannot be set up: OSError: refused"):
        Worker(server)


def test_doctor_says_what_stands(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code = doctor()
    said = capsys.readouterr().out
    assert (code == 0) is ("Grading runs behind tier" in said)
    for word in ("Python 3", "nbgrader ", "Sandbox, tier 1", "Sandbox, tier 2", "Browser for the tests", "SQLite"):
        assert word in said
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(tiers, "landlock_version", lambda: 0)
    assert doctor() == 1
    assert "Grading refuses" in capsys.readouterr().out


def test_the_tier_stands_on_every_report(a_class: Any) -> None:
    if all(unavailable_tiers().values()):
        pytest.skip("no tier stands on this machine")
    a_class.hand_in("ada")
    said = re.search(r"^Sandbox: (.*)\.$", a_class.call("appraise", "grade", a_class.slug, "--workers", "1"), re.M)
    assert said
    assert said[1] in {str(w) for w in TIERS}
    engine = sa.create_engine(f"sqlite:///{a_class.root}/grading/gradebook.db")
    with engine.connect() as db:
        assert db.execute(sa.select(OUTCOME.c.walls)).scalars().all() == [said[1]]
    engine.dispose()
    assert said[1] in "".join(a_class.notebooks().values())


# ── what the page says ──────────────────────────────────────────────────────────────────────────────────────────────

PAGE = (REPO / "appraise" / "grading" / "README.md").read_text(encoding="utf-8")


def test_every_claim_of_the_page_names_tests_that_there_are() -> None:
    from tests.hostile.submissions import CLASS

    files = [f for part in ("grading", "hostile", "browser") for f in (REPO / "tests" / part).rglob("*.py")]
    known = {n for f in files for n in re.findall(r"^def (test_\w+)", f.read_text(encoding="utf-8"), re.M)}
    known |= {s.name for s in CLASS}
    protected, _, rest = PAGE.partition("## Protected")[2].partition("## Not protected")
    claims = [line.rpartition(" | ")[2] for line in protected.splitlines() if line.startswith("| ")][2:]
    claims += protected.partition("\n- ")[2].split("\n- ")
    assert len(claims) > 20
    named = re.compile(r"`(test_\w+|[a-z]+[a-z0-9-]*)`")
    for claim in claims:
        assert named.search(claim), f"nothing is said to test: {claim}"
    assert set(named.findall("".join(claims) + rest)) <= known


def test_the_limits_on_the_page_are_those_of_the_program() -> None:
    most = Limits()
    for said in (
        f"{most.scratch_bytes // 10**6} MB, {most.scratch_files:,} files",
        f"{most.file_bytes // 10**6} MB; {most.open_files}",
        f"| {most.processes} with their threads",
        f"{most.memory_bytes >> 30} GB for a process, {most.memory_bytes >> 30} GB for all together",
        f"{most.item_seconds:.0f} s of processor time an item",
        f"{most.notebook_seconds * PATIENCE / 60:.0f} minutes a notebook",
        f"{most.output_bytes:,} characters a cell",
    ):
        assert said in PAGE
