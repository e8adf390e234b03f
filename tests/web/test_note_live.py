"""The shared note over its real line: stored before it is acknowledged, who may what, what attackers get."""

import asyncio
import os
from uuid import UUID, uuid4

import aiohttp
import pytest
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from tests.conftest import Actors, Clinic
from tests.factories.encounter import make_complete_note, make_patient, make_visit
from tests.web.conftest import PASSWORD, RunningServer
from tests.web.note_client import NoteClient
from tht_app.domain.encounter.note import LARGEST_UPDATE
from tht_app.live.note_wire import Kind
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import (
    ReadNote,
    ReviewForSigning,
    SaveSection,
    SettleNote,
    SignEncounter,
    shared_note,
)
from tht_app.use_cases.encounter.note_document import clocks_of, document_of, seed

pytestmark = pytest.mark.integration
REFUSED = 4403


@pytest.fixture
async def visit(actors: Actors) -> UUID:
    patient = await make_patient(actors["admin"])
    await make_visit(actors, patient, "dokter2")  # a colleague who treats the patient as well, and so may read
    return await make_visit(actors, patient)


@pytest.fixture(scope="module")
async def browsers(server: RunningServer):
    """Everybody signed in once, each at an address of their own."""
    people = ("dokter", "dokter2", "perawat", "apoteker", "kasir", "admin", "auditor", "pemilik")
    signed = {who: await server.signed_in(who, address=f"203.0.113.{n}") for n, who in enumerate(people, start=20)}
    yield signed
    for browser in signed.values():
        await browser.close()


def stored(clinic: Clinic, visit: UUID, kind: str = "edit") -> int:
    rows = clinic.admin_fetch("select 1 from clinic.note_update where encounter_id = %s and kind = %s", visit, kind)
    return len(rows)


def denials(clinic: Clinic) -> list[tuple[str, str]]:
    rows = clinic.admin_fetch(
        "select p.username, e.reason from audit.event e join sec.person p on p.id = e.person_id "
        "where e.action = 'deny' and e.request like '%%shared_note.AppendUpdate' order by e.at"
    )
    return [(row["username"], row["reason"]) for row in rows]


async def texts(actors: Actors, visit: UUID) -> dict[str, str]:
    await execute(actors["worker"], SettleNote(visit))
    note = await execute(actors["dokter"], ReadNote(visit))
    return {section.section.value: section.text for section in note.sections}


async def test_two_write_at_once_and_both_see_all(browsers, visit, actors):
    async with NoteClient(browsers["dokter"], visit) as doctor, NoteClient(browsers["perawat"], visit) as nurse:
        await asyncio.gather(
            *(nurse.type("subjective", f"n{i} ") for i in range(20)),
            *(doctor.type("plan", f"d{i} ") for i in range(20)),
        )
        for pen in (doctor, nurse):
            await pen.until(lambda pen=pen: "d19" in pen.says("plan") and "n19" in pen.says("subjective"))
        assert clocks_of(doctor.document.get_state()) == clocks_of(nurse.document.get_state())
        assert {one["name"] for one in doctor.people.values()} == {"Dewi Lestari"}
        assert [one["nurse"] for one in nurse.people.values()] == [False]
    said = await texts(actors, visit)
    assert [f"n{i}" for i in range(20)] == said["subjective"].split()
    assert [f"d{i}" for i in range(20)] == said["plan"].split()


async def test_what_is_acknowledged_is_committed_sealed_and_in_its_authors_name(browsers, visit, clinic):
    async with NoteClient(browsers["perawat"], visit) as nurse:
        await nurse.type("subjective", "rahasia-telinga")
        rows = clinic.admin_fetch("select * from clinic.note_update where encounter_id = %s order by seq", visit)
    assert [row["kind"] for row in rows] == ["seed", "edit"]
    assert rows[1]["author_id"] == clinic.person_id("perawat")
    assert rows[1]["sections"] == ["subjective"]
    assert b"rahasia" not in bytes(rows[1]["body_sealed"])


