"""What a person sees while a command works: each step by name, how long it takes, and why one failed."""

import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

HEARTBEAT_SECONDS = 15.0
FRAME_SECONDS = 0.2


class StepFailed(Exception):
    """A step cannot be done; the text is one sentence: the cause, and what to do about it."""


@dataclass
class Step:
    """The step that is going on."""

    title: str
    detail: str = ""
    started: float = field(default_factory=time.monotonic)

    def note(self, detail: str) -> None:
        """Say what it is busy with now."""
        self.detail = detail

    @property
    def seconds(self) -> float:
        """How long it has been going on."""
        return time.monotonic() - self.started


@dataclass
class Steps:
    """Numbers the steps of one command, `done` of `total` having been done by the program that called it."""

    total: int
    done: int = 0

    @contextmanager
    def step(self, name: str) -> Generator[Step, None, None]:
        """Announce the step, keep showing that it is alive, and print how long it took."""
        self.done += 1
        step = Step(f"[{self.done}/{self.total}] {name}")
        stop = threading.Event()
        show = threading.Thread(target=_show, args=(step, stop), daemon=True)
        show.start()
        try:
            yield step
        except BaseException:
            stop.set()
            show.join()
            say(f"{step.title}: failed after {step.seconds:.1f} s", again=True)
            raise
        stop.set()
        show.join()
        say(f"{step.title}: {step.detail or 'done'} ({step.seconds:.1f} s)", again=True)


def say(text: str, *, again: bool = False) -> None:
    """Print a line; `again` replaces the moving line of a terminal."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\033[K{text}\n" if again else f"{text}\n")
    else:
        sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _show(step: Step, stop: threading.Event) -> None:
    terminal = sys.stdout.isatty()
    if not terminal:
        say(f"{step.title} ...")
    while not stop.wait(FRAME_SECONDS if terminal else HEARTBEAT_SECONDS):
        line = f"{step.title}: {step.detail or 'working'} ({step.seconds:.0f} s)"
        if terminal:
            sys.stdout.write(f"\r\033[K{line[:118]}")
            sys.stdout.flush()
        else:
            say(line)
