#!/usr/bin/env python3
"""Holds the code to the numbers of our style. `make check` runs it; a breach names each offender and exits with 1."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parent.parent
#: Lists of packages with addresses in them; constraints.txt holds the versions without.
BANNED_FILES = frozenset({"uv.lock", "pylock.toml"})
BROAD = frozenset({"Exception", "BaseException"})
#: A comment that says why; to silence a tool is no reason.
REASON = re.compile(r"#\s*(?!noqa: [A-Z0-9]+\s*$)\S")
MOCKS = re.compile(r"\bunittest[.]mock\b|\bfrom unittest import mock\b|\bMagicMock\b|\bmocker\b")
#: In parts, so that this file does not spell what it looks for.
REGISTRIES = (
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"), ("crates", "io"),
    ("proxy.golang", "org"), ("anaconda", "org"), ("rubygems", "org"), ("maven", "org"), ("docker", "io"),
    ("ghcr", "io"), ("quay", "io"), ("deb.debian", "org"), ("archive.ubuntu", "com"),
)  # fmt: skip
HOSTS = re.compile(r"\b(?:" + "|".join(re.escape(f"{name}.{top}") for name, top in REGISTRIES) + r")\b", re.IGNORECASE)
#: A folder of one machine. `https://example.com/home/` is none: a host stands before it.
PATHS = re.compile(r"(?<![\w.~*})])/(?:work|root|home)/\w")
BINARY = frozenset({".png", ".ico", ".parquet", ".gz", ".woff2"})


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure: what it is here, what it may be at most, and what stands in its way."""

    what: str
    value: float
    limit: float
    offenders: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        """Whether the limit is kept."""
        return self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Module:
    """One file of Python, read and parsed."""

    name: str
    lines: int
    text: str
    tree: ast.Module

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, those in functions too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def main() -> int:
    """Measure, print a table and the offenders; 1 where a limit is not kept."""
    source, tests = modules(ROOT / "src"), modules(ROOT / "tests")
    figures = [*sizes(source), *habits(source, tests), *cleanliness(tracked())]
    for one in figures:
        print_line(f"{'ok  ' if one.kept else 'FAIL'} {one.what:<46}{one.value:>8.4g}  at most {one.limit:g}")
    ratio = sum(one.lines for one in tests) / sum(one.lines for one in source)
    print_line(f"     {'test lines per code line':<46}{ratio:>8.3g}  aim 1.2 to 1.6")
    broken = [one for one in figures if not one.kept]
    for one in broken:
        print_line(f"\n{one.what}:")
        for offender in one.offenders:
            print_line(f"  {offender}")
    return 1 if broken else 0


def print_line(text: str) -> None:
    """A line on stdout."""
    sys.stdout.write(f"{text}\n")