async def test_the_document_begins_once_from_what_the_sections_said(browsers, visit, actors, clinic):
    await execute(actors["dokter"], SaveSection(visit, "plan", "baris satu\n\n- dua 👂🏽 مرحبا\n", 0))

    async def opened(who):
        async with NoteClient(browsers[who], visit) as pen:
            return pen.says("plan"), pen.document.get_state()

    seen = await asyncio.gather(*(opened(who) for who in ("dokter", "perawat", "dokter2", "dokter", "perawat")))
    assert {text for text, _ in seen} == {"baris satu\n\n- dua 👂🏽 مرحبا\n"}
    assert len({state for _, state in seen}) == 1
    assert stored(clinic, visit, "seed") == 1


async def test_versions_say_who_wrote_last_and_a_program_writes_through_the_document(browsers, visit, actors, clinic):
    async with NoteClient(browsers["dokter"], visit) as doctor, NoteClient(browsers["perawat"], visit) as nurse:
        await nurse.type("subjective", "dari perawat")
        await doctor.type("plan", "dari dokter")
        await execute(actors["dokter"], SettleNote(visit))
        note = await execute(actors["dokter"], ReadNote(visit))
        authors = {section.section.value: (section.version, section.author_id) for section in note.sections}
        assert authors["subjective"] == (1, clinic.person_id("perawat"))
        assert authors["plan"] == (1, clinic.person_id("dokter"))
        assert authors["objective"] == (0, None)
        await execute(actors["dokter"], SaveSection(visit, "plan", "dari program", 1))
        await doctor.until(lambda: doctor.says("plan") == "dari program")
        assert (await texts(actors, visit))["plan"] == "dari program"


@pytest.mark.parametrize(
    "text",
    ["مرحبا שלום", "👩🏽‍⚕️👂🏽 a\u0301 \U0001f600", "<script>alert(1)</script> demam <38°C & x", "\u202eabc\u202c"],
)
async def test_odd_letters_come_back_as_they_were(browsers, visit, actors, text):
    async with NoteClient(browsers["dokter"], visit) as doctor:
        await doctor.type("objective", text)
    assert (await texts(actors, visit))["objective"] == text


async def test_a_megabyte_is_written_read_and_signed_like_any_other_note(browsers, visit, actors):
    await make_complete_note(actors["dokter"], visit)
    line = "Telinga kanan berair, sekret mukopurulen, nyeri berkurang. " * 2
    async with NoteClient(browsers["dokter"], visit) as doctor:
        before = doctor.document.get_state()
        with doctor.document.transaction():
            children = doctor.document.get("subjective", type=XmlFragment).children
            for _ in range(9_000):
                children.append(XmlElement("paragraph", {}, [XmlText(line)]))
        await doctor.push(doctor.document.get_update(before))
        assert not doctor.refused
        async with NoteClient(browsers["perawat"], visit) as nurse:
            assert len(nurse.says("subjective")) > 1_000_000
            await nurse.type("objective", "masih bisa")
    await execute(actors["dokter"], SignEncounter(visit, PASSWORD))
    note = await execute(actors["dokter"], ReadNote(visit))
    signed = {section.section.value: section.text for section in note.sections}
    assert len(signed["subjective"]) > 1_000_000
    assert "masih bisa" in signed["objective"]


async def test_a_viewer_who_writes_is_closed_and_audited(browsers, visit, clinic):
    already = len(denials(clinic))
    async with NoteClient(browsers["dokter2"], visit) as other:
        assert other.welcome["writable"] == []
        await other.type("subjective", "bukan pasien saya")
        assert other.refused["words"]
        assert await other.closed() == REFUSED
    assert denials(clinic)[already:] == [("dokter2", "common.permission_denied")]
    assert stored(clinic, visit) == 0


@pytest.mark.parametrize("section", ["assessment", "plan"])
async def test_a_nurse_in_a_or_p_is_refused_audited_closed_and_begins_anew(browsers, visit, clinic, actors, section):
    already = len(denials(clinic))
    async with NoteClient(browsers["dokter"], visit) as doctor, NoteClient(browsers["perawat"], visit) as nurse:
        await nurse.type("subjective", "boleh")
        await nurse.type(section, "tidak boleh")
        assert (nurse.refused["code"], await nurse.closed()) == ("common.permission_denied", REFUSED)
        await doctor.type("plan", "tetap jalan")
        async with NoteClient(browsers["perawat"], visit) as again:
            assert (again.says(section), again.says("subjective")) == (doctor.says(section), "boleh")
            await again.type("objective", "lanjut")
            assert not again.refused
    assert len(denials(clinic)) == already + 1
    said = await texts(actors, visit)
    assert (said["subjective"], said["plan"], said["assessment"]) == ("boleh", "tetap jalan", "")


