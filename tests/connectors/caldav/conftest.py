from collections.abc import Iterator

import pytest

from deepday_caldav.account import CaldavAccount
from tests.connectors.caldav.caldav_office import People, Server, people, radicale
from tests.connectors.caldav.caldav_proxy import Proxy, proxying


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with radicale(tmp_path_factory.mktemp("radicale")) as serving:
        yield serving


@pytest.fixture(scope="session")
def shared_proxy(server: Server) -> Iterator[Proxy]:
    with proxying(server.url) as proxy:
        yield proxy


@pytest.fixture
def proxy(shared_proxy: Proxy) -> Proxy:
    """A proxy that does nothing yet."""
    shared_proxy.reset()
    return shared_proxy


@pytest.fixture
def vendor(server: Server) -> Iterator[People]:
    with people(server) as user:
        yield user


@pytest.fixture
def connector(vendor: People) -> Iterator[CaldavAccount]:
    with vendor.account() as account:
        yield account


@pytest.fixture
def account(vendor: People, proxy: Proxy) -> Iterator[CaldavAccount]:
    """The account through the proxy."""
    with vendor.account(proxy.url) as opened:
        yield opened
