"""A fork server in the first sandbox that holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from appraise.errors import NoSandbox, SandboxError
from appraise.grading.sandbox.tiers import NO_SANDBOX, TIERS, Sandbox, unavailable_tiers
from appraise.grading.worker.fork_server import ForkServer
from appraise.grading.worker.probe import probe


def start_sandboxed(
    start: Callable[[Sandbox], ForkServer],
    trust: bool = False,
    forbidden: Sequence[tuple[str, Path]] | None = None,
    tiers: Sequence[Sandbox] | None = None,
) -> ForkServer:
    """Start a fork server in the first sandbox that holds.

    Parameters
    ----------
    start : callable
        Starts the fork server in the sandbox that it is given.
    trust : bool
        Go on without a sandbox where none stands.
    forbidden : list of (label, path), optional
        What must be out of reach; see `probe`.
    tiers : sequence of Sandbox, optional
        Those to try, in order; `TIERS` if left out.

    Raises
    ------
    NoSandbox
        Where none stands; the text says why of each.
    """
    why = unavailable_tiers()
    tiers = TIERS if tiers is None else tiers
    for sandbox in tiers:
        if not why[sandbox]:
            server, why[sandbox] = _try_sandbox(start, sandbox, forbidden)
            if server is not None:
                return server
    if trust:
        return start(NO_SANDBOX)
    reasons = "; ".join(f"tier {sandbox.tier}: {why[sandbox]}" for sandbox in tiers)
    raise NoSandbox(
        f"No sandbox stands on this machine between submissions and your files ({reasons}). Nothing is graded. "
        "`python -m appraise doctor` says more. If you trust these submissions, say so in words: --trust-submissions, "
        "or c.JudgeOutside.trust_submissions = True in nbgrader_config.py."
    )


def _try_sandbox(
    start: Callable[[Sandbox], ForkServer], sandbox: Sandbox, forbidden: Sequence[tuple[str, Path]] | None
) -> tuple[ForkServer | None, str]:
    """A fork server in a sandbox that holds, or why there is none."""
    try:
        server = start(sandbox)
    except SandboxError as e:
        return None, str(e)
    try:
        holes = probe(server, forbidden)
        if not holes:
            return server, ""
        why = "a submission can " + ", ".join(holes)
    except SandboxError as e:
        why = str(e)
    except BaseException:
        server.close()
        raise
    server.close()
    return None, why


def probe_tiers() -> list[tuple[str, str, bool]]:
    """Each tier: (name, what was found, whether it stands). An empty lesson is started behind each and probed."""
    lines = []
    why = unavailable_tiers()
    for sandbox in TIERS:
        result = why[sandbox]
        if not result:
            try:
                with ForkServer([], sandbox=sandbox) as server:
                    result = ", ".join(probe(server))
                    result = result and f"a submission can {result}"
            except SandboxError as e:
                result = str(e)
        lines.append((str(sandbox), result or "stands", not result))
    return lines