async def test_a_nurse_cannot_leave_something_that_the_doctors_next_word_sets_off(browsers, visit, clinic):
    """A step that waits for a piece of somebody else would come into effect with that one's rights."""
    async with NoteClient(browsers["dokter"], visit) as doctor, NoteClient(browsers["perawat"], visit) as nurse:
        forged: Doc = Doc()
        forged.apply_update(doctor.document.get_update())
        copy = document_of((forged.get_update(),))
        copy.get("plan", type=XmlFragment).children[0].children.append(XmlText("dokter "))
        base = copy.get_state()
        copy.get("plan", type=XmlFragment).children[0].children[0].insert(0, "titipan ")
        await nurse.push(copy.get_update(base))
        assert nurse.refused["code"] == "encounter.update_broken"
        assert await nurse.closed() == REFUSED
    assert stored(clinic, visit) == 0


def number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


async def test_a_nurse_cannot_remove_what_the_doctor_has_not_written_yet(browsers, visit, clinic):
    async with NoteClient(browsers["dokter"], visit) as doctor, NoteClient(browsers["perawat"], visit) as nurse:
        removal = number(0) + number(1) + number(doctor.document.client_id) + number(1) + number(0) + number(1000)
        await nurse.push(removal)
        assert nurse.refused["code"] == "encounter.update_broken"
        await doctor.type("plan", "utuh")
        assert doctor.says("plan") == "utuh"
    assert stored(clinic, visit) == 1


def _script() -> bytes:
    other: Doc = Doc()
    other.get("plan", type=XmlFragment).children.append(XmlElement("script", {}, [XmlText("x")]))
    return other.get_update()


def _other_root() -> bytes:
    other: Doc = Doc()
    other.get("resume", type=XmlFragment).children.append(XmlElement("paragraph", {}, [XmlText("x")]))
    return other.get_update()


def _deep() -> bytes:
    other: Doc = Doc()
    node = other.get("plan", type=XmlFragment)
    with other.transaction():
        for _ in range(60):
            node.children.append(XmlElement("bulletList", {}, [XmlElement("listItem")]))
            node = node.children[0].children[0]
    return other.get_update()


BAD_UPDATES = {
    "noise": os.urandom(200),
    "nothing": b"\x00",
    "cut": seed({})[:-7],
    "script": _script(),
    "other_root": _other_root(),
    "deep": _deep(),
}


@pytest.mark.parametrize("name", BAD_UPDATES)
async def test_garbage_closes_the_line_with_a_word_and_harms_nobody(browsers, visit, clinic, name):
    already = len(denials(clinic))
    async with NoteClient(browsers["perawat"], visit) as nurse, NoteClient(browsers["dokter"], visit) as doctor:
        await doctor.push(BAD_UPDATES[name])
        assert (doctor.refused["code"], await doctor.closed()) == ("encounter.update_broken", REFUSED)
        assert doctor.refused["words"]
        await nurse.type("subjective", "tidak terganggu")
        assert not nurse.refused
    assert denials(clinic)[already:] == [("dokter", "encounter.update_broken")]
    assert stored(clinic, visit) == 1


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xff",
        bytes([Kind.UPDATE]) + b"\x00\x00",
        bytes([Kind.PRESENCE]) + b"{",
        bytes([Kind.PRESENCE]) + b"[]",
        bytes([Kind.STATE]) + b"\xff" * 9,
    ],
)
async def test_a_message_that_is_none_closes_the_line(browsers, visit, message):
    async with NoteClient(browsers["dokter"], visit) as doctor:
        await doctor.socket.send_bytes(message)
        assert (await doctor.closed(), doctor.refused["code"]) == (REFUSED, "encounter.update_broken")


async def test_words_instead_of_bytes_close_the_line(browsers, visit):
    async with NoteClient(browsers["dokter"], visit) as doctor:
        await doctor.socket.send_str("halo")
        assert await doctor.closed() == REFUSED


async def test_what_is_too_large_closes_the_line(browsers, visit, clinic):
    async with NoteClient(browsers["dokter"], visit) as doctor:
        await doctor.push(b"\x00" * (LARGEST_UPDATE + 100), wait=False)
        assert (await doctor.closed(), doctor.refused["code"]) == (REFUSED, "encounter.note_too_large")
    assert stored(clinic, visit) == 0


