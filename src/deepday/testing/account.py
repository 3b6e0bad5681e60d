"""The contract of what an account says of itself."""

# ruff: noqa: S101 - these are tests

from deepday.connect import PORT_VERSION, Account, Port, satisfied


class AccountContract:
    """What :class:`deepday.connect.Account` promises; needs the fixture ``connector``."""

    def test_it_has_the_methods_of_every_port_that_it_announces(self, connector: Account) -> None:
        """Nobody calls what is not there."""
        assert connector.capabilities().ports <= satisfied(connector)

    def test_it_was_written_for_these_ports(self, connector: Account) -> None:
        """The version of the ports is the present one."""
        assert connector.capabilities().port_version == PORT_VERSION

    def test_what_is_missing_is_said_in_sentences(self, connector: Account) -> None:
        """Every degraded or missing port has words for its owner."""
        said = connector.capabilities()
        for degraded in said.degraded:
            assert degraded.words[:1].isupper()
            assert degraded.words.endswith(".")
        missing = set(Port) - said.ports
        assert missing & satisfied(connector) <= {degraded.port for degraded in said.degraded}

    def test_it_says_the_same_when_asked_again(self, connector: Account) -> None:
        """What can be done does not depend on who asks."""
        assert connector.capabilities() == connector.capabilities()
