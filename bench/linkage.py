"""How often a nameless reading of a room-only call can be put to a name, against pure chance.

    python -m bench.linkage [--runs 20] [--seconds 120] [--json]

An onlooker agrees to nothing, hears who joins and when, and hears every nameless reading.

- By time: three people's frames are taken by the page's own pace (`frontend/src/frame/pace.ts`) on
  a virtual clock, and arrive after a random way of some 40 ms. The onlooker knows how the pace
  draws its pauses and follows the likeliest assignments (a beam search). `steady` is the same
  attack on frames every two seconds from one's joining, as in an open room: it shows that the
  attack works.
- By scores: three people who look alike are read by name first, and without names afterwards (a
  photograph in three lights and tilts, with a sensor's noise, by the embedded reader). The
  onlooker takes the person whose mean is nearest. `full scores` is the same attack on a reading's
  own scores.

An own word needs no attack: without a name it looks as a reading does (`Face.nameless`).

Each figure is the mean over the runs, with its standard error by bootstrap over the runs.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from bench.degrade import darken, tilt
from functions.contract import Expression, Face
from functions.reader.embedded import EmbeddedReader

ROOT = Path(__file__).parents[1]
FRONTEND = ROOT / "frontend"
PACE = FRONTEND / "src" / "frame" / "pace.ts"
FACE = ROOT / "local" / "site" / "demonstration" / "neutral.jpg"
PEOPLE = 3
LEAST_PAUSE, MEAN_PAUSE, MOST_PAUSE = 1.0, 2.0, 6.0  # s, as pace.ts draws them
STEADY = 2.0  # s, the pace of an open room
_WAY = (4, 0.01)  # shape and scale in s of a frame's way to the room, gamma distributed
_BEAM = 60  # assignments kept
_NEVER = -12.0  # log likelihood of what the pace cannot do but a slow network can
_NAMED, _NAMELESS = 10, 20  # readings of each person
_TIMEOUT = 60  # s for each child

Heard = list[tuple[float, int]]
"""When each nameless reading came, and whose it is."""


class Onlooker:
    """Assigns nameless readings to people by what the pace makes likely."""

    def __init__(self, joined: Sequence[float], likelihood: Callable[[float, bool], float]) -> None:
        """Takes what the onlooker knows.

        Args:
            joined: when each person came, in s.
            likelihood: the log likelihood of a frame so many s after the person's last one, or
                after their joining (True).
        """
        self._joined = tuple(joined)
        self._likelihood = likelihood

    def assign(self, heard: Heard, random: np.random.Generator) -> list[int]:
        """Whose each reading most likely is; equals are drawn by lot."""
        states: list[_State] = [(0.0, self._joined, ())]
        for at, _ in heard:
            best: dict[tuple[float, ...], _State] = {}
            for state in states:
                for score, last, whose in self._next(state, at):
                    if last not in best or best[last][0] < score:
                        best[last] = (score, last, whose)
            lots = random.random(len(best))
            ranked = sorted(zip(best.values(), lots, strict=True), key=lambda s: (-s[0][0], s[1]))
            states = [state for state, _ in ranked[:_BEAM]]
        return list(states[0][2])

    def _next(self, state: _State, at: float) -> Iterator[_State]:
        score, last, whose = state
        overdue = sum(at - since > MOST_PAUSE + 1 for since in last)
        for person, since in enumerate(last):
            fits = self._likelihood(at - since, since == self._joined[person])
            then = (*last[:person], at, *last[person + 1 :])
            yield score + fits - overdue, then, (*whose, person)


_State = tuple[float, tuple[float, ...], tuple[int, ...]]
"""How well an assignment fits, when each person's last reading came, and whose each was."""


def paced(joined: Sequence[float], seconds: float, module: Path) -> list[list[float]]:
    """The times (s) at which each person's page takes frames in room-only mode.

    They come from the page's own code, run by Node on a virtual clock.

    Args:
        joined: when each person joined (s).
        seconds: the end of the call.
        module: `pace.ts` as a module for Node; see `bundled`.

    Raises:
        subprocess.SubprocessError: Node failed, or took over a minute.
    """
    script = Path(__file__).with_name("pace_times.mjs")
    command = ["node", str(script), str(module), str(seconds), *map(str, joined)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=_TIMEOUT)
    times: list[list[float]] = json.loads(done.stdout)
    return times


def steady(joined: Sequence[float], seconds: float) -> list[list[float]]:
    """The times (s) of frames every two seconds from each person's joining, as in an open room."""
    return [list(np.arange(start, seconds, STEADY)) for start in joined]


def by_pauses(since: float, joining: bool) -> float:
    """The log likelihood, up to a constant, of a frame `since` seconds after the last: random pace.

    It is 0 for every pause that the page can draw, and `_NEVER` for all others. After `joining`
    there is no shortest pause.
    """
    possible = (joining or since > LEAST_PAUSE - 0.1) and since < MOST_PAUSE + 0.5
    return 0 if possible else _NEVER