async def test_a_flood_closes_the_line(browsers, visit):
    async with NoteClient(browsers["dokter"], visit) as doctor:
        for _ in range(1500):
            if doctor.socket.closed:
                break
            await doctor.send(Kind.PING)
        assert (await doctor.closed(), doctor.refused["code"]) == (REFUSED, "encounter.too_fast")


async def test_signing_writes_down_what_was_typed_a_moment_ago_and_freezes_the_note(browsers, visit, actors, clinic):
    await make_complete_note(actors["dokter"], visit)
    async with NoteClient(browsers["dokter"], visit) as doctor, NoteClient(browsers["perawat"], visit) as nurse:
        await nurse.type("subjective", " Ditambah perawat.")
        await execute(actors["dokter"], SettleNote(visit))
        review = await execute(actors["dokter"], ReviewForSigning(visit))
        await doctor.type("plan", " Kata terakhir.")
        with pytest.raises(Exception, match="changed_since_review"):
            await execute(actors["dokter"], SignEncounter(visit, PASSWORD, review.hash))
        await execute(actors["dokter"], SignEncounter(visit, PASSWORD))
        await doctor.until(lambda: doctor.frozen)
        await nurse.until(lambda: nurse.frozen)
        note = await execute(actors["dokter"], ReadNote(visit))
        signed = {section.section.value: section.text for section in note.sections}
        assert signed == {name: doctor.says(name) for name in signed}
        assert signed["plan"].endswith("Kata terakhir.")
        already, rows = len(denials(clinic)), stored(clinic, visit)
        await nurse.type("subjective", "terlambat")
        assert (nurse.refused["code"], await nurse.closed()) == ("encounter.signed", REFUSED)
        assert denials(clinic)[already:] == [("perawat", "encounter.signed")]
        assert stored(clinic, visit) == rows
    async with NoteClient(browsers["dokter"], visit) as later:
        assert (later.welcome["frozen"], later.welcome["writable"]) == (True, [])
        assert later.says("plan") == signed["plan"]


async def test_two_who_sign_at_once_make_one_signature_and_lose_nothing(browsers, visit, actors, clinic):
    await make_complete_note(actors["dokter"], visit)
    async with NoteClient(browsers["perawat"], visit) as nurse:
        writing = [nurse.type("subjective", f" k{i}", wait=False) for i in range(15)]
        signing = [execute(actors["dokter"], SignEncounter(visit, PASSWORD)) for _ in range(2)]
        results = await asyncio.gather(*writing, *signing, return_exceptions=True)
        outcomes = results[len(writing) :]
        assert sorted(type(one).__name__ for one in outcomes) == ["EncounterSigned", "str"]
        await nurse.until(lambda: nurse.frozen or nurse.refused)
    note = await execute(actors["dokter"], ReadNote(visit))
    signed = next(section.text for section in note.sections if section.section == "subjective")
    assert all(f" k{i}" in signed for i in range(nurse.acknowledged))


async def test_a_note_signed_before_anybody_opened_it_is_shown_and_stays_as_it_is(browsers, visit, actors, clinic):
    await make_complete_note(actors["dokter"], visit)
    await execute(actors["dokter"], SignEncounter(visit, PASSWORD))
    async with NoteClient(browsers["dokter"], visit) as doctor:
        assert doctor.says("assessment") == "OMSK kanan tipe aman."
    assert stored(clinic, visit, "seed") == 0


@pytest.mark.parametrize("who", ["apoteker", "kasir", "admin", "auditor", "pemilik"])
async def test_who_is_not_clinical_gets_no_byte_of_a_note(browsers, visit, who):
    async with NoteClient(browsers[who], visit) as stranger:
        assert stranger.welcome == {}
        assert (stranger.refused["code"], await stranger.closed()) == ("common.permission_denied", REFUSED)
        assert stranger.document.get_update() == document_of(()).get_update()


async def test_without_session_or_from_elsewhere_the_line_does_not_open(server, browsers, visit):
    stranger = server.browser()
    for options in ({"cookie": ""}, {"cookie": "sid=" + "0" * 64}, {"origin": "http://evil.test"}):
        browser = browsers["dokter"] if "origin" in options else stranger
        with pytest.raises((aiohttp.WSServerHandshakeError, aiohttp.ClientError)):
            async with NoteClient(browser, visit, **options):
                pass
    await stranger.close()


