"""Read photographs from the command line: `python -m functions.reader IMAGE…` prints JSON."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

from functions.contract import UnreadError
from functions.reader.embedded import EmbeddedReader


def main() -> int:
    """Print one line of JSON for each image; the exit code is 1 if one could not be read."""
    parser = argparse.ArgumentParser(prog="python -m functions.reader", description=__doc__)
    parser.add_argument("images", nargs="+", type=Path, metavar="IMAGE", help="a JPEG file")
    reader = EmbeddedReader()
    failed = False
    for path in parser.parse_args().images:
        try:
            faces = [face.to_json() for face in reader.read_photograph(path.read_bytes())]
            result = {"image": str(path), "faces": faces}
        except (UnreadError, OSError) as error:
            result = {"image": str(path), "error": str(error)}
            failed = True
        print(json.dumps(result))  # ASCII: a terminal may know no other characters
    return int(failed)


if __name__ == "__main__":
    if sys.platform != "win32":
        # Where `head` has enough, the command ends as others do.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
