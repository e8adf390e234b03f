"""The code list that ships with the program, as it lies in the database."""

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.conftest import Actors, Clinic
from tht_app.database import icd9cm
from tht_app.database.icd10 import differences, load_icd10, shipped_codes, terms
from tht_app.use_cases.door import execute
from tht_app.use_cases.encounter import ImportIcd10

pytestmark = pytest.mark.integration


def load_again(clinic: Clinic) -> int:
    """Run the loaders of `tht migrate` again and return how many rows it wrote."""
    engine = create_engine(make_url(clinic.server.dsn(dbname=clinic.name)).set(drivername="postgresql+psycopg"))
    count = text(
        "select (select count(*) from clinic.icd10 where xmin = pg_current_xact_id()::xid) "
        "+ (select count(*) from clinic.icd9cm where xmin = pg_current_xact_id()::xid)"
    )
    try:
        with engine.begin() as connection:
            connection.execute(text("set local role tht_owner"))
            load_icd10(connection)
            icd9cm.load_icd9cm(connection)
            return connection.execute(count).scalar_one()
    finally:
        engine.dispose()


def test_every_shipped_code_is_there_and_a_second_load_writes_nothing(clinic: Clinic):
    assert clinic.admin_fetch("select count(*) from clinic.icd10")[0]["count"] == len(shipped_codes())
    assert clinic.admin_fetch("select count(*) from clinic.icd9cm")[0]["count"] == len(icd9cm.shipped_codes())
    assert load_again(clinic) == 0


def test_the_difference_to_edition_2010_is_in_the_table(clinic: Clinic):
    rows = {row["code"]: row for row in clinic.admin_fetch("select code, edition_2010, edition_2019 from clinic.icd10")}
    for line in differences():
        assert rows[line.code]["edition_2010"] is (line.action == "add"), line.code


def test_every_indonesian_term_belongs_to_a_code_that_can_be_chosen(clinic: Clinic):
    choosable = {
        row["code"] for row in clinic.admin_fetch("select code from clinic.icd10 where edition_2010 and selectable")
    }
    assert [term.code for term in terms() if term.code not in choosable] == []
    assert len(terms()) >= 400


def test_an_upgrade_mends_shipped_titles(clinic: Clinic):
    clinic.admin_fetch("update clinic.icd10 set title_id = 'rusak' where code = 'J35.0'")
    assert load_again(clinic) > 0
    assert clinic.admin_fetch("select title_id from clinic.icd10 where code = 'J35.0'") == [
        {"title_id": "Tonsilitis kronik"}
    ]


async def test_an_upgrade_leaves_an_official_list_alone(clinic: Clinic, actors: Actors):
    await execute(actors["pemilik"], ImportIcd10("code,title_en,title_id\nH66.1,Official,Resmi\n", complete=True))
    before = clinic.admin_fetch("select code, title_en, edition_2010, selectable from clinic.icd10 order by code")
    assert load_again(clinic) == 0
    query = "select code, title_en, edition_2010, selectable from clinic.icd10 order by code"
    assert clinic.admin_fetch(query) == before
    assert clinic.admin_fetch("select count(*) from clinic.icd10 where edition_2010 and selectable")[0]["count"] == 1


def test_the_application_cannot_change_the_list_as_a_doctor(clinic: Clinic, actors: Actors):
    with clinic.as_app(actors["dokter"].token) as raw:
        assert raw.execute("update clinic.icd10 set title_en = 'x'").rowcount == 0
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute("insert into clinic.icd10_word values ('x')")


def test_without_a_session_the_search_finds_nothing(clinic: Clinic):
    with clinic.as_app() as raw:
        assert raw.execute("select * from sec.search_icd10('otitis', '', 'otitis:*', 5)").fetchall() == []
