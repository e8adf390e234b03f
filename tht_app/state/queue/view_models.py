"""From tickets to what stands on the queue's screens; pure functions, the clinic's zone and clock given."""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from tht_app.domain.queue import (
    CURRENT,
    Accuracy,
    Certainty,
    Estimate,
    Need,
    TicketStatus,
    TicketStep,
    wait_tone,
    waited_minutes,
)
from tht_app.domain.scheduling import AppointmentStatus
from tht_app.i18n import text_of, time_text
from tht_app.state.scheduling.view_models import OptionView, name_text, person_text
from tht_app.use_cases.queue import Point, PointQueue, RecentStep, TicketEntry
from tht_app.use_cases.scheduling import AppointmentEntry, DayPlan

SHOWN_WAITING = 6


@dataclass(frozen=True)
class TicketView:
    """One ticket; `tone` is ok, long or too_long and goes with the words in `waited`."""

    id: str = ""
    label: str = ""
    status: str = ""
    name: str = ""
    person: str = ""
    visit_type: str = ""
    booked: str = ""
    waited: str = ""
    tone: str = "ok"
    since: str = ""
    """From when they wait, as an instant: the screen counts on by itself."""
    read_at: str = ""
    """The server's clock when this was read."""
    called: str = ""
    calls: int = 0
    room: str = ""
    priority: str = ""
    reason: str = ""
    encounter_id: str = ""
    unseen: bool = False
    """Whether a call is still not acknowledged on the patient's phone."""
    payer: str = "self"
    first_visit: bool = False
    visual: bool = False
    sign: bool = False
    wheelchair: bool = False
    estimate: str = ""
    """How long it will take from now, in words: a range, or why there is none."""


@dataclass(frozen=True)
class RecentView:
    """One of the last steps; `undo` is the sentence what undoing it will do, empty when it cannot be undone."""

    id: str = ""
    ticket_id: str = ""
    time: str = ""
    words: str = ""
    undo: str = ""


@dataclass(frozen=True)
class PointTab:
    """A service point to choose."""

    letter: str = ""
    name: str = ""
    waiting: int = 0
    chosen: bool = False


@dataclass(frozen=True)
class ConsoleView:
    """One service point at work. `current` is empty when nobody is being served, `others` are called elsewhere."""

    id: str = ""
    letter: str = ""
    name: str = ""
    room: str = ""
    may_call: bool = False
    has_current: bool = False
    current: TicketView = field(default_factory=TicketView)
    others: list[TicketView] = field(default_factory=list[TicketView])
    waiting: list[TicketView] = field(default_factory=list[TicketView])
    done: int = 0
    recent: list[RecentView] = field(default_factory=list[RecentView])
    usual_next: str = ""
    """The id of the point where people usually go from here, empty for home."""
    targets: list[OptionView] = field(default_factory=list[OptionView])
    """The other points, to send or move somebody to."""
    accuracy: str = ""
    """How good the estimates here have been, in words."""


@dataclass(frozen=True)
class PointView:
    """One service point on the first screen: who is called, who waits and how long."""

    letter: str = ""
    name: str = ""
    current: str = ""
    count: int = 0
    more: int = 0
    longest: str = ""
    tone: str = "ok"
    waiting: list[TicketView] = field(default_factory=list[TicketView])


@dataclass(frozen=True)
class ArrivalView:
    """One appointment of today on the first screen."""

    id: str = ""
    time: str = ""
    name: str = ""
    person: str = ""
    patient_id: str = ""
    doctor: str = ""
    visit_type: str = ""
    tint: int = 1
    status: str = "booked"
    ticket: str = ""
    payer: str = "self"
    first_visit: bool = False
    confirmed: bool = False
    late: str = ""
    """Words for an appointment whose time has passed without the patient."""


def point_name(point: Point, lang: str) -> str:
    """The name of a service point in a language."""
    return point.name_en if lang == "en" else point.name_id


