"""What reading costs the device that reads: its worker's and its page's time for each frame.

    python -m bench.device --frames 30 --json

As `bench.page`, with *Read on this device* chosen: `read` is the worker's time for one picture of
640×480, from drawing it to its scores (milliseconds, wall clock), beside all else the call does.
"""

from __future__ import annotations

import argparse
import json

from bench.page import print_thread, run


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = run(options.frames, device=True)
    if options.json:
        print(json.dumps(result))
        return
    read = result["read"]
    print(f"{result['frames']} frames; milliseconds for each:")
    print(f"  in the worker   {read['p50']} at the median, {read['p95']} at the 95th of 100")
    print_thread(result)


if __name__ == "__main__":
    main()
