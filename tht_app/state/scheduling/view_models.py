"""From appointments to what stands on the calendar; pure functions, the clinic's zone given."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID

from tht_app.domain.registration.identifiers import shown_record_number
from tht_app.domain.scheduling import GRID, RESERVATION_OF, AppointmentStatus, Period, ReservationState, without
from tht_app.i18n import age_text, date_text, long_date_text, text_of, time_text
from tht_app.use_cases.scheduling import AppointmentEntry, DoctorDay, Practitioner, Room, VisitType

SHORTEST_GAP = timedelta(minutes=10)
"""Shorter breaks between two visits are not offered as free."""
TAKES_TIME = {ReservationState.HOLD, ReservationState.BOOKED, ReservationState.IN_SERVICE}


@dataclass(frozen=True)
class OptionView:
    """One choice of a select."""

    value: str = ""
    label: str = ""


@dataclass(frozen=True)
class LineView:
    """One line of a doctor's day: a visit, or free time between visits (`kind` visit or gap)."""

    kind: str = "visit"
    id: str = ""
    doctor_id: str = ""
    start: str = ""
    """ISO, for booking into a gap."""
    time: str = ""
    until: str = ""
    minutes: str = ""
    name: str = ""
    person: str = ""
    visit_type: str = ""
    tint: int = 1
    room: str = ""
    status: str = "booked"
    ticket: str = ""
    payer: str = "self"
    first_visit: bool = False
    confirmed: bool = False
    overbooked: bool = False
    outside_hours: bool = False


@dataclass(frozen=True)
class DoctorView:
    """One doctor's day."""

    id: str = ""
    name: str = ""
    tint: int = 1
    hours: str = ""
    """`08.00–12.00, 13.00–16.00`, empty when the doctor does not work that day."""
    visits: int = 0
    lines: list[LineView] = field(default_factory=list[LineView])


@dataclass(frozen=True)
class DayView:
    """Which day is shown, and the days beside it."""

    day: str = ""
    title: str = ""
    is_today: bool = False
    previous: str = ""
    next: str = ""


@dataclass(frozen=True)
class SlotView:
    """A free time that is offered instead."""

    start: str = ""
    label: str = ""


@dataclass(frozen=True)
class AppointmentView:
    """One appointment in the side sheet; the `can_` flags say which steps its status allows."""

    id: str = ""
    patient_id: str = ""
    name: str = ""
    person: str = ""
    when: str = ""
    day: str = ""
    time: str = ""
    minutes: str = ""
    doctor_id: str = ""
    doctor: str = ""
    room_id: str = ""
    room: str = ""
    devices: str = ""
    in_series: bool = False
    visit_type: str = ""
    tint: int = 1
    status: str = "booked"
    note: str = ""
    override_reason: str = ""
    overbooked: bool = False
    outside_hours: bool = False
    cancel_reason: str = ""
    ticket: str = ""
    version: int = 0
    can_move: bool = False
    can_restore: bool = False
    can_check_in: bool = False
    can_miss: bool = False


def iso(value: date) -> str:
    """The day as it stands in an address."""
    return value.isoformat()


def read_day(text: str | None, today: date) -> date:
    """The day of an address; today for anything that is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return today


def read_id(text: str | None) -> UUID | None:
    """An id of an address or a form; None for anything that is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def weekday_text(day: date, lang: str) -> str:
    """`Senin`."""
    return text_of(f"scheduling.weekday.{day.isoweekday()}", lang)


def day_view(day: date, today: date, lang: str, *, first: date | None = None, days: int = 1) -> DayView:
    """The heading of a day, or of the `days` days from `first` on, and its neighbours."""
    first = first or day
    title = f"{weekday_text(day, lang)}, {long_date_text(day, lang)}"
    if days > 1:
        title = f"{date_text(first, lang)} – {date_text(first + timedelta(days=days - 1), lang)}"
    return DayView(
        day=iso(day),
        title=title,
        is_today=day == today,
        previous=iso(day - timedelta(days=days)),
        next=iso(day + timedelta(days=days)),
    )


def span_text(period: Period, zone: tzinfo) -> str:
    """`09.00–09.15` on the clinic's clock."""
    return f"{time_text(period.start.astimezone(zone))}–{time_text(period.end.astimezone(zone))}"


def slot_view(slot: Period, zone: tzinfo, lang: str) -> SlotView:
    """`Senin, 01-Mar-2027, 09.15`."""
    local = slot.start.astimezone(zone)
    label = f"{weekday_text(local.date(), lang)}, {date_text(local.date(), lang)}, {time_text(local)}"
    return SlotView(slot.start.isoformat(), label)


def name_text(name: str, lang: str) -> str:
    """A patient's name, or that it is somebody's whom the reader does not treat."""
    return name or text_of("care.not_yours", lang)


def person_text(sex: str, birth_date: date | None, record_number: int | None, today: date, lang: str) -> str:
    """`P · 41 th · RM 00-12-34`: what tells two people of one name apart in a list; nothing for who is not shown."""
    if record_number is None:
        return ""
    parts = (
        text_of(f"registration.sex.{sex}", lang),
        age_text(birth_date, today, lang) if birth_date else "",
        shown_record_number(record_number),
    )
    return " · ".join(part for part in parts if part)


