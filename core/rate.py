"""How often somebody may do something, kept in the memory of one worker.

It slows a flood down at its source and needs no table; the limit that holds over all workers
is counted in the database.
"""

from collections import OrderedDict, deque
from threading import Lock
from time import monotonic

KEPT = 4096


class Window:
    """Counts events per key within a sliding window of seconds."""

    def __init__(self, limit, seconds, kept=KEPT, clock=monotonic):
        self.limit = limit
        self.seconds = seconds
        self._kept = kept
        self._clock = clock
        self._events = OrderedDict()
        self._lock = Lock()

    def allows(self, key):
        """Count one event of ``key``; return False when it is one too many."""
        now = self._clock()
        with self._lock:
            events = self._events.pop(key, None) or deque()
            while events and events[0] <= now - self.seconds:
                events.popleft()
            allowed = len(events) < self.limit
            if allowed:
                events.append(now)
            self._events[key] = events
            while len(self._events) > self._kept:
                self._events.popitem(last=False)
        return allowed

    def forget(self):
        """Start counting anew."""
        with self._lock:
            self._events.clear()
