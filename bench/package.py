"""What goes to Azure: the package's version, size, cold import, and memory after the first reading.

    python -m bench.package [--json]

The package is written as `.funcignore` leaves it and unpacked into an empty folder; it runs in an
environment that holds `requirements.txt` and nothing else. Medians of five processes; memory is
resident (VmRSS), so this needs Linux.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

from functions import __version__
from infra import package

_ENVIRONMENT = package.ROOT / ".stamps" / "package"
_FACE = package.ROOT / "tests" / "faces" / "astronaut.jpg"
_RUNS = 5
_SETTINGS = {
    "FramesStorage": "UseDevelopmentStorage=true",
    "AzureSignalRConnectionString": "Endpoint=http://127.0.0.1:8888;AccessKey=k;Version=1.0;",
    "TICKET_KEY": "k" * 32,
}
_PROBE = """
import json, sys, time
def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
began = time.perf_counter()
import function_app
imported, after_import = time.perf_counter() - began, resident()
from functions.reader.embedded import EmbeddedReader
began = time.perf_counter()
faces = EmbeddedReader().read(open(sys.argv[1], "rb").read())
assert faces
print(json.dumps({
    "import_s": imported,
    "first_reading_s": time.perf_counter() - began,
    "resident_after_import_mb": after_import,
    "resident_after_reading_mb": resident(),
}))
"""


def environment(*extra: str) -> Path:
    """A Python with `requirements.txt` and the `extra` packages; its environment is made once.

    Raises:
        subprocess.SubprocessError: a package could not be installed.
    """
    wanted = (package.ROOT / "requirements.txt").read_text() + " ".join(extra)
    folder = _ENVIRONMENT / hashlib.sha256(wanted.encode()).hexdigest()[:12]
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = f"{python} -m pip install --quiet --disable-pip-version-check".split()
        locked = ["--require-hashes", "-r", str(package.ROOT / "requirements.txt")]
        for wanted_now in filter(None, (locked, list(extra))):
            subprocess.run([*install, *wanted_now], check=True, timeout=600)
        (folder / "complete").touch()
    return python


def unpack(folder: Path) -> int:
    """Unpack the package into `folder`; answers its size as a zip file, in bytes."""
    archive = folder.with_suffix(".zip")
    package.write(archive)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    return archive.stat().st_size


def size(folder: Path, without: Sequence[str] = ()) -> int:
    """Bytes of the files in a folder, but for what lies in folders named `without`."""
    return sum(
        file.stat().st_size
        for file in folder.rglob("*")
        if file.is_file() and not set(without) & set(file.relative_to(folder).parts)
    )


def measure() -> dict[str, float]:
    """Sizes of the package and its libraries in 10⁶ bytes, and medians over five processes.

    Returns:
        Times in seconds (`_s`) and memory in 2²⁰ bytes (`resident_…_mb`) for the import and the
        first reading.

    Raises:
        subprocess.SubprocessError: the package could not be installed, or did not run.
    """
    python = environment()
    (libraries,) = python.parent.parent.glob("lib/python3.*/site-packages")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "package"
        zipped = unpack(folder)
        unpacked = size(folder)
        runs = [_probe(python, folder) for _ in range(_RUNS)]
    megabyte = 1e6
    return {
        "zip_mb": round(zipped / megabyte, 2),
        "unpacked_mb": round(unpacked / megabyte, 2),
        "libraries_mb": round(
            size(libraries, without=("pip", "setuptools", "__pycache__")) / megabyte, 1
        ),
        **{name: round(statistics.median(run[name] for run in runs), 2) for name in runs[0]},
    }


def _probe(python: Path, folder: Path) -> dict[str, float]:
    began = time.perf_counter()
    run = subprocess.run(
        [python, "-c", _PROBE, _FACE],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **_SETTINGS},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    figures: dict[str, float] = json.loads(run.stdout)
    return {"process_s": time.perf_counter() - began, **figures}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.package",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    as_json = parser.parse_args().json
    figures: dict[str, str | float] = {"version": __version__, **measure()}
    if as_json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:26} {value}")


if __name__ == "__main__":
    main()