async def test_the_address_of_no_note_or_of_somebody_elses_patient_leads_nowhere(browsers, actors):
    foreign = await make_visit(actors, await make_patient(actors["admin"], "Budi Santoso"), "dokter2")
    for address in (uuid4(), foreign):
        async with NoteClient(browsers["dokter"], address) as doctor:
            assert (doctor.refused["code"], await doctor.closed()) == ("common.not_found", REFUSED)
            assert doctor.welcome == {}


async def test_a_step_for_another_note_changes_neither(browsers, visit, actors, clinic):
    other = await make_visit(actors, await make_patient(actors["admin"], "Budi Santoso"))
    async with NoteClient(browsers["dokter"], visit) as here, NoteClient(browsers["dokter"], other) as there:
        await there.type("plan", "milik Budi")
        await here.push(there.edit("plan", " lagi", paragraph=0))
        assert here.refused["code"] == "encounter.update_broken"
    assert stored(clinic, visit) == 0


async def test_who_signs_out_or_loses_the_role_gets_up_within_two_seconds(server, visit, clinic):
    doctor = await server.signed_in("dokter", address="203.0.113.90")
    nurse = await server.signed_in("perawat", address="203.0.113.91")
    async with NoteClient(doctor, visit) as leaving, NoteClient(nurse, visit) as demoted:
        start = asyncio.get_running_loop().time()
        await doctor.http.post("/signout")
        assert await leaving.closed() is not None
        clinic.admin_fetch(
            "update sec.person_role set role = 'cashier' where person_id = %s", clinic.person_id("perawat")
        )
        try:
            before = asyncio.get_running_loop().time()
            assert await demoted.closed() is not None
            assert asyncio.get_running_loop().time() - before < 4  # two seconds, and a busy machine
        finally:
            clinic.admin_fetch(
                "update sec.person_role set role = 'nurse' where person_id = %s", clinic.person_id("perawat")
            )
        assert before - start < 4
    await doctor.close()
    await nurse.close()


async def test_the_log_tells_of_reading_and_writing_once_in_five_minutes(browsers, visit, clinic):
    def entries() -> list[str]:
        rows = clinic.admin_fetch(
            "select e.request from audit.event e join sec.person p on p.id = e.person_id where p.username = 'perawat' "
            "and e.action <> 'deny' and (select patient_id from clinic.encounter where id = %s) = any (e.patient_ids) "
            "order by e.at",
            visit,
        )
        return [row["request"].rpartition(".")[2] for row in rows]

    for _ in range(2):
        async with NoteClient(browsers["perawat"], visit) as nurse:
            for word in ("satu ", "dua ", "tiga "):
                await nurse.type("subjective", word)
    assert entries() == ["JoinNote", "AppendUpdate"]


async def test_the_key_of_drafts_is_the_persons_and_the_notes_own(browsers, visit, actors):
    other = await make_visit(actors, await make_patient(actors["admin"], "Budi Santoso"))
    keys = []
    for who, note in (("dokter", visit), ("dokter", visit), ("perawat", visit), ("dokter", other), ("dokter2", visit)):
        async with NoteClient(browsers[who], note) as pen:
            keys.append((pen.welcome["key"], pen.welcome["scope"]))
    assert keys[0] == keys[1]
    assert len({key for key, _ in keys}) == len({scope for _, scope in keys}) == 4
    assert all(len(key) == 64 and key != scope for key, scope in keys)


async def test_many_steps_are_read_back_as_one_snapshot_and_nothing_is_missing(
    browsers, visit, actors, clinic, monkeypatch
):
    monkeypatch.setattr(shared_note, "STEPS_OF_A_SNAPSHOT", 20)
    async with NoteClient(browsers["dokter"], visit) as doctor:
        for i in range(25):
            await doctor.type("plan", f"{i} ")
        said = doctor.says("plan")
        await execute(actors["worker"], SettleNote(visit))
        assert stored(clinic, visit, "snapshot") == 1
        await doctor.type("plan", "sesudahnya")
    async with NoteClient(browsers["perawat"], visit) as nurse:
        assert nurse.says("plan") == f"{said}sesudahnya"