def by_beat(since: float, _: bool) -> float:
    """The log likelihood, up to a constant, of a frame `since` seconds after the last: steady pace.

    It is a normal distribution around each multiple of two seconds, with a deviation of 0.05 s,
    less 1 for each beat that was left out; it is never below `_NEVER`.
    """
    off = (since + STEADY / 2) % STEADY - STEADY / 2
    return max(-0.5 * (off / 0.05) ** 2 - abs(round(since / STEADY) - 1), _NEVER)


def named_by_time(
    take: Callable[[Sequence[float]], list[list[float]]],
    likelihood: Callable[[float, bool], float],
    random: np.random.Generator,
) -> float:
    """The share (0 to 1) of one call's readings that the times give to the right person.

    Args:
        take: from joining times (s) to each person's frame times (s).
        likelihood: as for `Onlooker`.
        random: draws when people join and how long a frame takes to the room.
    """
    joined = sorted(random.uniform(0, 20, PEOPLE))
    heard = sorted(
        (at + random.gamma(*_WAY), person)
        for person, times in enumerate(take(joined))
        for at in times
        if at >= joined[-1]  # among fewer than three nothing is sent
    )
    guesses = Onlooker(joined, likelihood).assign(heard, random)
    return float(
        np.mean([guess == whose for guess, (_, whose) in zip(guesses, heard, strict=True)])
    )


def named_by_scores(
    people: Sequence[Sequence[Face]],
    told: Callable[[Face], Face],
    random: np.random.Generator,
) -> float:
    """The share (0 to 1) of nameless faces whose scores are nearest to their own person's mean.

    Args:
        people: each person's faces: ten sent by name, then the nameless ones.
        told: what the room is sent of a nameless face.
        random: decides between equal distances.
    """
    named = [[_scores(face) for face in faces[:_NAMED]] for faces in people]
    means = np.stack([np.mean(faces, axis=0) for faces in named])
    right = []
    for whose, faces in enumerate(people):
        for face in faces[_NAMED:]:
            distances = np.linalg.norm(means - _scores(told(face)), axis=1)
            # Without a difference between them the onlooker draws lots.
            right.append(int(np.lexsort((random.random(PEOPLE), distances.round(9)))[0]) == whose)
    return float(np.mean(right))


def _scores(face: Face) -> npt.NDArray[np.float64]:
    return np.array([face.scores[expression] for expression in Expression])


def lookalikes(random: np.random.Generator) -> list[list[Face]]:
    """Three people's readings, 30 each: one photograph in three lights and tilts, with noise."""
    reader = EmbeddedReader()
    picture = np.asarray(Image.open(FACE).convert("RGB"))
    people = []
    for light, degrees in ((0.9, 0), (0.6, 5), (0.75, -5)):
        seen = tilt(picture, degrees)
        shots = [darken(seen, light, random) for _ in range(_NAMED + _NAMELESS)]
        people.append([reader.read(_jpeg(shot))[0] for shot in shots])
    return people


def _jpeg(picture: npt.NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=80)
    return file.getvalue()


def bundled(source: Path, folder: Path) -> Path:
    """One of the page's modules, with all that it imports, as a file that Node can run."""
    out = folder / f"{source.stem}.mjs"
    rolldown = FRONTEND / "node_modules" / ".bin" / "rolldown"
    command = [str(rolldown), str(source), "--file", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT)
    return out


def measure(runs: int, seconds: float, seed: int = 1) -> dict[str, tuple[float, float]]:
    """Each attack's mean share of right names over the runs, and its standard error."""
    random = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as folder:
        module = bundled(PACE, Path(folder))
        attacks: dict[str, Callable[[], float]] = {
            "by time": lambda: named_by_time(
                lambda joined: paced(joined, seconds, module), by_pauses, random
            ),
            "by time, steady": lambda: named_by_time(
                lambda joined: steady(joined, seconds), by_beat, random
            ),
            "by scores": lambda: named_by_scores(lookalikes(random), Face.nameless, random),
            "by scores, full scores": lambda: named_by_scores(
                lookalikes(random), lambda face: face, random
            ),
        }
        shares = {name: [attack() for _ in range(runs)] for name, attack in attacks.items()}
    return {
        name: (float(np.mean(all_)), bootstrapped_error(np.array(all_), random))
        for name, all_ in shares.items()
    }


def bootstrapped_error(shares: npt.NDArray[np.float64], random: np.random.Generator) -> float:
    """The standard error of the mean of these shares, from 2,000 samples of the runs."""
    drawn = random.choice(shares, (2_000, len(shares)))
    return float(drawn.mean(axis=1).std())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.linkage",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.runs, options.seconds)
    if options.json:
        print(json.dumps({"chance": 1 / PEOPLE, "named": result}))
        return
    print(f"Readings put to the right name, of {PEOPLE} people, {options.runs} runs:")
    print(f"{'chance':<24}{1 / PEOPLE:6.1%}")
    for name, (share, error) in result.items():
        print(f"{name:<24}{share:6.1%} ± {error:.1%}")


if __name__ == "__main__":
    main()
