"""The mail that brings a colleague the link for a password."""

from datetime import datetime
from uuid import UUID

import pytest

from tests.conftest import ZONE
from tht_app.domain.interop import AccountKind, AccountMessage, ClinicName
from tht_app.integrations.mail.account import account_mail_of

LINK = "https://klinik.example/password/abcdefgh"


@pytest.mark.parametrize("kind", AccountKind)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_mail_holds_one_link_and_no_markup_of_others(kind: AccountKind, lang: str):
    clinic = ClinicName("Klinik\r\nX", "", "")
    until = datetime(2027, 3, 1, 10, 0, tzinfo=ZONE)
    name = "Sri <b>\r\nBcc: x@y.example"
    message = AccountMessage(UUID(int=7), kind, "sri@rumah.example", lang, name, "sri", clinic, "abcdefgh", until)
    mail = account_mail_of(message, "klinik@klinik.example", "https://klinik.example")
    plain = mail.get_body(("plain",)).get_content()
    rich = mail.get_body(("html",)).get_content()
    assert f"{LINK}?lang={lang}" in plain
    assert rich.count("<a href=") == 1
    assert "<b>" not in rich
    assert mail["Bcc"] is None
    assert "sri" not in mail["Subject"].lower()
    assert "2027" in plain
