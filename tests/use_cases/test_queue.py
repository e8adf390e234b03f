"""The queue: numbers, turns, steps, undo, and who may call where."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.queue import Day, service_points
from tests.factories.scheduling import Practice, at, practice
from tht_app.domain.errors import NotFound, PermissionDenied, ValidationFailed
from tht_app.domain.queue import (
    AlreadyQueued,
    NothingToUndo,
    NotOwnPoint,
    PriorityReason,
    QueueEmpty,
    ServicePointId,
    StepRefused,
    TicketStatus,
)
from tht_app.domain.scheduling import NotToday, TransitionRefused
from tht_app.use_cases.door import execute
from tht_app.use_cases.queue import (
    CallAgain,
    Called,
    CallNext,
    CancelTicket,
    CheckIn,
    FinishTicket,
    IssuedTicket,
    PointQueue,
    QueueOf,
    SaveServicePoint,
    SkipTicket,
    StartTicket,
    UndoTicket,
    WalkIn,
)


@pytest.fixture(scope="module")
async def desk(clinic: Clinic, actors: Actors) -> Practice:
    """A clinic that can be booked."""
    return await practice(clinic, actors)


@pytest.fixture(scope="module")
async def points(desk: Practice) -> dict[str, ServicePointId]:
    """Where people wait."""
    return await service_points(desk)


@pytest.fixture
def day(desk: Practice, points: dict[str, ServicePointId]) -> Day:
    """A fresh day."""
    return Day(desk, points)


def one(clinic: Clinic, statement: str, *parameters: object) -> object:
    return next(iter(clinic.admin_fetch(statement, *parameters)[0].values()))


class TestCheckIn:
    async def test_an_appointment_arrives_gets_a_number_and_an_encounter(self, clinic: Clinic, day: Day) -> None:
        appointment = await day.desk.book(at(9, day=day.date))
        ticket = await day.do(CheckIn(appointment), "perawat")
        assert isinstance(ticket, IssuedTicket)
        assert ticket.label == "A-001"
        assert one(clinic, "select status from clinic.appointment where id = %s", appointment) == "arrived"
        visit = clinic.admin_fetch("select * from clinic.encounter where id = %s", ticket.encounter_id)[0]
        assert (visit["patient_id"], visit["appointment_id"]) == (ticket.patient_id, appointment)
        assert (visit["practitioner_id"], visit["visit_type"]) == (day.desk.dokter, "consultation")

    async def test_arriving_twice_is_refused(self, clinic: Clinic, day: Day) -> None:
        appointment = await day.desk.book(at(9, day=day.date))
        await day.do(CheckIn(appointment))
        with pytest.raises(TransitionRefused):
            await day.do(CheckIn(appointment))

    async def test_two_desks_at_once_give_one_number(self, clinic: Clinic, day: Day) -> None:
        appointment = await day.desk.book(at(9, day=day.date))
        found = await asyncio.gather(*(day.do(CheckIn(appointment)) for _ in range(8)), return_exceptions=True)
        assert sum(isinstance(result, IssuedTicket) for result in found) == 1
        assert {type(result) for result in found} == {IssuedTicket, TransitionRefused}

    async def test_only_on_its_day(self, day: Day) -> None:
        appointment = await day.desk.book(at(9, day=day.date + timedelta(days=1)))
        with pytest.raises(NotToday):
            await day.do(CheckIn(appointment))

    async def test_a_walk_in_cannot_wait_twice_at_one_point(self, day: Day) -> None:
        ticket = await day.walk_in()
        again = WalkIn(ticket.patient_id, day.desk.dokter, day.desk.visit_types["consultation"])
        with pytest.raises(AlreadyQueued) as refusal:
            await day.do(again)
        assert refusal.value.params == {"label": ticket.label}

    async def test_numbers_rise_and_are_unique_at_many_desks(self, day: Day) -> None:
        tickets = await asyncio.gather(*(day.walk_in() for _ in range(12)))
        assert sorted(ticket.label for ticket in tickets) == [f"A-{number:03d}" for number in range(1, 13)]

    async def test_each_day_begins_with_one(self, day: Day) -> None:
        assert (await day.walk_in()).label == "A-001"
        day.date += timedelta(days=1)
        assert (await day.walk_in()).label == "A-001"

    async def test_leaving_gives_the_appointment_back(self, clinic: Clinic, day: Day) -> None:
        appointment = await day.desk.book(at(9, day=day.date))
        ticket = await day.do(CheckIn(appointment))
        assert isinstance(ticket, IssuedTicket)
        await day.do(CancelTicket(ticket.ticket_id))
        assert one(clinic, "select status from clinic.appointment where id = %s", appointment) == "booked"
        assert one(clinic, "select status from clinic.encounter where id = %s", ticket.encounter_id) == "cancelled"
        again = await day.do(CheckIn(appointment))
        assert isinstance(again, IssuedTicket)
        assert again.label == "A-002"

    @pytest.mark.parametrize("who", ["dokter", "apoteker", "kasir", "auditor", "pemilik"])
    async def test_is_for_desk_and_nurse(self, clinic: Clinic, day: Day, who: str) -> None:
        before = one(clinic, "select count(*) from clinic.queue_ticket")
        with pytest.raises(PermissionDenied):
            await day.walk_in(by=who)
        assert one(clinic, "select count(*) from clinic.queue_ticket") == before


class TestCallNext:
    async def test_goes_by_arrival_and_appointment_time(self, day: Day) -> None:
        booked = await day.desk.book(at(8, 30, day=day.date))
        early = await day.do(CheckIn(booked))
        walk_in = await day.walk_in()
        assert isinstance(early, IssuedTicket)
        assert (await day.call()).ticket_id == walk_in.ticket_id, "who is early for 8.30 waits from 8.30 on"
        assert (await day.call()).ticket_id == early.ticket_id

    async def test_priority_goes_first_and_an_emergency_before_it(self, day: Day) -> None:
        plain = await day.walk_in()
        elderly = await day.walk_in(PriorityReason.ELDERLY)
        emergency = await day.walk_in(PriorityReason.EMERGENCY)
        order = [(await day.call()).ticket_id for _ in range(3)]
        assert order == [emergency.ticket_id, elderly.ticket_id, plain.ticket_id]

    async def test_finishes_the_shown_patient_and_keeps_the_appointment_as_fulfilled(
        self, clinic: Clinic, day: Day
    ) -> None:
        booked = await day.desk.book(at(8, day=day.date))
        first = await day.do(CheckIn(booked))
        second = await day.walk_in()
        assert isinstance(first, IssuedTicket)
        await day.call()
        assert (await day.call(finish=first.ticket_id)).ticket_id == second.ticket_id
        assert (await day.ticket(first.ticket_id)).status is TicketStatus.DONE
        assert one(clinic, "select status from clinic.appointment where id = %s", booked) == "fulfilled"

    async def test_a_stale_screen_calls_nobody(self, day: Day) -> None:
        first, second = await day.walk_in(), await day.walk_in()
        await day.call()
        await day.do(FinishTicket(first.ticket_id), "dokter")
        with pytest.raises(StepRefused):
            await day.call(finish=first.ticket_id)
        assert (await day.ticket(second.ticket_id)).status is TicketStatus.WAITING

    async def test_an_empty_queue_says_so_but_still_finishes(self, day: Day) -> None:
        with pytest.raises(QueueEmpty):
            await day.call()
        only = await day.walk_in()
        await day.call()
        assert await day.call(finish=only.ticket_id) is None
        assert (await day.ticket(only.ticket_id)).status is TicketStatus.DONE

    async def test_yesterdays_tickets_are_not_called(self, day: Day) -> None:
        await day.walk_in()
        day.date += timedelta(days=1)
        with pytest.raises(QueueEmpty):
            await day.call()

    async def test_rooms_that_press_next_at_one_moment_never_get_the_same_patient(self, day: Day) -> None:
        tickets = {(await day.walk_in()).ticket_id for _ in range(6)}
        pressed = [day.call(by="perawat" if n % 2 else "admin") for n in range(12)]
        found = await asyncio.gather(*pressed, return_exceptions=True)
        called = [result.ticket_id for result in found if isinstance(result, Called)]
        assert len(called) == len(set(called)), "nobody was called twice"
        assert set(called) <= tickets
        assert {type(result) for result in found} <= {Called, QueueEmpty}
        left = [t for t in (await day.queue()).tickets if t.status is TicketStatus.WAITING]
        assert len(called) + len(left) == 6, "nobody was lost"

    async def test_a_double_press_with_one_key_calls_one(self, day: Day) -> None:
        await day.walk_in()
        await day.walk_in()
        request = CallNext(day.points["dokter"])
        first = await day.do(request, "dokter", key=f"next-{day.date}")
        assert await day.do(request, "dokter", key=f"next-{day.date}") == first

    async def test_an_unknown_room_is_refused(self, day: Day) -> None:
        await day.walk_in()
        with pytest.raises(ValidationFailed):
            await day.do(CallNext(day.points["dokter"], room_id=day.desk.dokter))  # type: ignore[arg-type]


class TestSkip:
    async def test_a_skipped_patient_returns_after_two_others(self, day: Day) -> None:
        away = await day.walk_in()
        others = [await day.walk_in() for _ in range(3)]
        await day.call()
        await day.do(SkipTicket(away.ticket_id), "dokter")
        order = [(await day.call()).ticket_id for _ in range(4)]
        assert order == [others[0].ticket_id, others[1].ticket_id, away.ticket_id, others[2].ticket_id]

    async def test_the_list_names_whoever_is_called_next(self, day: Day) -> None:
        """What the screen calls next is who is called: a skipped patient stands last until it is their turn again."""
        away = await day.walk_in()
        for _ in range(4):
            await day.walk_in()
        await day.call()
        await day.do(SkipTicket(away.ticket_id), "dokter")
        for _ in range(5):
            (shown,) = [one for one in await day.do(QueueOf(), "dokter") if one.tickets]
            open_ones = [one for one in shown.tickets if one.status in {TicketStatus.WAITING, TicketStatus.SKIPPED}]
            assert (await day.call()).ticket_id == open_ones[0].id

    async def test_a_skipped_patient_returns_at_once_when_nobody_else_waits(self, day: Day) -> None:
        away = await day.walk_in()
        await day.call()
        await day.do(SkipTicket(away.ticket_id), "dokter")
        assert (await day.call()).ticket_id == away.ticket_id

    async def test_a_waiting_patient_cannot_be_skipped(self, day: Day) -> None:
        ticket = await day.walk_in()
        with pytest.raises(StepRefused):
            await day.do(SkipTicket(ticket.ticket_id), "dokter")


class TestUndo:
    async def test_takes_back_call_skip_and_finish_once_each(self, day: Day) -> None:
        ticket = await day.walk_in()
        await day.call()
        assert await day.do(UndoTicket(ticket.ticket_id), "dokter") is TicketStatus.WAITING
        assert (await day.ticket(ticket.ticket_id)).calls == 0
        await day.call()
        await day.do(SkipTicket(ticket.ticket_id), "dokter")
        assert await day.do(UndoTicket(ticket.ticket_id), "dokter") is TicketStatus.CALLED
        await day.do(FinishTicket(ticket.ticket_id), "dokter")
        assert await day.do(UndoTicket(ticket.ticket_id), "dokter") is TicketStatus.CALLED
        with pytest.raises(NothingToUndo):
            await day.do(UndoTicket(ticket.ticket_id), "dokter")

    async def test_the_board_says_where_undoing_leads(self, day: Day) -> None:
        ticket = await day.walk_in()
        await day.call()
        await day.do(SkipTicket(ticket.ticket_id), "dokter")
        recent = (await day.queue("dokter")).recent
        assert [(step.label, step.step.value, step.undo_to) for step in recent] == [
            ("A-001", "skipped", TicketStatus.CALLED),
            ("A-001", "called", None),
        ]

    async def test_a_finished_patient_who_came_again_is_not_doubled(self, day: Day) -> None:
        ticket = await day.walk_in()
        await day.call()
        await day.do(FinishTicket(ticket.ticket_id), "dokter")
        await day.do(WalkIn(ticket.patient_id, day.desk.dokter, day.desk.visit_types["check-up"]))
        with pytest.raises(AlreadyQueued):
            await day.do(UndoTicket(ticket.ticket_id), "dokter")

    async def test_finishing_and_undoing_take_the_visit_along(self, clinic: Clinic, day: Day) -> None:
        ticket = await day.walk_in()
        await day.call()
        await day.do(StartTicket(ticket.ticket_id), "dokter")
        status = "select status from clinic.encounter where id = %s"
        assert one(clinic, status, ticket.encounter_id) == "in-progress"
        await day.do(FinishTicket(ticket.ticket_id), "dokter")
        assert one(clinic, status, ticket.encounter_id) == "finished"
        await day.do(UndoTicket(ticket.ticket_id), "dokter")
        assert one(clinic, status, ticket.encounter_id) == "in-progress"


class TestWhoMayCall:
    async def test_a_doctor_calls_in_the_own_room_only(self, day: Day) -> None:
        ticket = await day.walk_in()
        with pytest.raises(NotOwnPoint):
            await day.call(by="dokter2")
        await day.call(by="dokter")
        for request in (CallAgain, SkipTicket, FinishTicket, UndoTicket, StartTicket):
            with pytest.raises(NotOwnPoint):
                await day.do(request(ticket.ticket_id), "dokter2")
        assert (await day.ticket(ticket.ticket_id)).status is TicketStatus.CALLED

    @pytest.mark.parametrize("who", ["apoteker", "kasir", "auditor", "pemilik"])
    async def test_others_do_not_call_patients_to_a_doctor(self, day: Day, who: str) -> None:
        await day.walk_in()
        with pytest.raises(PermissionDenied):
            await day.call(by=who)

    async def test_the_pharmacist_calls_at_the_pharmacy_and_sees_no_other_queue(self, day: Day) -> None:
        with pytest.raises(QueueEmpty):
            await day.call(by="apoteker", point="pharmacy")
        await day.walk_in()
        seen: tuple[PointQueue, ...] = await day.do(QueueOf(), "apoteker")  # type: ignore[assignment]
        assert [(queue.point.letter, queue.tickets) for queue in seen] == [("F", ())]

    async def test_the_doctor_sees_all_queues_and_calls_at_one(self, day: Day) -> None:
        seen: tuple[PointQueue, ...] = await day.do(QueueOf(), "dokter")  # type: ignore[assignment]
        assert {queue.point.letter: queue.may_call for queue in seen} == dict.fromkeys("ABFKRU", False) | {"A": True}

    async def test_looking_names_every_patient_in_the_audit_log(self, clinic: Clinic, day: Day) -> None:
        tickets = [await day.walk_in() for _ in range(2)]
        await day.queue("perawat")
        entry = clinic.admin_fetch("select patient_ids from audit.event order by at desc, id desc limit 1")[0]
        assert set(entry["patient_ids"]) == {ticket.patient_id for ticket in tickets}

    async def test_an_unknown_ticket_does_not_exist(self, day: Day) -> None:
        with pytest.raises(NotFound):
            await day.do(CallAgain(day.desk.dokter), "dokter")  # type: ignore[arg-type]


class TestServicePoints:
    async def test_a_letter_and_a_doctor_belong_to_one_point(self, desk: Practice, points: dict[str, UUID]) -> None:
        with pytest.raises(ValidationFailed) as refusal:
            await execute(desk.actors["admin"], SaveServicePoint("A", "Poli", "Clinic", practitioner_id=desk.dokter))
        assert set(refusal.value.fields) == {"letter", "practitioner_id"}
