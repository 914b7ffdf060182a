"""What a run may still spend, shared by the threads that ask."""

import threading


class Budget:
    """Tokens that may be spent. What is on its way counts with its estimate until it is known.

    Where an answer took more than was set aside for it, so much more is set aside for each other from then on: it is
    overspent at most by what answers take beyond that.

    Args:
        most: tokens in all; None where there is no bound.

    Attributes:
        spent: whether a request was not sent for want of tokens.
    """

    def __init__(self, most: int | None) -> None:
        self.spent = False
        self._left = most
        self._set_aside = 0
        self._under_way = 0
        self._short = 0
        self._closed = False
        self._changed = threading.Condition()

    def take(self, estimate: int) -> bool:
        """Set tokens aside for a request, and return whether it may be sent; wait while that hangs on those on their way.

        Once one request is told that no tokens are left for it, so is each one after it.
        """
        with self._changed:
            while not self._closed:
                aside = self._set_aside + estimate + (self._under_way + 1) * self._short
                if self._left is None or aside <= self._left:
                    self._set_aside += estimate
                    self._under_way += 1
                    return True
                if self._under_way:
                    self._changed.wait()
                else:
                    self.spent = True
                    self._close()
            return False

    def settle(self, estimate: int, spent: int) -> None:
        """Give back what was set aside for a request, less what its answer took; both in tokens."""
        with self._changed:
            self._set_aside -= estimate
            self._under_way -= 1
            self._short = max(self._short, spent - estimate)
            if self._left is not None:
                self._left -= spent
            self._changed.notify_all()

    def close(self) -> None:
        """Give nothing any more."""
        with self._changed:
            self._close()

    def _close(self) -> None:
        self._closed = True
        self._changed.notify_all()
