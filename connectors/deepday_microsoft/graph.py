"""Requests to Graph: with fresh tokens, within bounds, each with an id of its own. Not light to import."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from deepday.clock import Clock
from deepday.connect import Feature, Refresh, TokenKeeper
from deepday.connect.http import Answer, HttpClient
from deepday.errors import DeepdayError, FatalError, OutcomeUnknownError, ReconnectNeededError
from deepday.model import TokenSet
from deepday_microsoft.errors import RECONNECT, SERVICE, graph_refusal
from deepday_microsoft.settings import Settings

MOST_PARTS = 20
"""Requests in one $batch."""

MOST_PAGES = 10_000
_AS_UTC = 'outlook.timezone="UTC"'
_LASTING_IDS = 'IdType="ImmutableId"'
_PLAIN_BODIES = 'outlook.body-content-type="text"'


def preferences(*, page: int = 0) -> dict[str, str]:
    """Return the headers for events: times in UTC, ids that survive a move, pages of that size."""
    wanted = [_AS_UTC, _LASTING_IDS]
    if page:
        wanted += [f"odata.maxpagesize={page}", _PLAIN_BODIES]
    return {"Prefer": ", ".join(wanted)}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request in a $batch: a path below the version, with its query, headers, and what is sent."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: object = None

    def numbered(self, number: int) -> dict[str, Any]:
        """Return it as a part of a $batch."""
        part = {"id": str(number), "method": self.method, "url": self.path, "headers": dict(self.headers)}
        if self.body is None:
            return part
        return part | {"headers": {**self.headers, "Content-Type": "application/json"}, "body": self.body}


class Graph:
    """Graph v1.0 for one account. ``skew``: seconds by which its clock was ahead at the last answer."""

    def __init__(
        self, http: HttpClient, settings: Settings, tokens: TokenKeeper, refresh: Refresh, clock: Clock
    ) -> None:
        self._http = http
        self._settings = settings
        self._tokens = tokens
        self._refresh = refresh
        self._clock = clock
        self.skew: float | None = None

    def now(self) -> int:
        """Return the present in UTC seconds."""
        return int(self._clock.now().timestamp())

    def granted(self) -> TokenSet:
        """Return the tokens as they are now."""
        return self._tokens.fresh(self._refresh)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        safe: bool | None = None,
    ) -> Answer:
        """Send a request and return the answer, whatever its status but 401.

        ``path`` begins with a slash; ``query`` is added to it. Raises what :meth:`HttpClient.send` raises, and
        :class:`ReconnectNeededError` when renewed tokens are refused as well.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        options: dict[str, Any] = {} if body is None else {"json": body}
        tokens = self.granted()
        answer = self._once(method, target, tokens, dict(headers or {}), safe, options)
        if answer.status != 401:
            return answer
        tokens = self._tokens.renewed(tokens, self._refresh)
        answer = self._once(method, target, tokens, dict(headers or {}), safe, options)
        if answer.status == 401:
            raise ReconnectNeededError(f"{SERVICE} refuses the sign-in.", RECONNECT)
        return answer

    def _once(
        self,
        method: str,
        target: str,
        tokens: TokenSet,
        headers: dict[str, str],
        safe: bool | None,  # noqa: FBT001 - passed on
        options: dict[str, Any],
    ) -> Answer:
        headers["Authorization"] = f"Bearer {tokens.access.reveal()}"
        headers["client-request-id"] = str(uuid.uuid4())
        answer = self._http.send(method, target, safe=safe, headers=headers, **options)
        self._note_time(answer)
        return answer

    def _note_time(self, answer: Answer) -> None:
        try:
            shown = parsedate_to_datetime(answer.headers.get("date", ""))
            self.skew = (shown - self._clock.now()).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return

    def get(
        self,
        path: str,
        feature: Feature,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Read an object. Raises what the refusal means."""
        return self.read(self.send("GET", path, query=query, headers=headers), feature)

    def read(self, answer: Answer, feature: Feature) -> dict[str, Any]:
        """Return the object that an answer to a safe request holds. Raises what the refusal means."""
        refused = self.refused(answer, feature, safe=True)
        if refused:
            raise refused
        body = answer.json()
        if not isinstance(body, dict):
            raise FatalError(f"{SERVICE} sent an answer that makes no sense.", "Try again later.")
        return body

    def written(self, answer: Answer, feature: Feature) -> dict[str, Any]:
        """Return the object that an answer to a write holds. Raises what the refusal means.

        Raises :class:`OutcomeUnknownError` for a success that cannot be read: it may have come from elsewhere.
        """
        refused = self.refused(answer, feature, safe=False)
        if refused:
            raise refused
        body: Any = None
        try:
            body = json.loads(answer.data)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise OutcomeUnknownError(f"{SERVICE} took the request, but its answer makes no sense.")
        return body

    def refused(self, answer: Answer, feature: Feature, *, safe: bool) -> DeepdayError | None:
        """Return what a refusal means, ``None`` for a success."""
        app_only = self._settings.app_only
        return graph_refusal(answer, self._clock.now(), feature, safe=safe, app_only=app_only)

    def below(self, link: object) -> str:
        """Return the path below Graph's address that a link in an answer leads to.

        Raises :class:`FatalError` for a link elsewhere: a token must not go there.
        """
        text = link if isinstance(link, str) else ""
        for beginning in self._settings.graph_links:
            if text.startswith(beginning):
                return text[len(beginning) - 1 :]
        raise FatalError(f"{SERVICE} sent a link to another address.", "Check --base-url, or report this.")

    def pages(
        self, path: str, feature: Feature, *, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> Iterator[Mapping[str, Any]]:
        """Give the rows of a collection over all its pages."""
        target = f"{path}?{urlencode(query)}"
        for _ in range(MOST_PAGES):
            body = self.get(target, feature, headers=headers)
            yield from rows_of(body)
            if "@odata.nextLink" not in body:
                return
            target = self.below(body["@odata.nextLink"])
        raise FatalError(f"{SERVICE} sends pages without an end.", "Please report this.")

    def batch(self, parts: Sequence[Ask]) -> list[Answer | None]:
        """Ask for up to :data:`MOST_PARTS` things at once, in no order; ``None`` where no answer came.

        Raises what the refusal of the whole means.
        """
        safe = all(part.method == "GET" for part in parts)
        numbered = [part.numbered(number) for number, part in enumerate(parts)]
        answer = self.send("POST", "/$batch", body={"requests": numbered}, safe=safe)
        body = self.read(answer, Feature.READ) if safe else self.written(answer, Feature.READ)
        responses = body.get("responses")
        found = (
            {str(one.get("id")): one for one in responses if isinstance(one, dict)}
            if isinstance(responses, list)
            else {}
        )
        return [_part(found.get(str(number))) for number in range(len(parts))]


def _part(response: Mapping[str, Any] | None) -> Answer | None:
    if response is None or not isinstance(response.get("status"), int):
        return None
    given = response.get("headers")
    headers = {str(name).lower(): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    return Answer(response["status"], headers, json.dumps(response.get("body")).encode())


def rows_of(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the rows of a collection's page. Raises :class:`FatalError` when it is none."""
    rows = body.get("value")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FatalError(f"{SERVICE} sent a page that makes no sense.", "Try again later.")
    return rows
