"""What the queue's screens show."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.ui.test_scheduling_views import at as clock
from tests.ui.test_scheduling_views import day_of, entry
from tht_app.domain.errors import ValidationFailed
from tht_app.domain.queue import PointKind, PriorityReason, ServicePointId, TicketId, TicketStatus, TicketStep
from tht_app.domain.scheduling import AppointmentStatus
from tht_app.state.queue.arrivals import read_walk_in
from tht_app.state.queue.view_models import arrival_views, choose, console_view, point_view, tabs_view
from tht_app.use_cases.queue import Point, PointQueue, RecentStep, TicketEntry
from tht_app.use_cases.scheduling import DayPlan

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
S = TicketStatus


def ticket(label: str, status: TicketStatus = S.WAITING, ago: int = 0, called: int | None = None) -> TicketEntry:
    since = NOW - timedelta(minutes=ago)
    return TicketEntry(
        id=TicketId(uuid4()),
        label=label,
        status=status,
        patient_id=uuid4(),
        patient_name="Siti",
        record_number=12,
        birth_date=date(1985, 7, 14),
        sex="female",
        payer="self",
        visit_type_names={"id": "Kontrol", "en": "Check-up"},
        priority_reason=PriorityReason.ELDERLY,
        issued_at=since,
        queued_at=since,
        booked_for=None,
        called_at=None if called is None else NOW - timedelta(minutes=called),
        calls=0 if called is None else 1,
        started_at=None,
        finished_at=None,
        room_name="Ruang 1",
        appointment_id=None,
        encounter_id=None,
        practitioner_id=None,
    )


def queue(letter: str, *tickets: TicketEntry, may_call: bool = True, recent: tuple[RecentStep, ...] = ()) -> PointQueue:
    point = Point(
        ServicePointId(uuid4()), letter, "Poli", "Clinic", PointKind.CASHIER, None, None, "Ruang 1", 0, active=True
    )
    return PointQueue(point, may_call, tickets, recent)


class TestConsole:
    def test_shows_the_last_called_first_and_the_others_beside(self) -> None:
        shown = console_view(
            queue("A", ticket("A-001", S.IN_SERVICE, 40, 20), ticket("A-002", S.CALLED, 30, 1)), JAKARTA, NOW, "id"
        )
        assert shown.current.label == "A-002"
        assert [other.label for other in shown.others] == ["A-001"]
        assert shown.has_current

    def test_lists_who_waits_in_the_order_of_their_turn(self) -> None:
        tickets = (ticket("A-002"), ticket("A-001", S.SKIPPED, 50, 10), ticket("A-003", S.DONE), ticket("A-004"))
        shown = console_view(queue("A", *tickets), JAKARTA, NOW, "id")
        assert [waiting.label for waiting in shown.waiting] == ["A-002", "A-001", "A-004"]
        assert (shown.done, shown.has_current) == (1, False)

    @pytest.mark.parametrize(("minutes", "tone"), [(5, "ok"), (31, "long"), (61, "too_long")])
    def test_marks_a_long_wait_and_says_it(self, minutes: int, tone: str) -> None:
        shown = console_view(queue("A", ticket("A-001", ago=minutes)), JAKARTA, NOW, "id").waiting[0]
        assert (shown.waited, shown.tone) == (f"{minutes} menit", tone)

    def test_waiting_ends_with_the_call(self) -> None:
        shown = console_view(queue("A", ticket("A-001", S.CALLED, ago=70, called=60)), JAKARTA, NOW, "id").current
        assert (shown.waited, shown.tone, shown.called) == ("10 menit", "ok", "08.00")

    @pytest.mark.parametrize("undo_to", [S.WAITING, S.CALLED, S.IN_SERVICE, S.SKIPPED, None])
    def test_says_what_undoing_will_do(self, undo_to: TicketStatus | None) -> None:
        step = RecentStep(TicketId(uuid4()), "A-007", TicketStep.SKIPPED, NOW, undo_to)
        shown = console_view(queue("A", recent=(step,)), JAKARTA, NOW, "id").recent[0]
        assert shown.words == "A-007 dilewati"
        assert ("A-007" in shown.undo) == (undo_to is not None)

    @pytest.mark.parametrize("step", [step for step in TicketStep if step is not TicketStep.ISSUED])
    def test_has_words_for_every_step(self, step: TicketStep) -> None:
        recent = (RecentStep(TicketId(uuid4()), "A-007", step, NOW, None),)
        for lang in ("id", "en"):
            assert "A-007" in console_view(queue("A", recent=recent), JAKARTA, NOW, lang).recent[0].words


class TestChoice:
    def test_the_address_wins(self) -> None:
        queues = (queue("A", ticket("A-001")), queue("B", may_call=False))
        chosen = choose(queues, "B")
        assert chosen is not None
        assert chosen.point.letter == "B"

    def test_else_the_first_busy_point_where_one_may_call(self) -> None:
        queues = (queue("A", ticket("A-001"), may_call=False), queue("B"), queue("C", ticket("C-001")))
        chosen = choose(queues, "")
        assert chosen is not None
        assert chosen.point.letter == "C"

    def test_nothing_where_there_is_none(self) -> None:
        assert choose((), "A") is None

    def test_tabs_count_who_waits(self) -> None:
        tabs = tabs_view((queue("A", ticket("A-001"), ticket("A-002", S.DONE)), queue("B")), "A", "en")
        assert [(tab.letter, tab.name, tab.waiting, tab.chosen) for tab in tabs] == [
            ("A", "Clinic", 1, True),
            ("B", "Clinic", 0, False),
        ]


class TestHome:
    def test_names_the_longest_wait_of_a_point_and_cuts_the_list(self) -> None:
        tickets = [ticket(f"A-{number:03d}", ago=number * 10) for number in range(1, 9)]
        view = point_view(queue("A", *tickets), JAKARTA, NOW, "id")
        assert (view.count, view.more, view.longest, view.tone) == (8, 2, "80 menit", "too_long")

    def test_who_is_still_expected_stands_first_and_is_late_in_words(self) -> None:
        here = entry(clock(8), status=AppointmentStatus.ARRIVED, ticket_label="A-001")
        late, coming = entry(clock(8, 30)), entry(clock(9, 30))
        gone = entry(clock(8, 15), status=AppointmentStatus.NOSHOW)
        plan = DayPlan(date(2027, 3, 1), (day_of(here, late, coming, gone),))
        views = arrival_views(plan, JAKARTA, clock(9), "id")
        assert [(view.time, view.late, view.ticket) for view in views] == [
            ("08.30", "Terlambat 30 menit", ""),
            ("09.30", "", ""),
            ("08.00", "", "A-001"),
        ]


FILLED = {f"walk_in_{name}": str(uuid4()) for name in ("patient", "doctor", "type")}


class TestWalkInForm:
    def test_reads_who_with_whom_what_for_and_why_first(self) -> None:
        request = read_walk_in({**FILLED, "walk_in_priority": "elderly"})
        assert request.priority_reason is PriorityReason.ELDERLY
        assert read_walk_in(FILLED).priority_reason is None

    @pytest.mark.parametrize("field", ["patient", "doctor", "type"])
    def test_names_the_field_that_is_missing(self, field: str) -> None:
        with pytest.raises(ValidationFailed) as refusal:
            read_walk_in({**FILLED, f"walk_in_{field}": ""})
        assert set(refusal.value.fields) == {f"walk_in_{field}"}

    def test_nobody_goes_first_for_an_invented_reason(self) -> None:
        with pytest.raises(ValidationFailed) as refusal:
            read_walk_in({**FILLED, "walk_in_priority": "teman"})
        assert set(refusal.value.fields) == {"walk_in_priority"}
