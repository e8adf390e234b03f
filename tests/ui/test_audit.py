"""What the auditor's screens show: sentences, filters in the address, the state of the log's proof."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

import tht_app.pages  # noqa: F401  every use case that a screen can reach
from tht_app.domain.audit import AuditAction
from tht_app.domain.audit.log import (
    Access,
    Area,
    Chain,
    Deed,
    Entry,
    Filter,
    KnownPatient,
    LastAnchor,
    LastSeal,
    Outcome,
    Place,
    Progress,
    Somebody,
    Verified,
    changes_of,
    context_of,
    gathered,
)
from tht_app.domain.errors import ValidationFailed
from tht_app.i18n.catalog import LANGUAGES, catalogue
from tht_app.state.audit.filters import filter_view, place_query, query_of, read_filter, read_place
from tht_app.state.audit.view_models import access_view, chain_view, entry_detail, entry_view, progress_vars
from tht_app.use_cases.audit.handing_out import as_csv
from tht_app.use_cases.audit.wording import patients_words, phrase_key, sentence, who_words
from tht_app.use_cases.door import REGISTRY

ZONE = ZoneInfo("Asia/Jakarta")
AT = datetime(2026, 11, 21, 14, 3, 21, tzinfo=ZONE)
DEWI = Somebody(UUID(int=7), "Dewi Lestari", ("nurse",))
SITI = KnownPatient(UUID(int=1), 1234, "Siti Rahmawati")
BUDI = KnownPatient(UUID(int=2), 77, "Budi Santoso")


def entry(**more) -> Entry:
    """Dewi opened Siti's note."""
    values = {
        "id": uuid4(),
        "at": AT,
        "who": DEWI,
        "action": "read",
        "request": "encounter.note.ReadNote",
        "outcome": Outcome.DONE,
        "reason": "",
        "address": "10.0.0.5",
        "patients": (SITI,),
        "patient_count": 1,
        "seal": 12,
    }
    return Entry(**{**values, **more})


def test_the_sentence_of_the_product_description() -> None:
    assert sentence(entry(), "id") == "Dewi Lestari membuka catatan Siti Rahmawati, 21-Nov-2026 14.03.21, dari 10.0.0.5"
    assert (
        sentence(entry(), "en") == "Dewi Lestari opened the note of Siti Rahmawati, 21-Nov-2026 14.03.21, from 10.0.0.5"
    )


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"patients": (), "patient_count": 0, "address": ""}, "Dewi Lestari membuka catatan, 21-Nov-2026 14.03.21"),
        (
            {
                "patients": (SITI, BUDI),
                "patient_count": 12,
                "request": "registration.search.SearchPatients",
                "action": "search",
                "address": "",
            },
            "Dewi Lestari mencari pasien: Siti Rahmawati, Budi Santoso, dan 10 pasien lain, 21-Nov-2026 14.03.21",
        ),
        (
            {"who": Somebody(UUID(int=9), "Pengirim", ("service",), is_program=True), "address": ""},
            'Program "Pengirim" membuka catatan Siti Rahmawati, 21-Nov-2026 14.03.21',
        ),
        (
            {
                "outcome": Outcome.DENIED,
                "action": "deny",
                "patients": (),
                "patient_count": 0,
                "request": "reflex___state____state.tht_app___state___pharmacy___board____board_state.load",
            },
            "Dewi Lestari ditolak: memakai layar bagian Farmasi, 21-Nov-2026 14.03.21, dari 10.0.0.5",
        ),
        (
            {"request": "orders.results.SomethingNew", "action": "create"},
            "Dewi Lestari Membuat di bagian Pemeriksaan penunjang: Siti Rahmawati, 21-Nov-2026 14.03.21, dari 10.0.0.5",
        ),
        (
            {"who": Somebody(), "action": "sign_in_failed", "outcome": Outcome.DENIED, "request": "identity.sign_in"},
            "Seseorang yang belum masuk gagal masuk, 21-Nov-2026 14.03.21, dari 10.0.0.5",
        ),
    ],
)
def test_sentences(more: dict, said: str) -> None:
    assert sentence(entry(**more), "id") == said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_that_can_be_done_has_a_phrase(lang) -> None:
    names = [case.name for case in REGISTRY.values() if case.request.__module__.startswith("tht_app.use_cases.")]
    missing = sorted(phrase_key(name) for name in names if phrase_key(name) not in catalogue(lang))
    assert not missing, f"say in i18n/locales/audit.{lang}.po how an entry about it reads"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_the_log_is_in_the_catalogue(lang) -> None:
    wanted = [
        *(f"audit.action.{action.value}" for action in AuditAction),
        *(f"audit.area.{area.value}" for area in Area),
        *(f"audit.what.{area.value}" for area in Area),
        *(f"audit.deed.{deed.value}" for deed in Deed),
        *(f"audit.outcome.{outcome.value}" for outcome in Outcome),
    ]
    assert not [key for key in wanted if key not in catalogue(lang)]


