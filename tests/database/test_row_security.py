"""Row-level security as the catalogue of PostgreSQL shows it: a table that somebody forgot turns this red."""

import pytest

from tests.conftest import Actors, Clinic

OUR_SCHEMAS = ("clinic", "audit")
WITHOUT_POLICIES = {"sec.session", "sec.credential", "sec.role_permission", "sec.sign_in_attempt", "sec.setup_code"}
"""Not granted to the application at all; read by definer functions."""


def test_every_table_forces_row_level_security(clinic: Clinic) -> None:
    rows = clinic.admin_fetch(
        "select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname in ('clinic', 'audit') and c.relkind in ('r', 'p') "
        "and not (c.relrowsecurity and c.relforcerowsecurity)"
    )
    assert rows == []


def test_every_table_with_a_patient_has_a_policy_for_each_right(clinic: Clinic) -> None:
    rows = clinic.admin_fetch(
        """
        select c.oid::regclass::text as name, g.privilege_type as privilege
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join information_schema.role_table_grants g
          on g.table_schema = n.nspname and g.table_name = c.relname and g.grantee = 'tht_app'
        where n.nspname = 'clinic' and c.relkind = 'r'
          and not exists (
            select 1 from pg_policies p
            where p.schemaname = n.nspname and p.tablename = c.relname and 'tht_app' = any (p.roles)
              and p.permissive = 'PERMISSIVE' and (p.cmd = g.privilege_type or p.cmd = 'ALL'))
        """
    )
    assert rows == []


def test_no_clinical_row_can_be_deleted_by_the_application(clinic: Clinic) -> None:
    rows = clinic.admin_fetch(
        """
        select g.table_name from information_schema.role_table_grants g
        join information_schema.columns c using (table_schema, table_name)
        where g.grantee = 'tht_app' and g.privilege_type in ('DELETE', 'TRUNCATE')
          and c.table_schema = 'clinic' and c.column_name = 'patient_id'
          and g.table_name not in ('reservation')
        """
    )
    assert rows == []


def test_views_run_with_the_rights_of_whoever_asks(clinic: Clinic) -> None:
    rows = clinic.admin_fetch(
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname in ('clinic', 'audit', 'sec') and (c.relkind = 'm' or c.relkind = 'v' "
        "and not coalesce(array_to_string(c.reloptions, ',') like '%%security_invoker=true%%', false))"
    )
    assert rows == []


def _tables(clinic: Clinic) -> list[str]:
    rows = clinic.admin_fetch(
        "select format('%%I.%%I', table_schema, table_name) as name from information_schema.role_table_grants "
        "where grantee = 'tht_app' and privilege_type = 'SELECT' and table_schema in ('clinic', 'audit', 'sec')"
    )
    return [row["name"] for row in rows if row["name"] not in {"sec.data_key", "sec.alembic_version"}]


@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_without_a_live_session_there_are_no_rows_anywhere(clinic: Clinic, token: str | None) -> None:
    tables = _tables(clinic)
    assert "clinic.patient" in tables
    with clinic.as_app(token) as connection:
        for table in tables:
            assert connection.execute(f"select * from {table} limit 1").fetchall() == [], table


def test_an_identity_does_not_stay_on_a_pooled_connection(clinic: Clinic, actors: Actors) -> None:
    with clinic.as_app() as connection:
        connection.execute("select set_config('app.session', %s, true)", (actors["admin"].token,))
        assert connection.execute("select * from sec.person limit 1").fetchall()
        connection.commit()
        assert connection.execute("select * from sec.person limit 1").fetchall() == []


def test_roles_of_the_database_cannot_switch_row_security_off(clinic: Clinic, actors: Actors) -> None:
    with clinic.as_app() as connection:
        connection.execute("set row_security = off")
        with pytest.raises(Exception, match="row-level security"):
            connection.execute("select * from clinic.patient")