def ticket_view(ticket: TicketEntry, zone: tzinfo, now: datetime, lang: str) -> TicketView:
    """A ticket; waiting time counts until it was called, or until now."""
    waits = ticket.status in {TicketStatus.WAITING, TicketStatus.SKIPPED}
    minutes = waited_minutes(ticket.queued_at, now if waits else ticket.called_at or now)
    today = now.astimezone(zone).date()
    return TicketView(
        id=str(ticket.id),
        label=ticket.label,
        status=ticket.status.value,
        name=name_text(ticket.patient_name, lang),
        person=person_text(ticket.sex, ticket.birth_date, ticket.record_number, today, lang),
        visit_type=ticket.visit_type_names[lang],
        booked=time_text(ticket.booked_for.astimezone(zone)) if ticket.booked_for else "",
        waited=text_of("queue.minutes", lang, minutes=minutes),
        tone=wait_tone(minutes),
        since=ticket.queued_at.isoformat(),
        read_at=now.isoformat(),
        called=time_text(ticket.called_at.astimezone(zone)) if ticket.called_at else "",
        calls=ticket.calls,
        room=ticket.room_name,
        priority=text_of(f"queue.priority.{ticket.priority_reason.value}", lang) if ticket.priority_reason else "",
        reason=ticket.priority_reason.value if ticket.priority_reason else "",
        encounter_id=str(ticket.encounter_id) if ticket.encounter_id else "",
        unseen=ticket.seen is False,
        payer=ticket.payer,
        first_visit=ticket.first_visit,
        visual=Need.VISUAL in ticket.needs,
        sign=Need.SIGN_LANGUAGE in ticket.needs,
        wheelchair=Need.WHEELCHAIR in ticket.needs,
        estimate=estimate_text(ticket.turn.estimate, lang) if ticket.turn else "",
    )


def estimate_text(estimate: Estimate, lang: str) -> str:
    """A wait in words: `15–25 menit`, `sebentar lagi`, or why nothing can be said."""
    if estimate.certainty is not Certainty.RANGE:
        return text_of(f"queue.estimate.{estimate.certainty.value}", lang)
    if estimate.low == 0:
        return text_of("queue.estimate.soon", lang, high=estimate.high)
    return text_of("queue.estimate.range", lang, low=estimate.low, high=estimate.high)


def accuracy_text(accuracy: Accuracy | None, lang: str) -> str:
    """How estimates of the last days turned out, for staff."""
    if accuracy is None:
        return text_of("queue.accuracy.none", lang)
    share, missed = round(accuracy.within * 100), round(accuracy.mean_error)
    return text_of("queue.accuracy.measured", lang, share=share, missed=missed, count=accuracy.count)


def recent_view(step: RecentStep, zone: tzinfo, lang: str) -> RecentView:
    """What was done, and what undoing it would do, each as a sentence."""
    return RecentView(
        id=f"{step.ticket_id}-{step.step.value}-{step.at.timestamp()}",
        ticket_id=str(step.ticket_id),
        time=time_text(step.at.astimezone(zone)),
        words=text_of(f"queue.step.{_word(step.step.value)}", lang, ticket=step.label, point=_next(step, lang)),
        undo=_undo_text(step, lang),
    )


def _undo_text(step: RecentStep, lang: str) -> str:
    """What undoing a step will do; empty when it cannot be undone."""
    if step.undo_to is None:
        return ""
    chained = step.step in {TicketStep.FORWARDED, TicketStep.MOVED}
    word = step.step.value if chained else _word(step.undo_to.value)
    return text_of(f"queue.undo.{word}", lang, ticket=step.label, point=_next(step, lang))


def _next(step: RecentStep, lang: str) -> str:
    return step.next_point_names[lang] if step.next_point_names else ""


def _word(code: str) -> str:
    return code.replace("-", "_")


def _waiting(queue: PointQueue) -> list[TicketEntry]:
    """Who waits and who was skipped, in the order of their turn, which is that of the tickets."""
    return [ticket for ticket in queue.tickets if ticket.status in {TicketStatus.WAITING, TicketStatus.SKIPPED}]


def _current(queue: PointQueue) -> list[TicketEntry]:
    called = [ticket for ticket in queue.tickets if ticket.status in CURRENT and ticket.called_at]
    return sorted(called, key=lambda ticket: ticket.called_at or ticket.issued_at, reverse=True)