def test_nothing_of_the_program_stands_in_a_line() -> None:
    refused = entry(outcome=Outcome.DENIED, reason="audit.read", seal=None)
    line = entry_view(refused, "id")
    assert line.reason == ""
    assert (line.sealed, line.seal, line.tone) == (False, "Belum disegel", "danger")
    assert entry_view(entry(reason="Datang terlambat"), "id").reason == "Datang terlambat"
    assert entry_view(entry(), "id").seal == "Segel 12"


def test_old_and_new_stand_side_by_side_and_equal_values_do_not() -> None:
    details = [
        {"type": "patient", "old": {"phone": "1", "name": "A"}, "new": {"phone": "2", "name": "A"}},
        {"type": "note_section", "old": {}, "new": {"subjective": 3, "text": "rahasia"}},
        {"type": "person", "old": {"active": True, "roles": ["admin"]}, "new": {"active": False, "roles": []}},
    ]
    changes = changes_of(details)
    assert [(one.field, one.old, one.new) for one in changes] == [
        ("phone", "1", "2"),
        ("subjective", None, "3"),
        ("active", "True", "False"),
        ("roles", "admin", ""),
    ]
    shown = entry_detail(entry(changes=changes), "id").changes
    assert [(one.field, one.old, one.new) for one in shown] == [
        ("Telepon", "1", "2"),
        ("Keluhan (S), versi", "–", "3"),
        ("Aktif", "ya", "tidak"),
        ("Peran", "admin", "–"),
    ]


def test_patients_beyond_those_that_are_named_are_counted() -> None:
    assert patients_words((SITI,), 1, "id") == "Siti Rahmawati"
    assert patients_words((), 0, "id") == ""
    assert patients_words((), 3, "id") == "3 pasien"
    detail = entry_detail(entry(patient_count=60), "en")
    assert (detail.patients[0].label, detail.others) == ("Siti Rahmawati, 00-12-34", "59 patients")
    assert who_words(DEWI, "id") == "Dewi Lestari (Perawat)"


def test_a_filter_goes_into_an_address_and_comes_back() -> None:
    wanted = Filter(
        datetime(2026, 11, 1, tzinfo=ZONE),
        datetime(2026, 11, 22, tzinfo=ZONE),
        person_id=UUID(int=7),
        patient_id=UUID(int=1),
        action=AuditAction.PRINT,
        area=Area.PHARMACY,
        outcome=Outcome.DENIED,
        address="10.0.0.5",
    )
    query = dict(pair.split("=") for pair in query_of(filter_view(wanted)).split("&"))
    assert read_filter(query, ZONE) == wanted
    assert "Siti" not in str(query)
    place = Place(AT, UUID(int=3))
    assert read_place(place_query(place)) == place


@pytest.mark.parametrize("asked", [{}, {"person": "x", "action": "x", "area": "", "from": "kemarin", "outcome": "1"}])
def test_what_cannot_be_read_does_not_matter(asked: dict) -> None:
    wanted = read_filter(asked, ZONE, datetime(2026, 11, 21, 20, tzinfo=UTC))
    assert (wanted.since.date(), wanted.until.date()) == (date(2026, 10, 23), date(2026, 11, 23))
    assert (wanted.person_id, wanted.action, wanted.area, wanted.outcome) == (None, None, None, None)
    for broken in ({"at": "x", "id": str(uuid4())}, {"at": "2026-11-21", "id": str(uuid4())}, {"at": AT.isoformat()}):
        assert read_place(broken) is None


def test_days_in_the_wrong_order_are_refused_in_words() -> None:
    with pytest.raises(ValidationFailed) as refused:
        read_filter({"from": "2026-11-21", "to": "2026-11-01"}, ZONE)
    assert set(refused.value.fields) == {"to"}


SEAL = LastSeal(9, AT, 1204)
ANCHOR = LastAnchor(8, AT, genuine=True)
WELL = Verified(AT, "Lina", well=True, entries=1204, seals=9)
FAULTY = Verified(AT, "Lina", well=False, entries=1204, seals=9, faults=(("entries-differ", 4), ("seal-missing", 10)))


