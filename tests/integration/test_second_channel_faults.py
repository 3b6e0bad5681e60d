"""Slack itself answers with errors: the real SDK against the office, and real mail."""

from deepday.app.second_channel import Reach, SecondWays
from deepday.config.case_settings import SmtpSettings
from deepday_sandbox.office import Fault
from deepday_sandbox.office.faults import FaultKind
from tests.connectors.slack.slack_office import BEN as SLACK_BEN
from tests.integration.post_office import Post
from tests.integration.test_second_channel import GRACE_MAIL, post, servers  # noqa: F401 - fixtures
from tests.integration.test_urgent_slack import ANNA, ROOMS, TEAM, Live, live  # noqa: F401 - the fixture
from tests.integration.test_urgent_slack import GRACE as SLACK_GRACE
from tests.unit.urgent.desk import CANARY, SECRET


def test_slack_itself_answering_with_errors_makes_it_go_by_mail(
    live: Live,  # noqa: F811 - fixture
    post: Post,  # noqa: F811 - fixture
) -> None:
    """The point person's message fails for a minute, then goes by mail as well."""
    smtp = SmtpSettings(host="127.0.0.1", port=post.port, security="none")
    live.desk.second = SecondWays(ANNA, smtp, SECRET, live.desk.clock, {"grace": Reach(GRACE_MAIL)})
    live.office.office.faults.add(Fault(FaultKind.STATUS, "chat.postMessage", status=503, times=-1))
    live.while_listening(lambda: live.office.face.slash_command(SLACK_BEN, TEAM, "/urgent", CANARY))
    assert post.mails == []
    live.office.office.clock.advance(61)
    live.desk.step()
    assert post.to == [GRACE_MAIL]
    (request,) = live.requests()
    assert request.stage == "routed 0"
    live.office.office.faults.clear()
    live.office.office.clock.advance(61)
    live.desk.step()
    assert len(live.posts(ROOMS[SLACK_GRACE])) == 1, "and over Slack, once it works again"
    assert len(post.mails) == 1
