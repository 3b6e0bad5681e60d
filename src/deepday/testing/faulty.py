"""A wrapper that makes chosen calls of any object fail, before or after they took effect."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any


class Faulty:
    """Passes everything on to ``inner``, except what was told to fail.

    It has the methods of the inner object, also for ``isinstance`` on ports. ``calls`` lists the names of the methods
    that were called, in order.
    """

    def __init__(self, inner: object) -> None:
        self._inner = inner
        self._planned: defaultdict[str, list[tuple[bool, Exception]]] = defaultdict(list)
        self.calls: list[str] = []

    def fail(self, method: str, error: Exception, *, times: int = 1, after: bool = False) -> None:
        """Let the next ``times`` calls of ``method`` raise ``error``; with ``after`` once they took effect."""
        self._planned[method] += [(after, error)] * times

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        return self._wrapped(name, found) if callable(found) else found

    def _wrapped(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            after, error = self._planned[name].pop(0) if self._planned[name] else (False, None)
            if error and not after:
                raise error
            result = method(*arguments, **named)
            if error:
                raise error
            return result

        return call
