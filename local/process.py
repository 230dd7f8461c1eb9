"""A supervised child process: started, awaited, restarted when it dies, ended with its parent."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Final, TextIO

OUTPUT_LINES: Final = 200
READY_SECONDS: Final = 120.0  # a machine may be slow; a death is reported at once
QUICK_DEATH_SECONDS: Final = 10.0
MAX_QUICK_DEATHS: Final = 5
STOP_SECONDS: Final = 20.0
DRAIN_SECONDS: Final = 10.0  # its pipes end with it, unless somebody else holds them
_POLL_SECONDS: Final = 0.02

_SECRET = re.compile(r"\b(sig|access_token|code|AccessKey|AccountKey)=[^&;\s\"']+")
# From util-linux, which every Debian and Fedora has. A `preexec_fn` would fork this process with
# all its threads' locks, and could hang it for ever.
_SETPRIV: Final = shutil.which("setpriv") if sys.platform == "linux" else None
_END_WITH_PARENT: Final = [_SETPRIV, "--pdeathsig", "KILL", "--"] if _SETPRIV else []


class ChildFailedError(Exception):
    """A child did not start or died too often. The text ends with its last output."""


class Child:
    """One process of the stack and the thread that keeps it alive.

    `ready` is called every 20 ms until it is true. Then `on_ready` runs once per start, before
    `wait_ready` returns; an exception in it counts as a death. `on_line` receives the lines of
    standard output, which are not echoed then. All other output goes to `log`, with the child's
    name in front.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        ready: Callable[[], bool],
        on_ready: Callable[[], None] = lambda: None,
        on_line: Callable[[str], None] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        log: TextIO,
    ) -> None:
        self.name = name
        self.output: deque[str] = deque(maxlen=OUTPUT_LINES)
        self.starts = 0
        self._command = list(command)
        self._env = dict(env)
        self._cwd = cwd
        self._is_ready = ready
        self._on_ready = on_ready
        self._on_line = on_line
        self._stop_signal = stop_signal
        self._log = log
        self._process: subprocess.Popen[str] | None = None
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._ended = threading.Event()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._supervise, name=name, daemon=True)

    def start(self) -> None:
        """Begins supervision; returns at once."""
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The present process id; None between a death and the next start."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def failed(self) -> bool:
        """Whether it was given up."""
        return self._ended.is_set() and not self._stopping.is_set()

    def wait_ready(self, timeout: float = READY_SECONDS, *, after_start: int = 0) -> None:
        """Waits until it is ready after a start later than number `after_start` (from 1).

        Raises ChildFailedError if it was given up or the time is over.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            while not (self._ready.is_set() and self.starts > after_start):
                if self._ended.is_set() or time.monotonic() >= deadline:
                    raise ChildFailedError(self._report())
                self._changed.wait(min(0.1, deadline - time.monotonic()))

    def wait_output(self, text: str, timeout: float = READY_SECONDS) -> bool:
        """Whether one of the last lines holds `text`, now or within `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(
                lambda: any(text in line for line in self.output), timeout
            )

    def kill(self) -> int:
        """Kills the process group with SIGKILL; returns the number of the start it ended."""
        life = self.starts
        with self._changed:
            self._ready.clear()
        self._signal(signal.SIGKILL)
        return life

    def stop(self) -> None:
        """Ends the process group: with its stop signal, then by force. Safe to call twice."""
        self._stopping.set()
        self._signal(self._stop_signal)
        if self._thread.ident is None:
            return
        self._thread.join(STOP_SECONDS)
        self._signal(signal.SIGKILL)
        self._thread.join(STOP_SECONDS)

    def _supervise(self) -> None:
        # The parent death signal comes when the *thread* that forked the child ends, so this
        # thread starts the process and stays until it is gone.
        quick_deaths = 0
        while not self._stopping.is_set() and quick_deaths < MAX_QUICK_DEATHS:
            began = time.monotonic()
            try:
                self._live_once()
            except Exception as error:  # on_ready is the caller's: its failure is a death
                if not self._stopping.is_set():
                    self._echo(f"{type(error).__name__}: {error}")
            with self._changed:
                self._ready.clear()
            if self._stopping.is_set():
                break
            lived = time.monotonic() - began
            quick_deaths = quick_deaths + 1 if lived < QUICK_DEATH_SECONDS else 1
            self._echo(f"ended with code {self._code()} after {lived:.1f} s")
            if not self.starts:
                break  # a child that never ran needs a repair, not another try
            self._stopping.wait(min(0.05 * 2**quick_deaths, 2.0))
        with self._changed:
            self._ended.set()
            self._changed.notify_all()

    def _live_once(self) -> None:
        process = subprocess.Popen(
            [*_END_WITH_PARENT, *self._command],
            env=self._env,
            cwd=self._cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            bufsize=1,
            start_new_session=True,
        )
        self._process = process
        assert process.stdout is not None
        assert process.stderr is not None
        readers = [
            threading.Thread(target=self._read, args=(process.stdout, self._on_line), daemon=True),
            threading.Thread(target=self._read, args=(process.stderr, None), daemon=True),
        ]
        for reader in readers:
            reader.start()
        try:
            self._until_ready(process)
            process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # it, or what it left behind
            process.wait()
            for reader in readers:
                reader.join(DRAIN_SECONDS)
            process.stdout.close()
            process.stderr.close()

    def _until_ready(self, process: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._is_ready():
            if process.poll() is not None:
                return
            if time.monotonic() > deadline or self._stopping.wait(_POLL_SECONDS):
                raise TimeoutError("it was not ready in time")
        self._on_ready()
        with self._changed:
            self.starts += 1
            self._ready.set()
            self._changed.notify_all()

    def _read(self, stream: IO[str], on_line: Callable[[str], None] | None) -> None:
        with contextlib.suppress(ValueError, OSError):
            for line in stream:
                if on_line is not None:
                    on_line(line)
                else:
                    self._echo(line.rstrip("\n"))

    def _echo(self, line: str) -> None:
        line = _SECRET.sub(r"\1=…", line)
        with contextlib.suppress(ValueError, OSError):
            self._log.write(f"[{self.name}] {line}\n")
            self._log.flush()
        with self._changed:  # who waits for the line finds it in the log, too
            self.output.append(line)
            self._changed.notify_all()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def _code(self) -> int | None:
        return self._process.returncode if self._process else None

    def _report(self) -> str:
        last = "\n".join(f"  {line}" for line in list(self.output)[-10:])
        return f"{self.name} does not run; its last words:\n{last or '  (none)'}"
