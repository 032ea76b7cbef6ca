"""Cases that several tests look at; they are made once."""

from __future__ import annotations

import pytest

from appraise.cases.casemaking import Case, make_case


@pytest.fixture(scope="session")
def many_cases() -> list[Case]:
    return [make_case(f"tested-{i}") for i in range(2000)]


@pytest.fixture(scope="session")
def cases(many_cases: list[Case]) -> list[Case]:
    return many_cases[:200]
