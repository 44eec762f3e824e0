"""What the commands print: steps with their time, and one sentence when a step cannot work."""

import contextlib
import signal
import sys
import threading
import time


class CannotGoOn(Exception):
    """A step cannot work; the message is one sentence that says what to do."""


def note(text):
    print(text, file=sys.stderr, flush=True)


class step(contextlib.ContextDecorator):
    """Announce a step, show that it is alive, and print how long it took."""

    def __init__(self, title, quiet_below=0.0):
        self.title = title
        self.quiet_below = quiet_below
        self.live = sys.stderr.isatty()

    def __enter__(self):
        self.started = time.monotonic()
        self.done = threading.Event()
        self.ticker = threading.Thread(target=self._tick, daemon=True)
        if not self.quiet_below and not self.live:
            note(f"== {self.title} ...")
        if self.live or not self.quiet_below:
            self.ticker.start()
        return self

    def __exit__(self, error_type, error, traceback):
        self.done.set()
        if self.ticker.is_alive():
            self.ticker.join()
        seconds = time.monotonic() - self.started
        if self.live:
            print("\r\033[K", end="", file=sys.stderr)
        if error_type is not None:
            note(f"== {self.title}: stopped after {seconds:.1f} s")
        elif seconds >= self.quiet_below:
            note(f"== {self.title}: {seconds:.1f} s")

    def _tick(self):
        while not self.done.wait(0.5 if self.live else 30):
            seconds = time.monotonic() - self.started
            if self.live:
                line = f"\r== {self.title} ... {seconds:.0f} s"
                print(line, end="", file=sys.stderr, flush=True)
            else:
                note(f"==   still at it after {seconds:.0f} s")


def _interrupt(signum, frame):
    raise KeyboardInterrupt


def run(main):
    """Run a command's main function: its refusals are one sentence, not a traceback."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    # A script that starts a command in the background makes it deaf to Ctrl-C.
    signal.signal(signal.SIGINT, _interrupt)
    try:
        code = main() or 0
    except CannotGoOn as refusal:
        note(str(refusal))
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
