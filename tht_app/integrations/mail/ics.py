"""The calendar file of an appointment (RFC 5545, scheduled by RFC 5546): one event, in the clinic's zone."""

from datetime import UTC, datetime, timedelta

from tht_app.domain.interop import AppointmentMessage, MessageKind
from tht_app.i18n import text_of

OCTETS = 75
"""Longest line of a calendar file before it is folded."""
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def calendar_file(message: AppointmentMessage, sender: str) -> str:
    """An invitation, or its cancellation, with CRLF line ends.

    Every file about one appointment has the same UID and a SEQUENCE that grows with each change, so calendars move or
    remove the entry they have instead of adding another, however often a message arrives.
    """
    cancelled = message.kind is MessageKind.CANCELLED
    zone = str(message.start.tzinfo)
    clinic = message.clinic
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//THT Klinik//Appointments//ID",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if cancelled else 'REQUEST'}",
        *_zone(zone, message.start),
        "BEGIN:VEVENT",
        f"UID:{uid_of(message, sender)}",
        f"SEQUENCE:{message.version}",
        f"DTSTAMP:{datetime.now(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;TZID={zone}:{message.start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID={zone}:{message.end:%Y%m%dT%H%M%S}",
        f"SUMMARY:{_text(text_of('interop.mail.calendar', message.lang, clinic=clinic.name))}",
        *([f"LOCATION:{_text(', '.join(filter(None, (clinic.name, clinic.address))))}"]),
        f"ORGANIZER;CN={_parameter(clinic.name)}:mailto:{sender}",
        f"ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:{message.to}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def uid_of(message: AppointmentMessage, sender: str) -> str:
    """The same for everything about one appointment."""
    return f"{message.about}@{sender.rpartition('@')[2]}"


def _zone(name: str, moment: datetime) -> list[str]:
    """Indonesia's zones have no summer time: one offset says it all."""
    minutes = int((moment.utcoffset() or timedelta()).total_seconds() // 60)
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{abs(minutes) % 60:02d}"
    return [
        "BEGIN:VTIMEZONE",
        f"TZID:{name}",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        f"TZOFFSETFROM:{offset}",
        f"TZOFFSETTO:{offset}",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


def _text(value: str) -> str:
    return value.replace("\r", "").translate(ESCAPES)


def _parameter(value: str) -> str:
    return '"' + "".join(sign for sign in value if sign >= " " and sign != '"') + '"'


def _folded(line: str) -> str:
    """Break a line by octets, never inside a character; continuation lines begin with a space."""
    parts: list[str] = []
    part = ""
    for sign in line:
        limit = OCTETS if not parts else OCTETS - 1
        if len((part + sign).encode()) > limit:
            parts.append(part)
            part = ""
        part += sign
    return "\r\n ".join([*parts, part])
