"""How the service is, for those who watch it: no session is needed, and nothing here is about a person.

``/healthz``: the process answers. ``/readyz``: its store can be read, and beats come. ``/metrics``: counts, in the text
format of Prometheus.
"""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from deepday import __version__
from deepday.app.gauges import gauges
from deepday.app.storing import store_answers
from deepday.app.vitals import Vitals

_COUNTS = {
    "beats": ("Rounds of looking and doing what is due.", ("result",)),
    "changes": ("Changes in accounts.", ("service", "result")),
    "syncs": ("Readings of an account's calendars and activity.", ("result",)),
}

_GAUGES = {
    "deepday_requests_open": "Urgent requests that have no end yet.",
    "deepday_requests_overdue": "Those with which nothing has gone on for five minutes after it was due.",
    "deepday_messages_stuck": "Messages that were due five minutes ago, and are not known to be sent.",
    "deepday_accounts": "Connected accounts.",
    "deepday_accounts_to_reconnect": "Those whose owner must sign in again.",
    "deepday_self_audit_findings": "What the last self-audit found.",
    "deepday_self_audit_age_seconds": "Seconds since a self-audit last passed.",
}


def health_routes(vitals: Vitals) -> list[Route]:
    """Return the three paths."""
    registry = _registry(vitals)

    async def healthy(_: Request) -> Response:
        return PlainTextResponse("ok")

    def ready(_: Request) -> Response:
        return PlainTextResponse("not ready", 503) if vitals.stuck or not store_answers() else PlainTextResponse("ok")

    def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return [Route("/healthz", healthy), Route("/readyz", ready), Route("/metrics", metrics)]


class _Collector:
    """Turns counts into metrics when they are asked for."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals

    def collect(self) -> Iterator[Metric]:
        info = GaugeMetricFamily("deepday_info", "Which deepday this is.", labels=["version"])
        info.add_metric([__version__], 1.0)
        yield info
        for name, (says, labels) in _COUNTS.items():
            family = CounterMetricFamily(f"deepday_{name}", says, labels=labels)
            for values, number in sorted(self._vitals.counted(name).items()):
                family.add_metric(values, number)
            yield family
        holds = float(self._vitals.settings_hold)
        yield GaugeMetricFamily("deepday_settings_usable", "1 while the settings file can be used as it is.", holds)
        if self._vitals.quiet is not None:
            says = "Seconds since a beat was last over."
            yield GaugeMetricFamily("deepday_beat_age_seconds", says, self._vitals.quiet)
        found = gauges(self._vitals.clock)
        for name, says in _GAUGES.items():
            value = found.get(name.removeprefix("deepday_"))
            if value is not None:
                yield GaugeMetricFamily(name, says, value)


def _registry(vitals: Vitals) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_Collector(vitals))
    ProcessCollector(registry=registry)
    return registry
