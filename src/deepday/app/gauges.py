"""How many of what there is now, for those who watch a service: counts and ages, of nobody in particular."""

from deepday.app.accounts import Accounts, opened_accounts
from deepday.app.self_audit import LATE
from deepday.clock import Clock
from deepday.config.load import load_settings
from deepday.config.paths import database_location
from deepday.errors import DeepdayError
from deepday.model import ENDS
from deepday.route.policy import DAY
from deepday.store.repository import Store


def gauges(clock: Clock) -> dict[str, int]:
    """Return the figures by name; none where there is no store, or it cannot be read: ``/readyz`` tells that."""
    if not Store.exists(database_location()):
        return {}
    try:
        settings = load_settings()
        with opened_accounts(clock) as accounts:
            return _figures(accounts, (settings.me.email or "").lower(), settings.urgent.retention * DAY)
    except DeepdayError:
        return {}


def _figures(accounts: Accounts, person: str, retention: int) -> dict[str, int]:
    now = int(accounts.clock.now().timestamp())
    urgent, sign_ins = accounts.urgent(retention), accounts.tokens.sign_ins()
    under_way = [one for one in urgent.open_requests(person) if one.state not in ENDS]
    audited = accounts.store.self_audits().last()
    found = {
        "requests_open": len(under_way),
        "requests_overdue": sum(one.deadline < now - LATE for one in under_way),
        "messages_stuck": urgent.stuck_messages(person, now - LATE),
        "accounts": len(sign_ins),
        "accounts_to_reconnect": sum(bool(one.refused) for one in sign_ins),
        "self_audit_findings": len(audited.found),
    }
    if audited.passed_at:
        found["self_audit_age_seconds"] = now - audited.passed_at
    return found