def console_view(queue: PointQueue, zone: tzinfo, now: datetime, lang: str) -> ConsoleView:
    """One service point: who is there, who comes next, what was done last."""
    here = queue.point
    targets = [OptionView(str(point.id), point_name(point, lang)) for point in queue.everywhere if point.id != here.id]
    usual = str(here.next_point_id or "")
    current, *others = [ticket_view(ticket, zone, now, lang) for ticket in _current(queue)] or [TicketView()]
    return ConsoleView(
        id=str(queue.point.id),
        letter=queue.point.letter,
        name=point_name(queue.point, lang),
        room=queue.point.room_name,
        may_call=queue.may_call,
        has_current=bool(current.id),
        current=current,
        others=others,
        waiting=[ticket_view(ticket, zone, now, lang) for ticket in _waiting(queue)],
        done=sum(ticket.status is TicketStatus.DONE for ticket in queue.tickets),
        recent=[recent_view(step, zone, lang) for step in queue.recent],
        usual_next=usual if usual in {target.value for target in targets} else "",
        targets=targets,
        accuracy=accuracy_text(queue.accuracy, lang),
    )


def tabs_view(queues: tuple[PointQueue, ...], chosen: str, lang: str) -> list[PointTab]:
    """The service points to choose from."""
    return [
        PointTab(
            letter=queue.point.letter,
            name=point_name(queue.point, lang),
            waiting=len(_waiting(queue)),
            chosen=queue.point.letter == chosen,
        )
        for queue in queues
    ]


def choose(queues: tuple[PointQueue, ...], letter: str) -> PointQueue | None:
    """The point of the address; else the first at which one may call that has people, else the first of those."""
    asked = [queue for queue in queues if queue.point.letter == letter]
    mine = [queue for queue in queues if queue.may_call]
    busy = [queue for queue in mine if _waiting(queue) or _current(queue)]
    return next(iter([*asked, *busy, *mine, *queues]), None)


def point_view(queue: PointQueue, zone: tzinfo, now: datetime, lang: str) -> PointView:
    """A service point on the first screen: the ones who wait longest are named."""
    waiting = [ticket_view(ticket, zone, now, lang) for ticket in _waiting(queue)]
    minutes = max((waited_minutes(ticket.queued_at, now) for ticket in _waiting(queue)), default=0)
    current = _current(queue)
    return PointView(
        letter=queue.point.letter,
        name=point_name(queue.point, lang),
        current=current[0].label if current else "",
        count=len(waiting),
        more=max(0, len(waiting) - SHOWN_WAITING),
        longest=text_of("queue.minutes", lang, minutes=minutes) if waiting else "",
        tone=wait_tone(minutes),
        waiting=waiting[:SHOWN_WAITING],
    )


def arrival_views(plan: DayPlan, zone: tzinfo, now: datetime, lang: str) -> list[ArrivalView]:
    """Today's appointments by time: who is still to come first, then who is here or done."""
    names = {doctor.practitioner_id: doctor.display_name for doctor in plan.doctors}
    gone = {AppointmentStatus.CANCELLED, AppointmentStatus.NOSHOW}
    entries = [entry for doctor in plan.doctors for entry in doctor.entries if entry.status not in gone]
    ordered = sorted(entries, key=lambda entry: (entry.status is not AppointmentStatus.BOOKED, entry.slot))
    return [_arrival(entry, names[entry.practitioner_id], zone, now, lang) for entry in ordered]


def _arrival(entry: AppointmentEntry, doctor: str, zone: tzinfo, now: datetime, lang: str) -> ArrivalView:
    minutes = waited_minutes(entry.slot.start, now)
    late = entry.status is AppointmentStatus.BOOKED and minutes > 0
    return ArrivalView(
        id=str(entry.id),
        time=time_text(entry.slot.start.astimezone(zone)),
        name=name_text(entry.patient_name, lang),
        person=person_text(entry.sex, entry.birth_date, entry.record_number, now.astimezone(zone).date(), lang),
        patient_id=str(entry.patient_id),
        doctor=doctor,
        visit_type=entry.visit_type_names[lang],
        tint=entry.tint,
        status=entry.status.value,
        ticket=entry.ticket_label or "",
        payer=entry.payer,
        first_visit=entry.first_visit,
        confirmed=entry.confirmed,
        late=text_of("queue.arrivals.late", lang, minutes=minutes) if late else "",
    )
