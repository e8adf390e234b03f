"""A pooled connection serves one person after the other and carries nothing over."""

from sqlalchemy import text

from tests.conftest import Actors, Clinic
from tht_app.use_cases.door import execute
from tht_app.use_cases.settings import GetClinicHead


async def test_a_connection_given_back_belongs_to_nobody(clinic: Clinic, actors: Actors) -> None:
    await execute(actors["admin"], GetClinicHead())
    async with clinic.database.engine.begin() as connection:
        rows = await connection.execute(text("select username from sec.person"))
        assert rows.all() == []
