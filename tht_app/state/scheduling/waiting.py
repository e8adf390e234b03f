"""The waiting list: who waits for a time, and to whom a freed one is offered."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

import reflex as rx

from tht_app.domain.errors import ValidationFailed
from tht_app.domain.identity import Permission
from tht_app.domain.registration import PatientId
from tht_app.domain.scheduling import DayPart, PractitionerId, VisitTypeId, WaitlistEntryId, WaitlistStatus
from tht_app.i18n import date_text, text_of
from tht_app.live import topics
from tht_app.live.view import LiveView
from tht_app.live.watching import Watching
from tht_app.settings import settings
from tht_app.state.acting import Acting, handler
from tht_app.state.registration.picker import PickerState
from tht_app.state.scheduling.calendar import CalendarState
from tht_app.state.scheduling.forms import Form
from tht_app.state.scheduling.view_models import (
    OptionView,
    doctor_options,
    person_text,
    read_day,
    read_id,
    slot_view,
    type_options,
)
from tht_app.use_cases.scheduling import (
    AddToWaitlist,
    BookFromWaitlist,
    DeclineOffer,
    ListPractitioners,
    ListVisitTypes,
    Waitlist,
    WaitlistEntry,
    WithdrawFromWaitlist,
)

WRITE = (Permission.APPOINTMENT_WRITE, Permission.APPOINTMENT_WRITE_OWN)
USUAL_WAIT = timedelta(days=14)


@dataclass(frozen=True)
class WaitingView:
    """Somebody on the waiting list; `offered` is the time that became free for them, empty while there is none."""

    id: str = ""
    name: str = ""
    person: str = ""
    wish: str = ""
    days: str = ""
    note: str = ""
    offered: str = ""
    place: str = ""


@dataclass(frozen=True)
class WaitDraft:
    """What the form begins with when somebody comes from the booking sheet."""

    patient: str = ""
    name: str = ""
    doctor: str = ""
    kind: str = ""
    earliest: str = ""
    latest: str = ""


def waiting_view(entry: WaitlistEntry, zone: tzinfo, now: datetime, lang: str) -> WaitingView:
    """Who, what for, with whom, when; and what is offered."""
    doctor = entry.practitioner_name or text_of("scheduling.waiting.any_doctor", lang)
    part = text_of(f"scheduling.day_part.{entry.day_part.value}", lang)
    offered = entry.offered if entry.status is WaitlistStatus.OFFERED else None
    return WaitingView(
        id=str(entry.id),
        name=entry.patient_name,
        person=person_text(entry.sex, entry.birth_date, entry.record_number, now.astimezone(zone).date(), lang),
        wish=f"{entry.visit_type_names[lang]} · {doctor}",
        days=f"{date_text(entry.earliest, lang)} – {date_text(entry.latest, lang)} · {part}",
        note=entry.note,
        offered=slot_view(offered, zone, lang).label if offered else "",
        place=" · ".join(word for word in (entry.offered_practitioner_name, entry.offered_room_name) if word),
    )


def waiting_list_vars(result: tuple[WaitlistEntry, ...], now: datetime, lang: str) -> dict[str, Any]:
    """The list as the panel shows it, and how many were offered a time."""
    return {
        "entries": [waiting_view(entry, settings().zone, now, lang) for entry in result],
        "offers": sum(entry.status is WaitlistStatus.OFFERED for entry in result),
        "loaded": True,
    }


def read_waiting(form: Form) -> AddToWaitlist:
    """The form of the waiting list; raises `ValidationFailed` with the names of its fields (`wait_…`)."""
    problems: dict[str, str] = {}
    patient, kind = read_id(form.get("wait_patient")), read_id(form.get("wait_type"))
    for name, value in (("wait_patient", patient), ("wait_type", kind)):
        if value is None:
            problems[name] = "required"
    days: list[Any] = []
    for name in ("wait_earliest", "wait_latest"):
        try:
            days.append(datetime.strptime(form.get(name, ""), "%Y-%m-%d").date())  # noqa: DTZ007  a day has no zone
        except ValueError:
            problems[name] = "date_shape" if form.get(name) else "required"
    part = form.get("wait_part", "")
    if problems or patient is None or kind is None:
        raise ValidationFailed(problems)
    doctor = read_id(form.get("wait_doctor"))
    return AddToWaitlist(
        patient_id=PatientId(patient),
        visit_type_id=VisitTypeId(kind),
        earliest=days[0],
        latest=days[1],
        practitioner_id=PractitionerId(doctor) if doctor else None,
        day_part=DayPart(part) if part in {one.value for one in DayPart} else DayPart.ANY,
        note=form.get("wait_note", ""),
    )


class WaitlistState(Watching, Acting, rx.State):
    """The panel of the waiting list; `adding` shows its form."""

    entries: list[WaitingView] = []
    offers: int = 0
    loaded: bool = False
    is_open: bool = False
    adding: bool = False
    draft: WaitDraft = WaitDraft()
    doctors: list[OptionView] = []
    types: list[OptionView] = []
    errors: dict[str, str] = {}
    key_epoch: int = 0

    @handler(needs=Permission.APPOINTMENT_READ)
    async def load(self) -> None:
        """Read the list and follow it: an offer should be seen without asking."""
        view = LiveView(
            "scheduling.waitlist",
            Waitlist(),
            (topics.WAITLIST, topics.SCHEDULE, topics.PATIENTS),
            waiting_list_vars,
            self._person().permissions,
            self._lang(),
        )
        await self._watch(view)

    @handler(needs=Permission.APPOINTMENT_READ)
    async def show_panel(self, is_open: bool) -> None:
        """Open the panel, or put it away."""
        self.is_open, self.adding = is_open, False

    @handler(needs=WRITE)
    async def open_adding(self, form: dict[str, str]) -> None:
        """Open the form, with what the booking sheet already knows."""
        calendar, me = await self.get_state(CalendarState), self._person()
        doctors = await self._execute(ListPractitioners())
        everybody = Permission.APPOINTMENT_WRITE in me.permissions
        self.doctors = doctor_options(tuple(one for one in doctors if everybody or one.id == me.person_id))
        if everybody:
            self.doctors = [OptionView("", text_of("scheduling.waiting.any_doctor", self._lang())), *self.doctors]
        self.types = type_options(await self._execute(ListVisitTypes()), self._lang())
        first = read_day(form.get("booking_date") or calendar.shown.day, calendar._today())
        patient = form.get("booking_patient", "")
        picker = await self.get_state(PickerState)
        self.draft = WaitDraft(
            patient=patient,
            name=next((one.label for one in picker.get_value("options") if one.value == patient), ""),
            doctor=form.get("booking_doctor") or self.doctors[0].value,
            kind=form.get("booking_type") or (self.types[0].value if self.types else ""),
            earliest=first.isoformat(),
            latest=(first + USUAL_WAIT).isoformat(),
        )
        self.errors = {}
        self.is_open, self.adding = True, True

    @handler(needs=WRITE)
    async def add(self, form: dict[str, str]) -> None:
        """Put somebody on the list."""
        key = form.pop("_key", "") or None
        entry = await self._execute(read_waiting(form), key)
        self.key_epoch += 1
        self.adding = False
        await self._reread()
        await self._notify("scheduling.waiting.added", undo=WaitlistState.withdraw(str(entry)))

    @handler(needs=WRITE)
    async def book(self, entry_id: UUID) -> None:
        """Book the offered time."""
        await self._execute(BookFromWaitlist(WaitlistEntryId(entry_id)))
        await self._changed("scheduling.waiting.booked")

    @handler(needs=WRITE)
    async def decline(self, entry_id: UUID) -> None:
        """The offered time does not suit: it goes to the next."""
        await self._execute(DeclineOffer(WaitlistEntryId(entry_id)))
        await self._changed("scheduling.waiting.declined")

    @handler(needs=WRITE)
    async def withdraw(self, entry_id: UUID) -> None:
        """Take somebody off the list."""
        await self._execute(WithdrawFromWaitlist(WaitlistEntryId(entry_id)))
        await self._changed("scheduling.waiting.withdrawn")

    async def _changed(self, words: str) -> None:
        await self._reread()
        await (await self.get_state(CalendarState))._reread()
        await self._notify(words)
