"""The mail that brings a colleague the link for a password: plain words, one link, nothing of any patient."""

import html
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from tht_app.domain.interop import AccountMessage
from tht_app.i18n import text_of
from tht_app.integrations.mail.mapper import clock_words, day_words


def account_mail_of(message: AccountMessage, sender: str, origin: str) -> EmailMessage:
    """The whole mail; its Message-ID is the same for every try."""
    lang, kind, clinic = message.lang, message.kind.value, " ".join(message.clinic.name.split())
    parts = _parts(message, f"{origin}/password/{message.code}?lang={lang}")
    mail = EmailMessage()
    mail["Subject"] = text_of(f"interop.mail.{kind}.subject", lang, clinic=clinic)
    mail["From"] = Address(clinic, addr_spec=sender)
    mail["To"] = message.to
    mail["Date"] = format_datetime(datetime.now().astimezone())
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = lang
    mail.set_content("\n\n".join(parts) + "\n")
    mail.add_alternative(_html(lang, parts), subtype="html")
    return mail


def _parts(message: AccountMessage, link: str) -> list[str]:
    lang, kind = message.lang, message.kind.value
    until = f"{day_words(message.until, lang)} {clock_words(message.until)}"
    return [
        text_of("interop.mail.account.hello", lang, name=" ".join(message.name.split())),
        text_of(f"interop.mail.{kind}.lead", lang, username=message.username),
        link,
        text_of("interop.mail.account.until", lang, until=until),
        text_of("interop.mail.account.unwanted", lang),
        message.clinic.name,
    ]


def _html(lang: str, parts: list[str]) -> str:
    body = "".join(
        f'<p><a href="{html.escape(part)}">{html.escape(part)}</a></p>'
        if part.startswith(("http://", "https://"))
        else f"<p>{html.escape(part)}</p>"
        for part in parts
    )
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"></head>'
        f'<body style="font-family:sans-serif;font-size:16px;line-height:1.5;max-width:36em">{body}</body></html>\n'
    )
