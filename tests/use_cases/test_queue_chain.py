"""One number through the clinic: registration, doctor, audiology, cash counter, pharmacy; races, undo, task times."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from tests.conftest import Actors, Clinic
from tests.factories.queue import Day, service_points
from tests.factories.scheduling import Practice, at, practice
from tht_app.domain.errors import PermissionDenied, ValidationFailed
from tht_app.domain.queue import (
    AlreadyQueued,
    MovedOn,
    Need,
    NothingToUndo,
    NotOwnPoint,
    PriorityReason,
    QueueEmpty,
    SamePoint,
    ServicePointId,
    StepRefused,
    TicketStatus,
)
from tht_app.domain.scheduling import CancelReason
from tht_app.use_cases.encounter import FinishEncounter, StartEncounter
from tht_app.use_cases.queue import (
    CallAgain,
    Called,
    CancelTicket,
    CheckIn,
    FinishTicket,
    IssuedTicket,
    MoveTicket,
    QueueRules,
    SaveQueueRules,
    SaveServicePoint,
    SetNeeds,
    SetPriority,
    SkipTicket,
    StartTicket,
    TicketEntry,
    UndoTicket,
    WalkIn,
)
from tht_app.use_cases.scheduling import CancelAppointment, MarkNoShow, RestoreAppointment


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


def tasks(clinic: Clinic, visit: UUID) -> list[int]:
    """The task times that stand, in their order; their moments must rise."""
    rows = clinic.admin_fetch("select task, at from clinic.bpjs_task_standing where visit_id = %s order by at", visit)
    assert len({row["at"] for row in rows}) == len(rows)
    return [row["task"] for row in rows]


async def waiting(day: Day, point: str) -> list[TicketEntry]:
    return [one for one in (await day.queue(point=point)).tickets if one.status is TicketStatus.WAITING]


async def only(day: Day, point: str) -> TicketEntry:
    (ticket,) = await waiting(day, point)
    return ticket


class TestChain:
    async def test_one_number_goes_from_registration_to_the_pharmacy(self, clinic: Clinic, day: Day) -> None:
        first = await day.register("perawat")
        assert (first.label, first.encounter_id) == ("R-001", None)
        await day.call(by="admin", point="registration")
        await day.do(FinishTicket(first.ticket_id, day.points["dokter"]))
        at_doctor = await only(day, "dokter")
        assert (at_doctor.label, at_doctor.chained, at_doctor.patient_id) == ("R-001", True, first.patient_id)
        visit = clinic.admin_fetch("select * from clinic.encounter where id = %s", at_doctor.encounter_id)[0]
        assert (visit["practitioner_id"], visit["status"]) == (day.desk.dokter, "arrived")
        await day.call()
        await day.do(StartTicket(at_doctor.id), "dokter")
        await day.call(finish=at_doctor.id, send_to="cashier")
        assert (await day.ticket(at_doctor.id)).next_point_names == {"id": "Loket K", "en": "Counter K"}
        paying = await only(day, "cashier")
        await day.call(by="kasir", point="cashier")
        await day.do(FinishTicket(paying.id, day.points["pharmacy"]), "kasir")
        fetching = await only(day, "pharmacy")
        assert fetching.label == "R-001"
        await day.call(by="apoteker", point="pharmacy")
        await day.do(FinishTicket(fetching.id), "apoteker")
        assert tasks(clinic, first.ticket_id) == [1, 2, 3, 4, 5, 6, 7]
        assert one(clinic, "select status from clinic.encounter where id = %s", at_doctor.encounter_id) == "finished"

    async def test_audiology_leads_back_to_the_same_visit(self, clinic: Clinic, day: Day) -> None:
        ticket = await day.walk_in()
        await day.call()
        await day.do(StartTicket(ticket.ticket_id), "dokter")
        await day.do(FinishTicket(ticket.ticket_id, day.points["audiology"]), "dokter")
        status = "select status from clinic.encounter where id = %s"
        assert one(clinic, status, ticket.encounter_id) == "in-progress", "the doctor has not finished"
        assert tasks(clinic, ticket.ticket_id) == [3, 4]
        hearing = await only(day, "audiology")
        await day.call(by="perawat", point="audiology")
        await day.do(FinishTicket(hearing.id, day.points["dokter"]), "perawat")
        back = await only(day, "dokter")
        assert (back.encounter_id, back.label) == (ticket.encounter_id, ticket.label)
        await day.call()
        await day.do(FinishTicket(back.id), "dokter")
        assert one(clinic, status, ticket.encounter_id) == "finished"
        assert tasks(clinic, ticket.ticket_id) == [3, 4, 5]

    async def test_the_appointment_is_kept_when_the_visit_ends_and_not_before(self, clinic: Clinic, day: Day) -> None:
        booked = await day.desk.book(at(8, day=day.date))
        ticket: IssuedTicket = await day.do(CheckIn(booked))
        await day.call()
        await day.do(FinishTicket(ticket.ticket_id, day.points["audiology"]), "dokter")
        status = "select status from clinic.appointment where id = %s"
        assert one(clinic, status, booked) == "arrived"
        hearing = await only(day, "audiology")
        await day.call(by="perawat", point="audiology")
        await day.do(FinishTicket(hearing.id, day.points["dokter"]), "perawat")
        await day.call(send_to=None)
        await day.do(FinishTicket((await day.queue()).tickets[-1].id, day.points["cashier"]), "dokter")
        assert one(clinic, status, booked) == "fulfilled"

    async def test_another_doctor_gets_an_encounter_of_their_own(self, clinic: Clinic, day: Day) -> None:
        ticket = await day.walk_in()
        await day.do(MoveTicket(ticket.ticket_id, day.points["dokter2"]), "perawat")
        moved = await only(day, "dokter2")
        encounters = clinic.admin_fetch(
            "select id, practitioner_id, status from clinic.encounter where patient_id = %s order by arrived_at, id",
            ticket.patient_id,
        )
        assert [(row["practitioner_id"], row["status"]) for row in encounters] == [
            (day.desk.dokter, "cancelled"),
            (day.desk.dokter2, "arrived"),
        ]
        assert moved.encounter_id == encounters[1]["id"]

    async def test_the_end_on_the_doctors_own_screen_takes_the_ticket_along(self, clinic: Clinic, day: Day) -> None:
        dokter = day.points["dokter"]
        point = SaveServicePoint(
            "A", "Poli A", "Clinic A", practitioner_id=day.desk.dokter, service_point_id=dokter,
            next_point_id=day.points["cashier"],
        )  # fmt: skip
        await day.do(point)
        ticket = await day.walk_in()
        await day.call()
        await day.do(StartEncounter(ticket.encounter_id), "dokter")  # type: ignore[arg-type]
        assert (await day.ticket(ticket.ticket_id)).status is TicketStatus.IN_SERVICE
        await day.do(FinishEncounter(ticket.encounter_id), "dokter")  # type: ignore[arg-type]
        assert (await day.ticket(ticket.ticket_id)).status is TicketStatus.DONE
        assert (await only(day, "cashier")).label == ticket.label, "the usual way from there"
        assert tasks(clinic, ticket.ticket_id) == [3, 4, 5]

    async def test_nobody_is_sent_to_where_they_are_or_to_nowhere(self, day: Day) -> None:
        ticket = await day.walk_in()
        await day.call()
        with pytest.raises(SamePoint):
            await day.do(FinishTicket(ticket.ticket_id, day.points["dokter"]), "dokter")
        with pytest.raises(ValidationFailed):
            await day.do(FinishTicket(ticket.ticket_id, day.desk.dokter), "dokter")  # type: ignore[arg-type]
        assert (await day.ticket(ticket.ticket_id)).status is TicketStatus.CALLED

    async def test_a_doctors_point_needs_the_doctor(self, day: Day) -> None:
        patient = await day.desk.patient()
        with pytest.raises(ValidationFailed):
            await day.do(WalkIn(patient, service_point_id=day.points["dokter"]))  # type: ignore[arg-type]

    @pytest.mark.parametrize(("who", "point"), [("apoteker", "cashier"), ("kasir", "pharmacy"), ("dokter", "pharmacy")])
    async def test_counters_call_at_their_own_only(self, day: Day, who: str, point: str) -> None:
        ticket: IssuedTicket = await day.do(WalkIn(await day.desk.patient(), service_point_id=day.points[point]))  # type: ignore[arg-type]
        with pytest.raises(NotOwnPoint):
            await day.call(by=who, point=point)
        with pytest.raises(NotOwnPoint):
            await day.do(MoveTicket(ticket.ticket_id, day.points["registration"]), who)
        assert (await only(day, point)).id == ticket.ticket_id

    @pytest.mark.parametrize("who", ["auditor", "pemilik"])
    async def test_others_move_nobody(self, day: Day, who: str) -> None:
        ticket = await day.walk_in()
        for request in (
            MoveTicket(ticket.ticket_id, day.points["cashier"]),
            SetPriority(ticket.ticket_id, PriorityReason.CHILD),
            SetNeeds(ticket.ticket_id, (Need.VISUAL,)),
            FinishTicket(ticket.ticket_id, day.points["cashier"]),
        ):
            with pytest.raises(PermissionDenied):
                await day.do(request, who)
        assert (await only(day, "dokter")).needs == ()


class TestUndo:
    async def test_who_was_sent_on_comes_back_while_nobody_called_them(self, clinic: Clinic, day: Day) -> None:
        ticket = await day.walk_in()
        await day.call()
        await day.do(StartTicket(ticket.ticket_id), "dokter")
        await day.do(FinishTicket(ticket.ticket_id, day.points["pharmacy"]), "dokter")
        assert await day.do(UndoTicket(ticket.ticket_id), "dokter") is TicketStatus.IN_SERVICE
        assert await waiting(day, "pharmacy") == []
        assert one(clinic, "select status from clinic.encounter where id = %s", ticket.encounter_id) == "in-progress"
        assert tasks(clinic, ticket.ticket_id) == [3, 4]
        await day.do(FinishTicket(ticket.ticket_id, day.points["pharmacy"]), "dokter")
        assert tasks(clinic, ticket.ticket_id) == [3, 4, 5]
        await day.call(by="apoteker", point="pharmacy")
        with pytest.raises(MovedOn) as refusal:
            await day.do(UndoTicket(ticket.ticket_id), "dokter")
        assert refusal.value.params == {"label": ticket.label}

    async def test_finishing_without_coming_in_finishes_the_visit_and_undo_opens_it(
        self, clinic: Clinic, day: Day
    ) -> None:
        ticket = await day.walk_in()
        await day.call()
        status = "select status from clinic.encounter where id = %s"
        await day.do(FinishTicket(ticket.ticket_id), "dokter")
        assert one(clinic, status, ticket.encounter_id) == "finished"
        assert await day.do(UndoTicket(ticket.ticket_id), "dokter") is TicketStatus.CALLED
        assert one(clinic, status, ticket.encounter_id) == "arrived"

    async def test_a_move_is_undone_by_moving_back_to_the_old_place(self, clinic: Clinic, day: Day) -> None:
        first, second = await day.walk_in(), await day.walk_in()
        await day.do(MoveTicket(first.ticket_id, day.points["dokter2"]))
        assert (await only(day, "dokter")).id == second.ticket_id
        await day.do(UndoTicket(first.ticket_id))
        assert [one.label for one in await waiting(day, "dokter")] == [first.label, second.label]
        assert await waiting(day, "dokter2") == []
        states = clinic.admin_fetch(
            "select status, count(*) from clinic.encounter where patient_id = %s group by 1", first.patient_id
        )
        assert {row["status"]: row["count"] for row in states} == {"cancelled": 2, "arrived": 1}
        with pytest.raises(NothingToUndo):
            await day.do(UndoTicket((await waiting(day, "dokter"))[0].id))

    async def test_a_call_for_nobody_is_no_task_time_and_the_real_one_is(self, clinic: Clinic, day: Day) -> None:
        ticket = await day.walk_in()
        await day.call()
        await day.do(SkipTicket(ticket.ticket_id), "dokter")
        assert tasks(clinic, ticket.ticket_id) == [3]
        await day.do(UndoTicket(ticket.ticket_id), "dokter")
        assert tasks(clinic, ticket.ticket_id) == [3, 4]
        await day.do(SkipTicket(ticket.ticket_id), "dokter")
        await day.call()
        assert tasks(clinic, ticket.ticket_id) == [3, 4]
        moment = one(
            clinic, "select at from clinic.bpjs_task_standing where task = 4 and ticket_id = %s", ticket.ticket_id
        )
        assert moment == (await day.ticket(ticket.ticket_id)).called_at
        kept = one(clinic, "select count(*) from clinic.bpjs_task_time where ticket_id = %s", ticket.ticket_id)
        assert kept == 6, "three calls and an arrival recorded, two taken back; nothing was erased"

    async def test_the_board_says_where_somebody_went(self, day: Day) -> None:
        ticket = await day.walk_in()
        await day.call()
        await day.do(FinishTicket(ticket.ticket_id, day.points["pharmacy"]), "dokter")
        last = (await day.queue("dokter")).recent[0]
        assert (last.step.value, last.undo_to) == ("forwarded", TicketStatus.CALLED)
        assert last.next_point_names == {"id": "Loket F", "en": "Counter F"}


class TestLeaving:
    async def test_a_walk_in_who_leaves_is_absent(self, clinic: Clinic, day: Day) -> None:
        ticket = await day.walk_in()
        await day.do(CancelTicket(ticket.ticket_id))
        assert tasks(clinic, ticket.ticket_id) == [3, 99]

    async def test_a_check_in_by_mistake_never_was(self, clinic: Clinic, day: Day) -> None:
        booked = await day.desk.book(at(9, day=day.date))
        ticket: IssuedTicket = await day.do(CheckIn(booked))
        await day.do(CancelTicket(ticket.ticket_id))
        assert tasks(clinic, ticket.ticket_id) == []

    async def test_who_leaves_before_the_pharmacy_was_not_absent(self, clinic: Clinic, day: Day) -> None:
        ticket = await day.walk_in()
        await day.call()
        await day.call(finish=ticket.ticket_id, send_to="pharmacy")
        await day.do(CancelTicket((await only(day, "pharmacy")).id))
        assert tasks(clinic, ticket.ticket_id) == [3, 4, 5]
        assert one(clinic, "select status from clinic.encounter where id = %s", ticket.encounter_id) == "finished"

    async def test_an_appointment_missed_or_called_off_is_99_and_its_undo_takes_it_back(
        self, clinic: Clinic, day: Day
    ) -> None:
        missed = await day.desk.book(at(8, day=day.date))
        called_off = await day.desk.book(at(15, day=day.date))
        await day.do(MarkNoShow(missed))
        await day.do(CancelAppointment(called_off, CancelReason.PATIENT))
        assert (tasks(clinic, missed), tasks(clinic, called_off)) == ([99], [99])
        for appointment in (missed, called_off):
            await day.do(RestoreAppointment(appointment))
            assert tasks(clinic, appointment) == []


class TestTurn:
    async def test_priority_and_its_loss_change_the_order(self, day: Day) -> None:
        first, second = await day.walk_in(), await day.walk_in()
        await day.do(SetPriority(second.ticket_id, PriorityReason.ELDERLY), "perawat")
        assert [one.id for one in await waiting(day, "dokter")] == [second.ticket_id, first.ticket_id]
        await day.do(SetPriority(second.ticket_id, None))
        assert (await day.call()).ticket_id == first.ticket_id
        with pytest.raises(StepRefused):
            await day.do(SetPriority(first.ticket_id, PriorityReason.CHILD))

    async def test_somebody_can_be_called_out_of_turn(self, day: Day) -> None:
        await day.walk_in()
        later = await day.walk_in()
        await day.do(CallAgain(later.ticket_id), "dokter")
        assert (await day.ticket(later.ticket_id)).status is TicketStatus.CALLED

    async def test_a_skipped_patient_returns_after_as_many_as_the_clinic_says(self, day: Day) -> None:
        await day.do(SaveQueueRules(QueueRules(returns_after=1)), "pemilik")
        away, *others = [await day.walk_in() for _ in range(3)]
        await day.call()
        await day.do(SkipTicket(away.ticket_id), "dokter")
        order = [(await day.call()).ticket_id for _ in range(3)]
        assert order == [others[0].ticket_id, away.ticket_id, others[1].ticket_id]

    @pytest.mark.parametrize("number", [0, -1, 21])
    async def test_nonsense_is_no_rule_and_others_set_none(self, day: Day, number: int) -> None:
        with pytest.raises(ValidationFailed):
            await day.do(SaveQueueRules(QueueRules(number)), "pemilik")
        with pytest.raises(PermissionDenied):
            await day.do(SaveQueueRules(QueueRules(3)), "admin")

    async def test_needs_go_along_and_hold_at_the_next_visit(self, day: Day) -> None:
        ticket = await day.walk_in()
        await day.do(SetNeeds(ticket.ticket_id, (Need.VISUAL, Need.WHEELCHAIR)), "perawat")
        await day.call()
        await day.call(finish=ticket.ticket_id, send_to="pharmacy")
        assert (await only(day, "pharmacy")).needs == (Need.VISUAL, Need.WHEELCHAIR)
        await day.do(CancelTicket((await only(day, "pharmacy")).id))
        again: IssuedTicket = await day.do(WalkIn(ticket.patient_id))
        assert (await day.ticket(again.ticket_id, "registration")).needs == (Need.VISUAL, Need.WHEELCHAIR)

    async def test_first_visit_and_control_are_told_apart(self, day: Day) -> None:
        ticket = await day.walk_in()
        assert (await day.ticket(ticket.ticket_id)).first_visit
        await day.call()
        await day.do(FinishTicket(ticket.ticket_id), "dokter")
        day.date += timedelta(days=1)
        again: IssuedTicket = await day.do(WalkIn(ticket.patient_id))
        assert not (await day.ticket(again.ticket_id, "registration")).first_visit


class TestRaces:
    async def test_sixty_four_presses_at_a_counter_never_get_the_same_patient(self, day: Day) -> None:
        tickets = [await day.walk_in() for _ in range(20)]
        for ticket in tickets:
            await day.call()
            await day.do(FinishTicket(ticket.ticket_id, day.points["pharmacy"]), "dokter")
        callers = ("apoteker", "admin", "perawat")
        pressed = [day.call(by=callers[number % 3], point="pharmacy") for number in range(64)]
        found = await asyncio.gather(*pressed, return_exceptions=True)
        called = [result.ticket_id for result in found if isinstance(result, Called)]
        assert len(called) == len(set(called)), "nobody was called twice"
        assert {type(result) for result in found} <= {Called, QueueEmpty}
        assert len(called) + len(await waiting(day, "pharmacy")) == 20, "nobody was lost"

    async def test_sent_on_by_many_at_once_waits_once(self, clinic: Clinic, day: Day) -> None:
        ticket = await day.walk_in()
        await day.call()
        targets = ("cashier", "pharmacy", "audiology", "dokter2")
        sent = [FinishTicket(ticket.ticket_id, day.points[targets[number % 4]]) for number in range(16)]
        found = await asyncio.gather(*(day.do(request) for request in sent), return_exceptions=True)
        assert sum(isinstance(result, UUID) for result in found) == 1
        assert {type(result) for result in found} <= {UUID, StepRefused}
        where = [point for point in targets for _ in await waiting(day, point)]
        assert len(where) == 1

    async def test_called_there_and_undone_here_at_one_moment_ends_in_one_place(self, clinic: Clinic, day: Day) -> None:
        for _ in range(6):
            ticket = await day.walk_in()
            await day.call()
            await day.do(FinishTicket(ticket.ticket_id, day.points["pharmacy"]), "dokter")
            undone, called = await asyncio.gather(
                day.do(UndoTicket(ticket.ticket_id), "dokter"),
                day.call(by="apoteker", point="pharmacy"),
                return_exceptions=True,
            )
            assert isinstance(undone, MovedOn) != isinstance(called, QueueEmpty)
            open_now = one(
                clinic,
                "select count(*) from clinic.queue_ticket where label = %s and day = %s "
                "and status in ('waiting', 'called', 'in-service', 'skipped')",
                ticket.label,
                day.date,
            )
            assert open_now == 1
            point = "dokter" if isinstance(called, QueueEmpty) else "pharmacy"
            rest = [each for each in (await day.queue(point=point)).tickets if each.label == ticket.label]
            await day.do(FinishTicket(rest[-1].id))

    async def test_one_patient_at_many_desks_gets_one_number_at_registration(self, day: Day) -> None:
        patient = await day.desk.patient()
        found = await asyncio.gather(*(day.do(WalkIn(patient)) for _ in range(8)), return_exceptions=True)  # type: ignore[arg-type]
        assert sum(isinstance(result, IssuedTicket) for result in found) == 1
        assert {type(result) for result in found} == {IssuedTicket, AlreadyQueued}
