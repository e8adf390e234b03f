"""The timeline of a patient: everything in its place, nothing that one may not see, page after page without a gap."""

import pytest

from tests.conftest import ZONE, Actors, Clinic
from tests.factories.care import Chart, make_chart
from tests.factories.encounter import make_patient, make_visit
from tests.factories.merging import merge
from tht_app.domain.encounter.timeline import TimelineKind
from tht_app.domain.errors import NotFound, PermissionDenied
from tht_app.domain.letter import LetterKind
from tht_app.state.encounter.timeline import address_of, event_views, kind_choices, read_question
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import AddDiagnosis, ReadTimeline, timeline
from tht_app.use_cases.letter import IssueLetter, WithdrawLetter

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
async def chart(clinic: Clinic, actors: Actors) -> Chart:
    chart = await make_chart(clinic, actors, "dokter")
    form = {
        "start": clinic.admin_fetch("select (now() at time zone 'Asia/Jakarta')::date::text as d")[0]["d"],
        "days": "2",
    }
    clinic.admin_fetch(
        "update clinic.encounter set status = 'in-progress', started_at = now() where id = %s", chart.open
    )
    letter = await execute(actors["dokter"], IssueLetter(chart.open, LetterKind.SICK_NOTE, form))
    await execute(actors["dokter"], WithdrawLetter(letter, "Salah tanggal."))
    return chart


async def kinds(actors: Actors, who: str, chart: Chart) -> set[str]:
    page = await execute(actors[who], ReadTimeline(chart.patient_id))
    return {item.kind.value for item in page.items}


async def test_everything_stands_there_newest_first(actors: Actors, chart: Chart):
    page = await execute(actors["dokter"], ReadTimeline(chart.patient_id))
    assert {item.kind for item in page.items} == set(TimelineKind) - {TimelineKind.ATTACHMENT}
    assert [item.at for item in page.items] == sorted((item.at for item in page.items), reverse=True)
    shown = {view.kind: view for view in event_views(page.items, ZONE, "id")}
    assert shown["diagnosis"].words == "H66.1 Otitis media supuratif kronik tubotimpanik"
    assert (shown["procedure"].detail, shown["procedure"].side) == ("serumen keras", "right")
    assert (shown["allergy"].words, shown["allergy"].visit) == ("penisilin", "")
    assert (shown["letter"].withdrawn, shown["letter"].document) == (True, "")
    assert shown["visit"].visit.startswith("/encounters/")


async def test_a_kind_and_a_year_narrow_it(actors: Actors, chart: Chart):
    doctor = actors["dokter"]
    only = await execute(doctor, ReadTimeline(chart.patient_id, TimelineKind.VISIT))
    assert {item.id for item in only.items} == {chart.signed, chart.open}
    this_year = only.years[0]
    assert (await execute(doctor, ReadTimeline(chart.patient_id, TimelineKind.VISIT, this_year))).items == only.items
    assert (await execute(doctor, ReadTimeline(chart.patient_id, None, this_year - 1))).items == ()


async def test_page_after_page_shows_each_event_once(actors: Actors, chart: Chart, monkeypatch: pytest.MonkeyPatch):
    whole = [item.id for item in (await execute(actors["dokter"], ReadTimeline(chart.patient_id))).items]
    monkeypatch.setattr(timeline, "PAGE", 2)
    seen, place = [], None
    while True:
        page = await execute(actors["dokter"], ReadTimeline(chart.patient_id, after=place))
        seen += [item.id for item in page.items]
        place = page.after
        if place is None:
            break
    assert seen == whole


async def test_a_nurse_is_shown_neither_prescriptions_nor_letters_and_is_not_offered_them(actors: Actors, chart: Chart):
    assert await kinds(actors, "perawat", chart) == {"visit", "diagnosis", "procedure", "allergy"}
    page = await execute(actors["perawat"], ReadTimeline(chart.patient_id, TimelineKind.PRESCRIPTION))
    assert page.items == ()
    assert TimelineKind.LETTER not in page.kinds


async def test_who_does_not_treat_the_patient_is_shown_nothing(actors: Actors, chart: Chart):
    with pytest.raises(NotFound):
        await execute(actors["dokter2"], ReadTimeline(chart.patient_id))
    for username in ("admin", "apoteker", "kasir", "auditor", "pemilik"):
        with pytest.raises(PermissionDenied):
            await execute(actors[username], ReadTimeline(chart.patient_id))


async def test_a_look_is_in_the_audit_log(actors: Actors, chart: Chart, clinic: Clinic):
    count = (
        "select count(*) as n from audit.event where %s = any (patient_ids) "
        "and request = 'encounter.timeline.ReadTimeline'"
    )
    before = clinic.admin_fetch(count, chart.patient_id)[0]["n"]
    await execute(actors["dokter"], ReadTimeline(chart.patient_id))
    assert clinic.admin_fetch(count, chart.patient_id)[0]["n"] == before + 1


async def test_two_records_that_were_merged_are_one_timeline(actors: Actors, clinic: Clinic):
    one, other = await make_patient(actors["admin"], "Agus Salim"), await make_patient(actors["admin"], "Agus Salim")
    visits = [await make_visit(actors, patient) for patient in (one, other)]
    await execute(actors["dokter"], AddDiagnosis(visits[1], "R42"))
    clinic.admin_fetch(
        "update clinic.encounter set status = 'finished', ended_at = now() where id = any(%s)", list(visits)
    )
    await merge(actors["admin"], one, other, confirmed=True, reason="Orang yang sama.")
    page = await execute(actors["dokter"], ReadTimeline(one))
    assert {item.encounter_id for item in page.items} == set(visits)


def test_an_address_says_everything_and_nonsense_in_it_does_not_matter():
    asked = read_question({"kind": "diagnosis", "year": "2026", "at": "2026-11-25T10:00:00+00:00", "id": "0" * 32})
    assert (asked.kind, asked.year) == (TimelineKind.DIAGNOSIS, 2026)
    address = address_of("p", asked.kind, asked.year, asked.after)
    assert address.startswith("/patients/p/timeline?kind=diagnosis&year=2026&at=2026-11-25T10%3A00%3A00")
    for odd in (
        {"kind": "x"},
        {"year": "99999"},
        {"year": "²"},
        {"at": "2026-11-25T10:00:00", "id": "0" * 32},
        {"id": "1"},
    ):
        assert read_question(odd) == read_question({})


async def test_the_choice_of_a_kind_keeps_the_year_and_begins_at_the_newest(actors: Actors, chart: Chart):
    page = await execute(actors["perawat"], ReadTimeline(chart.patient_id))
    asked = read_question({"kind": "visit", "year": "2026", "at": "2026-11-25T10:00:00+00:00", "id": "0" * 32})
    choices = kind_choices("p", asked, page, "id")
    assert [choice.chosen for choice in choices] == [False, True, False, False, False, False]
    assert choices[0].address == "/patients/p/timeline?year=2026"