@pytest.mark.parametrize(
    ("chain", "state", "tone"),
    [
        (Chain(0), "Belum ada segel", "neutral"),
        (Chain(3, SEAL, ANCHOR, None), "Belum pernah diverifikasi", "info"),
        (Chain(3, SEAL, ANCHOR, WELL), "Utuh", "done"),
        (Chain(3, SEAL, ANCHOR, FAULTY), "Log berubah", "danger"),
        (Chain(3, SEAL, ANCHOR, WELL, oldest_unanchored=AT - timedelta(hours=25)), "Utuh", "done"),
        (Chain(3, SEAL, ANCHOR, WELL, oldest_unanchored=AT - timedelta(hours=27)), "Jangkar terlambat", "wait"),
        (Chain(3, SEAL, None, WELL, oldest_unanchored=AT - timedelta(hours=27)), "Jangkar terlambat", "wait"),
        (Chain(3, SEAL, LastAnchor(8, AT, genuine=False), WELL), "Jangkar terlambat", "wait"),
        (Chain(3, SEAL, ANCHOR, WELL, oldest_unsealed=AT - timedelta(minutes=9)), "Utuh", "done"),
        (Chain(3, SEAL, ANCHOR, WELL, oldest_unsealed=AT - timedelta(minutes=11)), "Penyegelan berhenti", "danger"),
        (Chain(3, None, None, None, oldest_unsealed=AT - timedelta(minutes=11)), "Penyegelan berhenti", "danger"),
        (Chain(3, SEAL, ANCHOR, FAULTY, oldest_unanchored=AT - timedelta(hours=27)), "Log berubah", "danger"),
    ],
)
def test_the_worst_that_is_known_is_what_is_said(chain: Chain, state: str, tone: str) -> None:
    view = chain_view(chain, AT, "id")
    assert (view.state, view.tone) == (state, tone)


def test_faults_progress_and_restores_are_said_in_words() -> None:
    assert chain_view(Chain(0, SEAL, ANCHOR, FAULTY), AT, "en").faults == [
        "Entries under seal 4 were changed, removed, added or moved.",
        "Seal 10 stands in the anchor file but not in the log: its end was cut off, or an older database was put back.",
    ]
    restored = Verified(AT, "Lina", well=True, entries=1, seals=1, restores=((2, 5),))
    assert "segel 5" in chain_view(Chain(0, SEAL, ANCHOR, restored), AT, "id").restores[0]
    assert progress_vars(None, "id")["running"] is False
    assert progress_vars(Progress(500, 2000), "id") == {
        "running": True,
        "progress": "500 dari 2.000 entri diperiksa",
        "percent": 25,
    }
    assert progress_vars(Progress(0, 0), "id")["percent"] == 0


def test_accesses_of_a_day_are_one_line_and_emergencies_stand_first() -> None:
    one = Access(AT, AT, 1, DEWI, Deed.LOOK, "encounter", "")
    later = Access(AT + timedelta(hours=2), AT + timedelta(hours=2), 2, DEWI, Deed.LOOK, "encounter", "")
    other_day = Access(AT + timedelta(days=1), AT + timedelta(days=1), 1, DEWI, Deed.LOOK, "encounter", "")
    urgent = Access(AT - timedelta(days=9), AT, 1, DEWI, Deed.EMERGENCY, "care", "Tidak sadar")
    shown = [access_view(access, "id") for access in gathered([one, later, other_day, urgent])]
    assert [(view.time, view.what, view.emergency) for view in shown] == [
        ("14.03", "Membuka rekam medis secara darurat", True),
        ("14.03", "Melihat catatan kunjungan", False),
        ("14.03–16.03", "Melihat catatan kunjungan (3 kali)", False),
    ]


@pytest.mark.parametrize(
    ("request_name", "context"),
    [
        ("registration.patients.GetPatient", "registration"),
        ("ent.ReadExam", "ent"),
        ("reflex___state____state.tht_app___state___queue___console____console_state.call", "queue"),
        ("", ""),
    ],
)
def test_the_part_of_the_clinic_a_request_belongs_to(request_name: str, context: str) -> None:
    assert context_of(request_name) == context


def test_a_table_names_patients_with_their_numbers() -> None:
    text = as_csv((entry(reason="+62 palsu"),), "id", with_head=False)
    assert text.startswith("2026-11-21;14.03.21;Dewi Lestari (Perawat);membuka catatan Siti Rahmawati;Berhasil;")
    assert ";'+62 palsu;10.0.0.5;12;" in text