def modules(folder: Path) -> list[Module]:
    """All Python files below a folder, by path."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Module(str(path.relative_to(ROOT)), len(text.splitlines()), text, ast.parse(text)))
    return found


def tracked() -> list[Path]:
    """Files that git keeps, or would if they were added.

    Raises:
        CalledProcessError: this is no git checkout.
    """
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(  # noqa: S603 - all of it is written here
        command, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def sizes(source: Sequence[Module]) -> Iterator[Figure]:
    """How long functions and files are. A function counts with its docstring, a body without."""
    functions = {f"{one.name}:{node.lineno} {node.name}": node for one in source for node in one.functions()}
    lengths = {name: span(node) for name, node in functions.items()}
    bodies = {name: body_length(node) for name, node in functions.items()}
    files = {one.name: one.lines for one in source}
    yield Figure("function length, median", median(lengths.values()), 9, over(lengths, 9, most=20))
    yield Figure("function length, p95", p95(lengths), 40, over(lengths, 40))
    share = 100 * sum(length > 50 for length in bodies.values()) / len(bodies)
    yield Figure("bodies over 50 lines, %", share, 2, over(bodies, 50))
    yield Figure("file length, median", median(files.values()), 150, over(files, 150, most=20))
    yield Figure("file length, p95", p95(files), 350, over(files, 350))
    yield Figure("file length, longest", max(files.values()), 500, over(files, 500))


def habits(source: Sequence[Module], tests: Sequence[Module]) -> Iterator[Figure]:
    """Imports inside functions, broad excepts, mocks, and how long a test is."""
    inner = tuple(place for one in source for place in inner_imports(one))
    yield Figure("imports inside functions", len(inner), 4, inner)
    broad = tuple(place for one in source for place in broad_excepts(one))
    yield Figure("broad excepts", len(broad), max(2, sum(one.lines for one in source) // 5_000), broad)
    bare = tuple(place for one in source for place in broad_excepts(one, reason=False))
    yield Figure("broad excepts without a reason beside them", len(bare), 0, bare)
    mocks = tuple(place for one in (*source, *tests) for place in matches(one.name, one.text, MOCKS))
    yield Figure("mocks", len(mocks), 0, mocks)
    lengths = {
        f"{one.name}:{node.lineno} {node.name}": span(node)
        for one in tests
        for node in one.functions()
        if node.name.startswith("test_")
    }
    yield Figure("test length, median", median(lengths.values()), 10, over(lengths, 10, most=20))


def cleanliness(files: Sequence[Path]) -> Iterator[Figure]:
    """What no tracked file may hold: an address of a package registry, a path of one machine, a list with addresses."""
    texts = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8", errors="replace")
        for path in files
        if path.suffix not in BINARY
    }
    hosts = tuple(place for name, text in texts.items() for place in matches(name, text, HOSTS))
    yield Figure("addresses of package registries", len(hosts), 0, hosts)
    paths = tuple(place for name, text in texts.items() for place in matches(name, text, PATHS))
    yield Figure("paths of one machine", len(paths), 0, paths)
    lists = tuple(name for name in texts if Path(name).name in BANNED_FILES)
    yield Figure("lists of packages with addresses", len(lists), 0, lists)


def span(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from `def` to its end."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def body_length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or body[-1].lineno) - body[0].lineno + 1 if body else 0


def p95(lengths: dict[str, int]) -> float:
    """The length that 95 % do not exceed."""
    return quantiles(lengths.values(), n=20, method="inclusive")[-1] if len(lengths) > 1 else max(lengths.values())


def over(lengths: dict[str, int], limit: int, most: int | None = None) -> tuple[str, ...]:
    """What is longer than a limit, longest first."""
    longest = sorted(((length, name) for name, length in lengths.items() if length > limit), reverse=True)
    return tuple(f"{length:>4}  {name}" for length, name in longest[:most])


def inner_imports(module: Module) -> list[str]:
    """Where a function imports."""
    found = {
        node for one in module.functions() for node in ast.walk(one) if isinstance(node, ast.Import | ast.ImportFrom)
    }
    return sorted(f"{module.name}:{node.lineno}" for node in found)


def broad_excepts(module: Module, *, reason: bool = True) -> list[str]:
    """Where everything is caught; with `reason=False` only where no comment stands on the line or the one above."""
    lines = module.text.splitlines()
    found = [node.lineno for node in ast.walk(module.tree) if isinstance(node, ast.ExceptHandler) and catches_all(node)]
    return [
        f"{module.name}:{line}"
        for line in sorted(found)
        if reason or not any(REASON.search(text) for text in lines[max(line - 2, 0) : line])
    ]


def catches_all(node: ast.ExceptHandler) -> bool:
    """Whether a handler is bare, or catches Exception or BaseException, alone or among others."""
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in BROAD) for kind in kinds)


def matches(name: str, text: str, pattern: re.Pattern[str]) -> list[str]:
    """Lines of a file in which a pattern is found."""
    if not pattern.search(text):
        return []
    lines = enumerate(text.splitlines(), start=1)
    return [f"{name}:{at}: {found[0]}" for at, line in lines if (found := pattern.search(line))]


if __name__ == "__main__":
    sys.exit(main())
