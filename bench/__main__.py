"""`python -m bench [--only NAME] [--quick] [--json]`: ask the questions; exit 1 when a budget is broken."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

from bench.budgets import ON_WISH, QUESTIONS, Cost, answer


def main() -> int:
    """Ask what was asked for, and say what it cost."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=[*QUESTIONS, *ON_WISH], help="ask this; may come twice")
    parser.add_argument("--install", action="store_true", help="also weigh an installation without extras")
    parser.add_argument("--quick", action="store_true", help="smaller tables: seconds instead of minutes")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    asked = parser.parse_args()
    names = [*(asked.only or QUESTIONS), *(["install"] if asked.install else [])]
    costs = list(_told(names, quick=asked.quick, silent=asked.json))
    if asked.json:
        print(json.dumps([asdict(cost) | {"within": cost.within} for cost in costs], indent=2))
    return 0 if all(cost.within for cost in costs) else 1


def _told(names: list[str], *, quick: bool, silent: bool) -> Iterator[Cost]:
    for name in names:
        for cost in answer(name, quick=quick):
            if not silent:
                print(_line(cost), flush=True)
            yield cost


def _line(cost: Cost) -> str:
    mark = "within" if cost.within else "BROKEN"
    head = f"{mark}  {cost.question}: {cost.value:.2f} {cost.unit} (budget {cost.budget:g})"
    return f"{head}; {cost.figures}" if cost.figures else head


if __name__ == "__main__":
    sys.exit(main())
