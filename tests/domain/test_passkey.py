"""Where passkeys can work."""

import pytest

from tht_app.domain.passkey import RelyingParty, relying_party


@pytest.mark.parametrize(
    ("origins", "party"),
    [
        (["https://klinik.example"], RelyingParty("klinik.example", "https://klinik.example")),
        (["https://klinik.example:8443"], RelyingParty("klinik.example", "https://klinik.example:8443")),
        (["http://127.0.0.1:8000", "http://localhost:8000"], RelyingParty("localhost", "http://localhost:8000")),
        (["https://192.168.1.10"], None),
        (["https://[fd00::1]"], None),
        (["http://klinik.lan"], None),
        ([], None),
    ],
)
def test_a_secure_page_with_a_name(origins: list[str], party: RelyingParty | None):
    assert relying_party(origins) == party
