"""What the host signs for requests of its own, and signs again in good time."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable


class Signatures:
    """Signatures that hold for `seconds`, each kept for half of that. Threads may share it.

    Whoever checks them looks at the clock, and so does this: after a computer slept they are older
    than monotonic time says, and after its clock was set back they are from the future.
    """

    def __init__(self, seconds: float) -> None:
        self._keep = seconds / 2
        self._kept: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def get(self, subject: str, sign: Callable[[], str]) -> str:
        """The signature for a subject; from `sign` if none is kept."""
        with self._lock:
            now = time.time()
            signature, since = self._kept.get(subject, ("", math.inf))
            if not 0 <= now - since < self._keep:
                signature = sign()
                self._kept = {k: one for k, one in self._kept.items() if now - one[1] < self._keep}
                self._kept[subject] = (signature, now)
            return signature
