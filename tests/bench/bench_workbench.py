"""How long the workbench takes for a page: against the import of pandas, by length, on hostile texts."""

from __future__ import annotations

from tests.workbench import measure


def main() -> None:
    """Print the table."""
    took = measure.seconds()
    pandas = took.pop("pandas")
    print(f"import pandas {pandas:.2f} s")
    for name, text in measure.lengths().items():
        print(
            f"{name:24} {len(text):8,} characters: {took[name]:.3f} s, {took[name] / pandas:.2f} times importing pandas, "
            f"{1e6 * took[name] / len(text):.1f} µs each"
        )


if __name__ == "__main__":
    main()
