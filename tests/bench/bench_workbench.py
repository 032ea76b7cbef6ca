"""How long the workbench takes for a page: against the import of pandas, by length, on hostile texts."""

from __future__ import annotations

from tests.workbench import measure


def main() -> None:
    """Print the table."""
    pandas = measure.import_pandas()
    print(f"import pandas {pandas:.2f} s")
    for n in (1_000, 10_000, 60_000, 100_000):
        took = measure.seconds(lambda n=n: measure.read_everything(measure.ordinary(n)))  # type: ignore[misc]
        print(
            f"{n:7,} characters: {took:.3f} s, {took / pandas:.2f} times importing pandas, {1e6 * took / n:.1f} µs each"
        )
    for piece in measure.HOSTILE:
        for k in (1_000, 10_000):
            took = measure.seconds_of(piece, k)
            print(f"{piece!r:8} {k:6,} times: {took:.3f} s, {took / pandas:.2f} times importing pandas")


if __name__ == "__main__":
    main()