def _visit_line(entry: AppointmentEntry, zone: tzinfo, today: date, lang: str) -> LineView:
    return LineView(
        kind="visit",
        id=str(entry.id),
        doctor_id=str(entry.practitioner_id),
        start=entry.slot.start.isoformat(),
        time=time_text(entry.slot.start.astimezone(zone)),
        until=time_text(entry.slot.end.astimezone(zone)),
        minutes=text_of("scheduling.minutes", lang, minutes=entry.slot.minutes),
        name=name_text(entry.patient_name, lang),
        person=person_text(entry.sex, entry.birth_date, entry.record_number, today, lang),
        visit_type=entry.visit_type_names[lang],
        tint=entry.tint,
        room=entry.room_name,
        status=entry.status.value,
        ticket=entry.ticket_label or "",
        payer=entry.payer,
        first_visit=entry.first_visit,
        confirmed=entry.confirmed,
        overbooked=entry.overbooked,
        outside_hours=entry.outside_hours,
    )


def _gap_line(gap: Period, doctor_id: UUID, zone: tzinfo, lang: str) -> LineView:
    return LineView(
        kind="gap",
        id=f"{doctor_id}-{gap.start.timestamp():.0f}",
        doctor_id=str(doctor_id),
        start=gap.start.isoformat(),
        time=time_text(gap.start.astimezone(zone)),
        until=time_text(gap.end.astimezone(zone)),
        minutes=text_of("scheduling.minutes", lang, minutes=gap.minutes),
    )


def _gaps(doctor: DoctorDay, now: datetime) -> list[Period]:
    """What is free of the doctor's hours and not yet over, on the calendar's five-minute grid."""
    taken = [entry.slot for entry in doctor.entries if RESERVATION_OF[entry.status] in TAKES_TIME]
    found: list[Period] = []
    for gap in without(doctor.works, taken):
        start = _on_grid(max(gap.start, now))
        if gap.end - start >= SHORTEST_GAP:
            found.append(Period(start, gap.end))
    return found


def _on_grid(moment: datetime) -> datetime:
    """The next five minutes on the clock, or this moment if it is one."""
    late = moment.timestamp() % GRID.total_seconds()
    return moment if not late else moment + GRID - timedelta(seconds=late)


def doctor_view(doctor: DoctorDay, zone: tzinfo, now: datetime, lang: str) -> DoctorView:
    """A doctor's visits in order of time with the free times between them."""
    today = now.astimezone(zone).date()
    visits = [(entry.slot.start, _visit_line(entry, zone, today, lang)) for entry in doctor.entries]
    gaps = [(gap.start, _gap_line(gap, doctor.practitioner_id, zone, lang)) for gap in _gaps(doctor, now)]
    counted = {AppointmentStatus.BOOKED, AppointmentStatus.ARRIVED, AppointmentStatus.FULFILLED}
    return DoctorView(
        id=str(doctor.practitioner_id),
        name=doctor.display_name,
        tint=doctor.tint,
        hours=", ".join(span_text(period, zone) for period in doctor.works),
        visits=sum(entry.status in counted for entry in doctor.entries),
        lines=[line for _, line in sorted((*visits, *gaps), key=lambda pair: (pair[0], pair[1].kind))],
    )


def appointment_view(entry: AppointmentEntry, doctor: str, zone: tzinfo, now: datetime, lang: str) -> AppointmentView:
    """Everything about one appointment, and what may become of it now."""
    local = entry.slot.start.astimezone(zone)
    today = now.astimezone(zone).date()
    booked = entry.status is AppointmentStatus.BOOKED
    return AppointmentView(
        id=str(entry.id),
        patient_id=str(entry.patient_id),
        name=name_text(entry.patient_name, lang),
        person=person_text(entry.sex, entry.birth_date, entry.record_number, today, lang),
        when=f"{weekday_text(local.date(), lang)}, {date_text(local.date(), lang)}, {span_text(entry.slot, zone)}",
        day=iso(local.date()),
        time=f"{local:%H:%M}",
        minutes=str(entry.slot.minutes),
        doctor_id=str(entry.practitioner_id),
        doctor=doctor,
        room_id=str(entry.room_id),
        room=entry.room_name,
        devices=", ".join(entry.device_names),
        in_series=entry.series_id is not None,
        visit_type=entry.visit_type_names[lang],
        tint=entry.tint,
        status=entry.status.value,
        note=entry.note,
        override_reason=entry.override_reason,
        overbooked=entry.overbooked,
        outside_hours=entry.outside_hours,
        cancel_reason=text_of(f"scheduling.cancel_reason.{entry.cancel_reason.value}", lang)
        if entry.cancel_reason
        else "",
        ticket=entry.ticket_label or "",
        version=entry.version,
        can_move=booked,
        can_restore=entry.status in {AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW},
        can_check_in=booked and local.date() == today,
        can_miss=booked and entry.slot.start <= now,
    )


def doctor_options(doctors: tuple[Practitioner, ...]) -> list[OptionView]:
    """Doctors to choose from."""
    return [OptionView(str(doctor.id), doctor.display_name) for doctor in doctors]


def room_options(rooms: tuple[Room, ...]) -> list[OptionView]:
    """Rooms to choose from."""
    return [OptionView(str(room.id), room.name) for room in rooms]


def type_options(types: tuple[VisitType, ...], lang: str) -> list[OptionView]:
    """Visit types with their usual length: `Konsultasi (15 menit)`."""
    return [
        OptionView(
            str(kind.id),
            f"{kind.name_en if lang == 'en' else kind.name_id} "
            f"({text_of('scheduling.minutes', lang, minutes=kind.minutes)})",
        )
        for kind in types
    ]
