"""Work that takes longer than a page may: syncs, imports, sign-ins. Each has a thread, and a page that shows it."""

import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from deepday.errors import DeepdayError, InputError
from deepday.model import Secret

PATIENCE = 600.0
"""Seconds that a sign-in waits for an answer, as long as the vendors' own pages do."""

_MOST = 50
_OPTION = re.compile(r"(?<!\S)--([a-z]+(?:-[a-z]+)*)")
_OR_ELSE = re.compile(r"(?:Add|Give) --[a-z-]+(?: [^\s,]+)?, or (\w)")
_ASIDE = re.compile(r" \([^()]*--[a-z][^()]*\)")


@dataclass(frozen=True, slots=True)
class Said:
    """What the page tells somebody about what they did. ``kind``: done, note or trouble. ``undo``: it can be undone."""

    kind: str
    lines: tuple[str, ...]
    undo: bool = False


def done(*lines: str, undo: bool = False) -> Said:
    """Tell that something was done."""
    return Said("done", tuple(filter(None, lines)), undo)


def trouble(error: DeepdayError) -> Said:
    """Tell what went wrong, and what to do; options of commands are named as the page's fields are."""
    return Said("trouble", tuple(as_fields(one) for one in (*error.what.split("\n"), error.advice) if one))


def as_fields(text: str) -> str:
    """Return a sentence that is not about a command with its options as words: "--stop-if" as "stop if"."""
    if "deepday " in text:
        return text
    text = _OR_ELSE.sub(lambda found: found[1].upper(), _ASIDE.sub("", text))
    said = _OPTION.sub(lambda found: found[1].replace("-", " "), text)
    return said[:1].upper() + said[1:] if text.startswith("--") else said


@dataclass(slots=True)
class Task:
    """One piece of work, and the person who may have to answer it; satisfies :class:`deepday.connect.Dialogue`.

    ``page``: an address to open; ``code``: to type there; ``question``: a secret that is waited for. ``back``: the page
    that it belongs to. ``report`` takes what came of it.
    """

    name: str
    back: str
    report: Callable[[tuple["Said", ...]], None]
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    lines: list[str] = field(default_factory=list)
    progress: str = ""
    page: str = ""
    code: str = ""
    question: str = ""
    _answer: Secret | None = None
    _answered: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._over.is_set()

    def tell(self, what: str, done: int, total: int) -> None:
        """Note how far it is; satisfies :class:`deepday.connect.Progress`."""
        self.progress = f"{what}: {done} of {total}" if total else f"{what}: {done}"

    def say(self, words: str) -> None:
        """Show a sentence."""
        self.lines.append(words)

    def open_page(self, address: str) -> None:
        """Show the address of a page."""
        self.page = _followed(address)

    def show_code(self, address: str, code: str) -> None:
        """Show a page, and a code to type there."""
        self.page, self.code = _followed(address), code

    def ask_secret(self, question: str) -> Secret:
        """Wait until somebody answers on the page."""
        self.question = question
        if not self._answered.wait(PATIENCE) or self._answer is None:
            raise InputError("Nobody answered in time.", "Begin again.")
        answer, self._answer, self.question = self._answer, None, ""
        self._answered.clear()
        return answer

    def answer(self, secret: str) -> None:
        """Hand in what was asked for."""
        if self.question and secret:
            self._answer = Secret(secret)
            self._answered.set()

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._over.wait(seconds)

    def run(self, work: Callable[["Task"], tuple[Said, ...]]) -> None:
        """Do the work, and keep what came of it."""
        try:
            self.report(work(self))
        except DeepdayError as error:
            self.report((trouble(error),))
        except Exception as error:  # noqa: BLE001 - the thread's last chance to say so; its details may hold anything
            self.report((Said("trouble", (f"Something unexpected happened: {type(error).__name__}.",)),))
        finally:
            self._over.set()


def _followed(address: str) -> str:
    if urlsplit(address).scheme not in {"https", "http"}:
        raise InputError("The service named a page that is no web address.", "Report it.")
    return address


class Tasks:
    """The newest pieces of work of this process."""

    def __init__(self) -> None:
        self._tasks: OrderedDict[str, Task] = OrderedDict()
        self._lock = threading.Lock()

    def start(
        self,
        name: str,
        back: str,
        work: Callable[[Task], tuple[Said, ...]],
        report: Callable[[tuple[Said, ...]], None],
    ) -> Task:
        """Begin a piece of work in a thread of its own, which ends with the process."""
        task = Task(name, back, report)
        with self._lock:
            self._tasks[task.id] = task
            while len(self._tasks) > _MOST:
                self._tasks.popitem(last=False)
        threading.Thread(target=task.run, args=(work,), name=f"deepday {name}", daemon=True).start()
        return task

    def find(self, identity: str) -> Task:
        """Return the task. Raises :class:`InputError` where it is not known any more."""
        with self._lock:
            found = self._tasks.get(identity)
        if found is None:
            raise InputError("This work is not known any more.", "Look at the page that it was begun on.")
        return found
