"""From what a patient is told to a mail: a subject that says nothing of the patient, plain text, HTML, calendar."""

import html
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from tht_app.domain.interop import AppointmentMessage, MessageKind
from tht_app.i18n import long_date_text, text_of, time_text
from tht_app.integrations.mail.ics import calendar_file

WEEKDAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
ZONES = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
FILE_NAME = "janji-temu.ics"


def day_words(moment: datetime, lang: str) -> str:
    """`Senin, 1 Maret 2027`."""
    return f"{WEEKDAYS[lang][moment.weekday()]}, {long_date_text(moment.date(), lang)}"


def clock_words(moment: datetime) -> str:
    """`10.00 WIB`: whoever reads in another zone has to know which clock is meant."""
    return f"{time_text(moment)} {ZONES.get(str(moment.tzinfo), '')}".strip()


def _facts(message: AppointmentMessage) -> list[tuple[str, str]]:
    rows = [
        ("interop.mail.day", day_words(message.start, message.lang)),
        ("interop.mail.time", clock_words(message.start)),
        ("interop.mail.doctor", message.doctor),
        ("interop.mail.place", ", ".join(filter(None, (message.clinic.name, message.clinic.address)))),
        ("interop.mail.phone", message.clinic.phone),
    ]
    return [(text_of(key, message.lang), value) for key, value in rows if value]


def _closing(message: AppointmentMessage) -> list[str]:
    lines = [text_of("interop.mail.call", message.lang, phone=message.clinic.phone)] if message.clinic.phone else []
    return [*lines, text_of("interop.mail.unwanted", message.lang)]


def mail_of(message: AppointmentMessage, sender: str, origin: str) -> EmailMessage:
    """The whole mail; its Message-ID is the same for every try, so that a repetition can be seen as one."""
    lang, kind = message.lang, message.kind.value
    mail = EmailMessage()
    mail["Subject"] = text_of(f"interop.mail.{kind}.subject", lang, clinic=_one_line(message.clinic.name))
    mail["From"] = Address(_one_line(message.clinic.name), addr_spec=sender)
    mail["To"] = message.to
    mail["Date"] = format_datetime(datetime.now().astimezone())
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    link = f"{origin}/a/{message.code}?lang={lang}" if message.code else ""
    mail.set_content(_plain(message, link))
    mail.add_alternative(_html(message, link), subtype="html")
    mail["Content-Language"] = lang
    if message.kind is not MessageKind.OFFERED:  # nothing is booked yet that a calendar could hold
        _add_calendar(mail, message, sender)
    return mail


def _add_calendar(mail: EmailMessage, message: AppointmentMessage, sender: str) -> None:
    calendar = calendar_file(message, sender)
    method = "CANCEL" if message.kind is MessageKind.CANCELLED else "REQUEST"
    mail.add_alternative(calendar, subtype="calendar", params={"method": method})
    mail.add_attachment(calendar.encode(), maintype="application", subtype="ics", filename=FILE_NAME)


def _ask(message: AppointmentMessage) -> str:
    """What the link is for."""
    offered = message.kind is MessageKind.OFFERED
    return text_of("interop.mail.offered.link" if offered else "interop.mail.link", message.lang)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain(message: AppointmentMessage, link: str) -> str:
    lang = message.lang
    parts = [
        text_of("interop.mail.hello", lang),
        text_of(f"interop.mail.{message.kind.value}.lead", lang),
        "\n".join(f"{label}: {value}" for label, value in _facts(message)),
    ]
    if link:
        until = f"{day_words(message.start, lang)} {clock_words(message.start)}"
        parts += [
            f"{_ask(message)}\n{link}",
            text_of("interop.mail.link_until", lang, until=until),
        ]
    parts += [*_closing(message), message.clinic.name]
    return "\n\n".join(parts) + "\n"


def _html(message: AppointmentMessage, link: str) -> str:
    """Readable without pictures, styles from outside or scripts; large enough for a phone."""
    lang = message.lang
    rows = "".join(
        f'<tr><td style="padding:4px 16px 4px 0;vertical-align:top">{html.escape(label)}</td>'
        f'<td style="padding:4px 0"><strong>{html.escape(value)}</strong></td></tr>'
        for label, value in _facts(message)
    )
    body = [
        _paragraph(text_of("interop.mail.hello", lang)),
        _paragraph(text_of(f"interop.mail.{message.kind.value}.lead", lang)),
        f'<table role="presentation" style="border-collapse:collapse">{rows}</table>',
    ]
    if link:
        until = f"{day_words(message.start, lang)} {clock_words(message.start)}"
        words = html.escape(_ask(message))
        body += [
            f'<p>{words}<br><a href="{html.escape(link)}">{html.escape(link)}</a></p>',
            _paragraph(text_of("interop.mail.link_until", lang, until=until)),
        ]
    body += [*map(_paragraph, _closing(message)), _paragraph(message.clinic.name)]
    title = html.escape(str(text_of(f"interop.mail.{message.kind.value}.subject", lang, clinic=message.clinic.name)))
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title></head>'
        '<body style="font-family:sans-serif;font-size:16px;line-height:1.5;max-width:36em">'
        f"{''.join(body)}</body></html>\n"
    )


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"
