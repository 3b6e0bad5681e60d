"""An application that signs in by certificate, registered in the office ``here``."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from deepday_sandbox.microsoft import App
from tests.connectors.microsoft.microsoft_office import ADA, DAEMON, MicrosoftOffice


@pytest.fixture
def certificate(here: MicrosoftOffice, tmp_path: Path) -> Mapping[str, str]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "deepday")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "app.pem"
    path.touch(mode=0o600)
    path.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    roles = frozenset({"Calendars.ReadWrite", "MailboxSettings.ReadWrite", "Presence.ReadWrite.All"})
    here.face.state.register(
        App(DAEMON, certificates=[made], roles=roles | {"Presence.Read.All"}, mailboxes=frozenset({ADA}))
    )
    return {
        "client-id": DAEMON,
        "tenant": here.face.state.tenant,
        "certificate": f"file:{path}",
        "user": here.object_id(),
    }
