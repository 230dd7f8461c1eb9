"""`python -m functions.reader` prints what the reader sees."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests import waiting

FACES = Path(__file__).parents[1] / "faces"


def test_it_reads_photographs_and_names_what_it_cannot_read(tmp_path: Path) -> None:
    """One JSON object for each image; a file that is no JPEG gets an error and exit code 1."""
    text = tmp_path / "text.jpg"
    text.write_text("no image")
    run = subprocess.run(
        [sys.executable, "-m", "functions.reader", FACES / "astronaut.jpg", text],
        capture_output=True,
        text=True,
        timeout=waiting.PATIENCE,
        check=False,
    )
    read, unread = (json.loads(line) for line in run.stdout.splitlines())
    assert [face["expression"] for face in read["faces"]] == ["happiness"]
    assert unread["error"] == "unreadable"
    assert run.returncode == 1


def test_a_name_that_the_terminal_cannot_print_is_no_failure(tmp_path: Path) -> None:
    """An image whose name is not in the output's encoding is read; its JSON has the name."""
    image = tmp_path / "Zoë 😀.jpg"
    image.write_bytes((FACES / "astronaut.jpg").read_bytes())
    run = subprocess.run(
        [sys.executable, "-m", "functions.reader", image],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        timeout=waiting.PATIENCE,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["image"] == str(image)


def test_a_reader_of_its_output_may_stop() -> None:
    """As with `head`: who closes the output ends the command, which says nothing of it."""
    run = subprocess.Popen(
        [sys.executable, "-u", "-m", "functions.reader", *[FACES / "astronaut.jpg"] * 3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert run.stdout
    assert run.stderr
    run.stdout.close()
    assert run.stderr.read() == b""
    run.stderr.close()
    assert run.wait(waiting.PATIENCE) != 0
