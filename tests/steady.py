"""Does every test say the same each time? `make test-steady` repeats them, each time otherwise.

    python -m tests.steady --rounds 3 --browsers

A round runs the tests three times in random order: on all cores, pinned to one core, and beside
programs that keep every core busy. What each run said is kept in `.steady/`, so that an interrupted
series goes on where it was; it begins anew when the code has changed. At the end each test is
named whose verdict ever differed, or was ever bad, with the run's conditions and its seed, which
`pytest --random-order-seed=SEED` plays again.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

ROOT: Final = Path(__file__).parents[1]
KEPT: Final = ROOT / ".steady"
TESTS: Final = ("tests/functions", "tests/unit", "tests/local")
BROWSERS: Final = "tests/browser"
CONDITIONS: Final = ("all cores", "one core", "beside a load")
GOOD: Final = frozenset({"passed", "skipped"})
_BUSY: Final = "while True: pass"
_DAYS: Final = 864_000  # s; 0 would end a run after its first test (pytest-timeout 2.4)


@dataclass(frozen=True)
class Run:
    """How the tests were run once, and what each said: passed, failed, error or skipped."""

    conditions: str
    seed: int
    seconds: float
    verdicts: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.conditions}, seed {self.seed}"


def unsteady(runs: Sequence[Run]) -> dict[str, list[str]]:
    """Each test whose verdict differed from run to run or was ever bad, with what it said where.

    A test that a run does not know (it was interrupted, or could not be loaded) differs as well.
    """
    names = {name for run in runs for name in run.verdicts}
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name in sorted(names):
        for run in runs:
            said[name][run.verdicts.get(name, "missing")].append(str(run))
    return {
        name: [f"{verdict}: {'; '.join(where)}" for verdict, where in sorted(verdicts.items())]
        for name, verdicts in said.items()
        if len(verdicts) > 1 or not verdicts.keys() <= GOOD
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when every test said the same good thing in every run."""
    parser = argparse.ArgumentParser(prog="python -m tests.steady", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--browsers", action="store_true", help="the browser tests, too")
    parser.add_argument("--seed", type=int, help="of the first run; random unless said")
    parser.add_argument("--only", choices=CONDITIONS, action="append", help="not all conditions")
    parser.add_argument("--anew", action="store_true", help="forget what was interrupted")
    parser.add_argument("tests", nargs="*", help=f"in place of {' '.join(TESTS)}")
    given = parser.parse_args(arguments)
    tests = given.tests or [*TESTS, *([BROWSERS] if given.browsers else [])]
    runs = list(_series(given.rounds, given.only or CONDITIONS, tests, given.seed, given.anew))
    found = unsteady(runs)
    for name, said in found.items():
        print(f"\n{name}", *said, sep="\n  ")
    print(f"\n{len(runs)} runs: {len(found)} tests failed or differed")
    return 1 if found else 0


def _series(
    rounds: int, conditions: Sequence[str], tests: Sequence[str], seed: int | None, anew: bool
) -> Iterator[Run]:
    folder = KEPT / _fingerprint(tests)
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "seed"
    if anew or seed is not None:
        for old in folder.iterdir():
            old.unlink()
    if not kept.exists():
        kept.write_text(str(seed if seed is not None else random.randrange(1_000_000)))
    first = int(kept.read_text())
    for number in range(rounds):
        for offset, condition in enumerate(conditions):
            now = first + number * len(CONDITIONS) + offset
            file = folder / f"{now}-{condition.replace(' ', '-')}.json"
            run = Run(**json.loads(file.read_text())) if file.exists() else None
            if run is None:
                run = _run(condition, now, tests, folder / "report.xml")
                file.write_text(json.dumps(asdict(run)))
            counts = ", ".join(f"{n} {verdict}" for verdict, n in _counts(run).items())
            print(f"{run}: {counts}; {run.seconds:.0f} s", flush=True)
            yield run


def _counts(run: Run) -> Counter[str]:
    return Counter(run.verdicts.values())


def _run(condition: str, seed: int, tests: Sequence[str], report: Path) -> Run:
    workers = "1" if condition == "one core" else "auto"
    command = [
        sys.executable, "-m", "pytest", *tests, "-q", "-m", "not long and not browsers",
        "-n", workers, f"--session-timeout={_DAYS}",
        "--random-order", f"--random-order-seed={seed}", f"--junitxml={report}",
    ]  # fmt: skip
    report.unlink(missing_ok=True)
    began = time.monotonic()
    with _conditions(condition):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    verdicts = _verdicts(report) if report.exists() else {}
    bad = any(verdict not in GOOD for verdict in verdicts.values())
    if done.returncode != (1 if bad else 0):  # it ended before its time, so nothing is known
        said = done.stdout[-4000:] + done.stderr[-1000:]
        raise SystemExit(f"{condition}, seed {seed}: pytest ended with {done.returncode}\n{said}")
    return Run(condition, seed, time.monotonic() - began, verdicts)


def _verdicts(report: Path) -> dict[str, str]:
    """What each test of a JUnit report said."""
    verdicts = {}
    for case in ElementTree.parse(report).iter("testcase"):
        bad = [tag for tag in ("failure", "error", "skipped") if case.find(tag) is not None]
        verdict = {"failure": "failed"}.get(bad[0], bad[0]) if bad else "passed"
        verdicts[f"{case.get('classname')}::{case.get('name')}"] = verdict
    return verdicts


@contextlib.contextmanager
def _conditions(condition: str) -> Iterator[None]:
    """Hold what the condition's name says for the processes started meanwhile."""
    cores = os.sched_getaffinity(0)
    busy: list[subprocess.Popen[bytes]] = []
    try:
        if condition == "one core":
            os.sched_setaffinity(0, {min(cores)})
        if condition == "beside a load":
            busy = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in cores]
        yield
    finally:
        os.sched_setaffinity(0, cores)
        for process in busy:
            process.kill()
            process.wait()


def _fingerprint(tests: Sequence[str]) -> str:
    """The code as it is, changes that are not committed included, and which tests were chosen."""
    state = [
        subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout
        for words in (["rev-parse", "HEAD"], ["diff", "HEAD"])
    ]
    return hashlib.sha256(b"\0".join([*state, *map(str.encode, tests)])).hexdigest()[:12]


if __name__ == "__main__":
    sys.exit(main())
