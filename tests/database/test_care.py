"""Records against the hands of the application's own database role: SQL in the name of every kind of person."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
import pytest

from tests.conftest import Actors, Clinic
from tests.factories.care import RECORD, Chart, make_chart
from tests.factories.encounter import make_patient, make_visit
from tht_app.database.ids import new_id
from tht_app.domain.errors import NotFound
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import OpenVisit

pytestmark = pytest.mark.integration

NOT_THE_RECORD = {
    "appointment": "the calendar shows that a time is taken",
    "appointment_link": "the calendar: whether an e-mail was answered",
    "appointment_series": "the calendar",
    "reservation": "the calendar",
    "slot_hold": "the calendar",
    "waitlist_entry": "the calendar",
    "queue_ticket": "the queue shows a number at every counter",
    "queue_event": "the queue: when a number was called",
    "ticket_link": "the queue: the page of a number, without a name",
    "bpjs_task_time": "the queue: moments for BPJS",
    "offer_link": "the calendar's programs: a freed time that was offered by mail",
    "message": "the front desk's list of what was sent, sealed",
    "patient_merge_move": "appointments that moved with a merge",
    "patient_import_line": "the front desk's own files",
}
"""Tables with a patient that a permission alone opens, and why."""
WRITTEN_AT_THE_DESK = {"patient", "consent"}
"""Only the front desk may write these at all, and it sees everybody."""


@pytest.fixture(scope="module")
async def mine(clinic: Clinic, actors: Actors) -> Chart:
    return await make_chart(clinic, actors, "dokter", "Siti Milik Sendiri")


@pytest.fixture(scope="module")
async def foreign(clinic: Clinic, actors: Actors) -> Chart:
    chart = await make_chart(clinic, actors, "dokter2", "Rahasia Dokter Lain")
    # Not a patient of today any more, so that the nurse has nothing to do with them either.
    clinic.admin_fetch("delete from sec.care where kind = 'team' and patient_id = %s", chart.patient_id)
    return chart


@contextmanager
def session(clinic: Clinic, who: str) -> Iterator[psycopg.Connection]:
    """The application's own role with this person's session; what it does is taken back."""
    connection = clinic.as_app(clinic.tokens[who])
    try:
        yield connection
    finally:
        connection.rollback()
        connection.close()


def rows_about(clinic: Clinic, who: str, table: str, patient: UUID) -> int:
    with session(clinic, who) as connection:
        row = connection.execute(
            f"select count(*) as n from clinic.{table} where patient_id = %s", (patient,)
        ).fetchone()
        assert row is not None
        return row["n"]  # type: ignore[call-overload]


class TestTheCatalogue:
    def test_every_table_with_a_patient_asks_who_treats_them(self, clinic: Clinic) -> None:
        """A new table that names a patient, or hangs on one that does, turns this red until it is thought of."""
        rows = clinic.admin_fetch(
            """
            with recursive about (id) as (
                select 'clinic.patient'::regclass::oid
                union select c.attrelid from pg_attribute c
                    join pg_class t on t.oid = c.attrelid and t.relkind in ('r', 'p')
                    join pg_namespace n on n.oid = t.relnamespace and n.nspname = 'clinic'
                    where c.attname in ('patient_id', 'patient_ids') and not c.attisdropped
                union select f.conrelid from pg_constraint f join about a on f.confrelid = a.id and f.contype = 'f')
            select distinct t.relname as name, g.privilege_type as privilege
            from about join pg_class t on t.oid = about.id join pg_namespace n on n.oid = t.relnamespace
            join information_schema.column_privileges g on g.table_schema = n.nspname and g.table_name = t.relname
                and g.grantee = 'tht_app' and g.privilege_type in ('SELECT', 'INSERT', 'UPDATE')
            where n.nspname = 'clinic' and not exists (
                select 1 from pg_policies p
                where p.schemaname = n.nspname and p.tablename = t.relname and p.permissive = 'RESTRICTIVE'
                  and p.policyname like 'only_for_carers%%' and p.cmd = g.privilege_type and 'tht_app' = any (p.roles)
                  and coalesce(p.qual, p.with_check) like '%%sec.care%%')
            """
        )
        bare = {row["name"] for row in rows if row["privilege"] == "SELECT" or row["name"] not in WRITTEN_AT_THE_DESK}
        assert sorted(bare) == sorted(NOT_THE_RECORD)

    def test_the_record_is_known(self, clinic: Clinic, mine: Chart) -> None:
        for table in RECORD:
            found = clinic.admin_fetch(f"select 1 from clinic.{table} where patient_id = %s limit 1", mine.patient_id)
            assert found, f"nothing in {table}: the attacks below would prove nothing"

    def test_nobody_writes_who_treats_whom(self, clinic: Clinic, mine: Chart) -> None:
        rows = clinic.admin_fetch(
            "select privilege_type from information_schema.role_table_grants "
            "where grantee = 'tht_app' and table_schema = 'sec' and table_name = 'care'"
        )
        assert [row["privilege_type"] for row in rows] == ["SELECT"]

    def test_no_patient_of_a_row_can_be_changed(self, clinic: Clinic) -> None:
        """By grant or by trigger: what was written about a patient stays about that patient."""
        rows = clinic.admin_fetch(
            """
            select g.table_name from information_schema.column_privileges g
            where g.grantee = 'tht_app' and g.table_schema = 'clinic' and g.column_name = 'patient_id'
              and g.privilege_type = 'UPDATE' and not exists (
                select 1 from pg_trigger t where t.tgrelid = ('clinic.' || g.table_name)::regclass
                  and t.tgname in ('patient_stays', 'append_only'))
            """
        )
        assert {row["table_name"] for row in rows} <= {"slot_hold", "waitlist_entry", "patient_import_line"}


class TestAForeignRecord:
    @pytest.mark.parametrize("table", RECORD)
    def test_is_empty_for_another_doctor(self, clinic: Clinic, mine: Chart, foreign: Chart, table: str) -> None:
        assert rows_about(clinic, "dokter", table, mine.patient_id) > 0
        assert rows_about(clinic, "dokter", table, foreign.patient_id) == 0

    @pytest.mark.parametrize("table", RECORD)
    def test_is_empty_for_a_nurse_when_the_day_is_over(
        self, clinic: Clinic, mine: Chart, foreign: Chart, table: str
    ) -> None:
        assert rows_about(clinic, "perawat", table, mine.patient_id) > 0, "today's patient"
        assert rows_about(clinic, "perawat", table, foreign.patient_id) == 0

    @pytest.mark.parametrize("table", sorted(set(RECORD) - {"encounter"}))
    def test_is_empty_for_who_never_reads_records(self, clinic: Clinic, foreign: Chart, table: str) -> None:
        assert rows_about(clinic, "kasir", table, foreign.patient_id) == 0
        assert rows_about(clinic, "auditor", table, foreign.patient_id) == 0
        assert rows_about(clinic, "pemilik", table, foreign.patient_id) == 0

    def test_shows_the_pharmacy_allergies_weight_and_medicines_only(self, clinic: Clinic, foreign: Chart) -> None:
        for table in ("allergy_state", "allergy_intolerance", "medication_statement"):
            assert rows_about(clinic, "apoteker", table, foreign.patient_id) > 0, table
        for table in ("note_section_version", "note_addendum", "patient_history", "condition", "ent_finding"):
            assert rows_about(clinic, "apoteker", table, foreign.patient_id) == 0, table
        with session(clinic, "apoteker") as connection:
            codes = connection.execute(
                "select distinct code from clinic.observation where patient_id = %s", (foreign.patient_id,)
            ).fetchall()
        assert [row["code"] for row in codes] == ["29463-7"]  # type: ignore[call-overload]

    async def test_closes_to_the_pharmacy_without_an_open_prescription(self, clinic: Clinic, actors: Actors) -> None:
        patient = await make_patient(actors["admin"])
        visit = await make_visit(actors, patient)
        clinic.admin_fetch(
            "insert into clinic.allergy_state values (%s, 'none_known', %s, now())", patient, clinic.person_id("dokter")
        )
        assert visit is not None
        assert rows_about(clinic, "apoteker", "allergy_state", patient) == 0

    def test_does_not_even_have_a_name(self, clinic: Clinic, mine: Chart, foreign: Chart) -> None:
        with session(clinic, "dokter") as connection:
            rows = connection.execute("select id from clinic.patient").fetchall()
            named = connection.execute("select record_id from clinic.standing_patient").fetchall()
        known = {row["id"] for row in rows}  # type: ignore[call-overload]
        assert mine.patient_id in known
        assert foreign.patient_id not in known
        assert foreign.patient_id not in {row["record_id"] for row in named}  # type: ignore[call-overload]

    def test_does_not_say_whom_others_treat(self, clinic: Clinic, foreign: Chart) -> None:
        with session(clinic, "dokter") as connection:
            rows = connection.execute("select * from sec.care where patient_id = %s", (foreign.patient_id,)).fetchall()
        assert rows == []


def _child(table: str) -> str:
    return f"select id from clinic.{table} where patient_id = %s limit 1"


PLAIN = {
    "boolean": True,
    "integer": 1,
    "bigint": 1,
    "text": "x",
    "bytea": b"x",
    "timestamp with time zone": "now",
    "date": "today",
}


def _told(clinic: Clinic, name: str, kinds: list[str], known: UUID) -> str:
    """What a function answers to the doctor, in a transaction that is taken back; nothing when it refuses."""
    values = [
        known if kind == "uuid" else [known] if kind == "uuid[]" else [] if "[]" in kind else PLAIN[kind]
        for kind in kinds
    ]
    marks = ", ".join(f"%s::{kind}" for kind in kinds)
    with session(clinic, "dokter") as connection:
        try:
            return str([tuple(row.values()) for row in connection.execute(f"select * from {name}({marks})", values)])
        except psycopg.Error:
            return ""


class TestAttacks:
    @pytest.mark.parametrize("table", sorted(set(RECORD) - {"allergy_state"}), ids=lambda table: f"child-of-{table}")
    def test_a_childs_id_alone_finds_nothing(self, clinic: Clinic, mine: Chart, foreign: Chart, table: str) -> None:
        ours = clinic.admin_fetch(_child(table), mine.patient_id)[0]["id"]
        theirs = clinic.admin_fetch(_child(table), foreign.patient_id)[0]["id"]
        with session(clinic, "dokter") as connection:
            assert connection.execute(f"select * from clinic.{table} where id = %s", (ours,)).fetchall()
            assert connection.execute(f"select * from clinic.{table} where id = %s", (theirs,)).fetchall() == []

    @pytest.mark.parametrize(
        "statement",
        [
            "set role tht_owner",
            "set role tht_sec",
            "set session authorization tht_owner",
            "copy clinic.patient_history to program 'cat'",
            "copy clinic.patient_history to '/tmp/leak'",
            "select pg_read_file('/etc/passwd')",
            "select * from sec.session",
            "select * from sec.care_due",
            "insert into sec.care values (gen_random_uuid(), sec.me(), 'care', gen_random_uuid(), now(), 'infinity')",
            "insert into clinic.emergency_access (id, person_id) values (gen_random_uuid(), sec.me())",
            "select sec.rebuild_care(null)",
            "select sec.care_setting('whole_team', 1)",
            "alter table clinic.patient_history disable row level security",
            "create policy open on clinic.patient_history using (true)",
            (
                "insert into clinic.setting (key, value) values ('care', '{\"whole_team\": 1}') "
                "on conflict (key) do update set value = excluded.value"
            ),
        ],
    )
    def test_no_way_round_the_policies(self, clinic: Clinic, foreign: Chart, statement: str) -> None:
        with session(clinic, "dokter") as connection:
            try:
                rows = connection.execute(statement)  # type: ignore[arg-type]
                assert rows.rowcount <= 0 or rows.statusmessage == "SET", statement
            except psycopg.errors.InsufficientPrivilege:
                return
            assert rows_about(clinic, "dokter", "patient_history", foreign.patient_id) == 0

    def test_row_security_cannot_be_switched_off(self, clinic: Clinic, foreign: Chart) -> None:
        with session(clinic, "dokter") as connection:
            connection.execute("set row_security = off")
            with pytest.raises(psycopg.Error, match="row-level security"):
                connection.execute("select * from clinic.patient_history")

    def test_copy_obeys_the_policies(self, clinic: Clinic, mine: Chart, foreign: Chart) -> None:
        with session(clinic, "dokter") as connection, connection.cursor() as cursor:
            query = "copy (select patient_id from clinic.patient_history) to stdout"
            with cursor.copy(query) as copy:
                told = b"".join(bytes(part) for part in copy).decode()
        assert str(mine.patient_id) in told
        assert str(foreign.patient_id) not in told

    @pytest.mark.parametrize(
        "call",
        [
            "select * from sec.patients_named(array(select generate_series(1, 200)), '{}', '{}', '{}', '{}', 100)",
            "select * from sec.stranger(null, null, array['rahasia'], '1985-07-14')",
            "select * from sec.stranger(null, null, '{}', '1985-07-14')",
            "select * from sec.emergencies('-infinity', 100)",
        ],
    )
    def test_definer_functions_do_not_tell_either(self, clinic: Clinic, foreign: Chart, call: str) -> None:
        with session(clinic, "dokter") as connection:
            told = str(connection.execute(call).fetchall())  # type: ignore[arg-type]
        assert str(foreign.patient_id) not in told
        assert "Rahasia" not in told

    def test_no_definer_function_tells_of_a_foreign_id(self, clinic: Clinic, foreign: Chart) -> None:
        """Each one that takes ids, with ids that are not the caller's: it may refuse, and it may not tell."""
        functions = clinic.admin_fetch(
            "select p.oid::regprocedure::text as called, p.proname as name, "
            "array(select format_type(a, null) from unnest(p.proargtypes) a) as kinds from pg_proc p where p.prosecdef "
            "and has_function_privilege('tht_app', p.oid, 'execute') and exists (select 1 from unnest(p.proargtypes) a "
            "where format_type(a, null) in ('uuid', 'uuid[]'))"
        )
        assert {"treats", "records_of", "open_emergency"} <= {function["name"] for function in functions}
        secrets = ("Rahasia", str(clinic.person_id("dokter2")))
        for function in functions:
            for known in (foreign.patient_id, foreign.open, foreign.signed, foreign.prescription, foreign.allergy):
                told = _told(clinic, function["called"].split("(")[0], function["kinds"], known)
                assert not any(secret in told for secret in secrets), (function["called"], told)

    def test_another_identity_cannot_be_set_without_its_token(self, clinic: Clinic, foreign: Chart) -> None:
        with session(clinic, "dokter") as connection:
            for value in (str(clinic.person_id("dokter2")), "dokter2", "' or true --"):
                connection.execute("select set_config('app.session', %s, true)", (value,))
                rows = connection.execute("select * from clinic.patient_history").fetchall()
                assert rows == []

    @pytest.mark.parametrize(
        "write",
        [
            lambda c: ("update clinic.encounter set status = 'cancelled' where id = %s", (c.open,)),
            lambda c: ("update clinic.allergy_intolerance set severity = 'mild' where id = %s", (c.allergy,)),
            lambda c: ("update clinic.medication_statement set status = 'ended' where id = %s", (c.medicine,)),
            lambda c: ("update clinic.patient_history set status = 'ended' where id = %s", (c.history,)),
            lambda c: ("update clinic.medication_request set status = 'cancelled' where id = %s", (c.prescription,)),
        ],
    )
    def test_a_foreign_row_is_not_changed(
        self, clinic: Clinic, foreign: Chart, write: Callable[[Chart], tuple[str, tuple[object, ...]]]
    ) -> None:
        statement, values = write(foreign)
        with session(clinic, "dokter") as connection:
            assert connection.execute(statement, values).rowcount == 0  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("table", "columns"),
        [
            ("patient_history", "(id, patient_id, kind, body_sealed, status, recorded_by, recorded_at)"),
            ("encounter", "(id, patient_id, practitioner_id, visit_type, status, arrived_at)"),
        ],
    )
    def test_nothing_is_written_into_a_foreign_record(
        self, clinic: Clinic, mine: Chart, foreign: Chart, table: str, columns: str
    ) -> None:
        me = clinic.person_id("dokter")
        for patient, refused in ((mine.patient_id, False), (foreign.patient_id, True)):
            values = {
                "patient_history": (new_id(), patient, "illness", b"x", "active", me, "now"),
                "encounter": (new_id(), patient, me, "consultation", "arrived", "now"),
            }[table]
            marks = ", ".join(["%s"] * len(values))
            with session(clinic, "dokter") as connection:
                statement = f"insert into clinic.{table} {columns} values ({marks})"
                if refused:
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(statement, values)
                else:
                    connection.execute(statement, values)

    def test_a_stranger_is_not_booked_to_be_read(self, clinic: Clinic, foreign: Chart) -> None:
        with session(clinic, "dokter") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "insert into clinic.appointment (id, patient_id, practitioner_id, room_id, visit_type_id, starts_at, "
                "ends_at, created_by, created_at, changed_at) values (%s, %s, sec.me(), %s, %s, now(), "
                "now() + interval '1 hour', sec.me(), now(), now())",
                (new_id(), foreign.patient_id, new_id(), new_id()),
            )

    async def test_a_doctor_does_not_open_a_visit_with_a_stranger(
        self, clinic: Clinic, actors: Actors, foreign: Chart
    ) -> None:
        with pytest.raises(NotFound):
            await execute(actors["dokter"], OpenVisit(foreign.patient_id, "consultation"))
        assert rows_about(clinic, "dokter", "encounter", foreign.patient_id) == 0


