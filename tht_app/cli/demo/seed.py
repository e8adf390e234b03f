"""Fills an empty clinic with the demo; stopped in the middle, it goes on there the next time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from time import monotonic

from tht_app.cli.demo.calendar import DemoCalendar
from tht_app.cli.demo.clinic import furnish
from tht_app.cli.demo.hand import Hand
from tht_app.cli.demo.plan import FULL, SMALL, Newcomer, Outcome, Plan, Planner, Size, import_day
from tht_app.cli.demo.twins import LATER, twins
from tht_app.cli.demo.visits import Visits
from tht_app.cli.steps import StepFailed
from tht_app.domain.registration import PatientId
from tht_app.domain.registration.consent import ConsentPurpose
from tht_app.domain.registration.sheet import write_lines
from tht_app.use_cases.identity import ListPeople
from tht_app.use_cases.registration import PreviewImport, RegisterPatient, RunImport
from tht_app.use_cases.settings import MarkAsDemo, ReadDemoMark

SERVICE = "demo"
AT_REGISTRATION = 3
NOT_EMPTY = "This clinic has accounts of its own and is no demo: name another folder with THT_DATA_DIR."


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did: `filled` is False when the demo was there already. Seconds by part."""

    filled: bool
    patients: int = 0
    visits: int = 0
    seconds: tuple[tuple[str, float], ...] = ()


async def seed(
    token: str, zone: tzinfo, size: Size, note: Callable[[str], None], now: datetime | None = None
) -> Report:
    """Fill the clinic of this process in the name of the service session `token`.

    `now` is the moment that the demo shows; a run that was stopped keeps the moment and the size it began with. Raises
    `StepFailed` for a clinic with accounts that is no demo.
    """
    hand = Hand(token, note)
    moment = now or datetime.now(UTC)
    mark = await hand.ask(ReadDemoMark(), moment)
    if mark is not None and mark.filled:
        return Report(filled=False)
    if mark is None:
        if await hand.ask(ListPeople(), moment):
            raise StepFailed(NOT_EMPTY)
        await hand.do(MarkAsDemo(moment.isoformat(), size.patients), moment, "mark.begun")
    else:
        moment = datetime.fromisoformat(mark.at)
        size = next((one for one in (FULL, SMALL) if one.patients == mark.patients), size)
    plan = Planner(size, moment, zone).plan()
    seconds = await _fill(hand, plan, zone, note)
    await hand.do(MarkAsDemo(moment.isoformat(), size.patients, filled=True), moment, "mark.filled")
    return Report(True, len(plan.patients), len(plan.visits), seconds)


async def _fill(hand: Hand, plan: Plan, zone: tzinfo, note: Callable[[str], None]) -> tuple[tuple[str, float], ...]:
    started = [monotonic()]
    note("accounts, rooms, medicines")
    place = await furnish(hand, plan)
    started.append(monotonic())
    await _import_list(hand, plan)
    patients = await _register_all(hand, plan)
    started.append(monotonic())
    await _carry_out(hand, plan, Visits(hand, place, patients, plan.now))
    await DemoCalendar(hand, plan, place, patients, zone).write()
    for number, form in twins(plan):
        await hand.do(RegisterPatient(form), plan.now - LATER, f"twin/{number}")
    started.append(monotonic())
    names = ("clinic", "patients", "visits")
    return tuple((name, round(started[at + 1] - started[at], 1)) for at, name in enumerate(names))


async def _import_list(hand: Hand, plan: Plan) -> None:
    """The patients of the former system, as its CSV file brings them in."""
    at = datetime.combine(import_day(plan.first_day), time(2), UTC)
    forms = [plan.patients[number].who.form for number in sorted(plan.imported)]
    if not forms:
        return
    content = write_lines(forms, with_header=True).encode()
    report = await hand.do(PreviewImport("pasien-lama.csv", content), at, "import.preview")
    turn = 0
    while report.ready:
        report = await hand.do(RunImport(report.id), at, f"import.run.{turn}")
        turn += 1
        hand.note(f"{report.added} of {report.total} patients of the former system")


async def _register_all(hand: Hand, plan: Plan) -> dict[int, PatientId]:
    """Everybody else at the desk, in the order of their first day; ids by the numbers of the plan."""
    chosen = [number for number in range(len(plan.patients)) if number not in plan.imported]
    made = await hand.together(
        (_register(hand, number, plan.patients[number], plan) for number in chosen), "patients", len(chosen)
    )
    return dict(zip(chosen, made, strict=True))


async def _register(hand: Hand, number: int, newcomer: Newcomer, plan: Plan) -> PatientId:
    """With the consents that were given at the desk; one in twenty has not been asked."""
    consents = () if number % 20 == 7 else (ConsentPurpose.DATA_PROCESSING,)
    if number % 3 == 0 and consents:
        consents = (*consents, ConsentPurpose.REMINDERS)
    request = RegisterPatient(newcomer.who.form, consents)
    return await hand.do(request, min(newcomer.at, plan.now), f"patient/{number}")


async def _carry_out(hand: Hand, plan: Plan, visits: Visits) -> None:
    """Day after day, so that numbers rise with time; of today those who wait come last."""
    count, done = len(plan.visits), 0
    for day, of_day in plan.days:
        waiting = [visit for visit in of_day if visit.outcome is Outcome.WAITING]
        others = [visit for visit in of_day if visit.outcome is not Outcome.WAITING]
        for group in (others, waiting):
            visits.line_up(group)
            await hand.together((visits.carry_out(visit) for visit in group), "visits", count, done)
            done += len(group)
        if day == plan.today:
            await visits.skip_first(0, plan.now - timedelta(minutes=4))
            await visits.call_first(1, plan.now - timedelta(minutes=1))
            seen = {visit.patient for visit in plan.visits}
            strangers = [number for number in range(len(plan.patients)) if number not in seen | plan.imported]
            await visits.at_registration(strangers[-AT_REGISTRATION:], plan.now - timedelta(minutes=2))