class TestWhatItCosts:
    def test_one_patient_is_found_by_an_index_behind_the_policies(self, clinic: Clinic, mine: Chart) -> None:
        """What PostgreSQL holds for leaky is not looked up in an index: one look would read every patient there is."""
        with session(clinic, "dokter") as connection:
            connection.execute("set enable_seqscan = off")
            rows = connection.execute(
                "explain select name from clinic.standing_patient where record_id = %s", (mine.patient_id,)
            ).fetchall()
        plan = "\n".join(line for row in rows for line in row.values())
        assert len(re.findall(r"using patient_pkey on patient .*\n +Index Cond: \(id = ", plan)) == 2, plan


class TestNothingStays:
    def test_a_role_that_was_taken_away_closes_the_record_at_once(
        self, clinic: Clinic, actors: Actors, mine: Chart
    ) -> None:
        me = clinic.person_id("dokter")
        clinic.admin_fetch("delete from sec.person_role where person_id = %s", me)
        try:
            for table in RECORD:
                assert rows_about(clinic, "dokter", table, mine.patient_id) == 0, table
        finally:
            clinic.admin_fetch("insert into sec.person_role (person_id, role) values (%s, 'doctor')", me)

    def test_a_connection_serves_one_person_after_the_other(self, clinic: Clinic, mine: Chart, foreign: Chart) -> None:
        with clinic.as_app() as connection:
            for who, own in (("dokter", mine), ("dokter2", foreign)) * 3:
                connection.execute("select set_config('app.session', %s, true)", (clinic.tokens[who],))
                rows = connection.execute("select distinct patient_id from clinic.patient_history").fetchall()
                assert [row["patient_id"] for row in rows] == [own.patient_id]
                connection.commit()
                assert connection.execute("select 1 from clinic.patient_history").fetchall() == []
                assert connection.execute("select 1 from sec.care").fetchall() == []
                connection.commit()
