"""Fills the list of procedures from what ships with the program; `tht migrate` calls it after the schema is up.

Sources: `reference/icd9cm_v32.csv` (ICD-9-CM volume 3, version 32 of the CMS, public domain) and
`reference/icd9cm_id.csv` (Indonesian titles and synonyms, written for this program).
"""

import json
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, text

from tht_app.domain.encounter.icd10 import Term, rows_of
from tht_app.domain.encounter.procedure import Icd9cmCode, build

# A row that says the same already is left alone, so a second load writes nothing.
UPSERT = """
insert into clinic.icd9cm (code, code_key, title_en, title_id, synonyms, ent, search_text)
select r.* from jsonb_to_recordset(cast(:rows as jsonb)) as r (
    code text, code_key text, title_en text, title_id text, synonyms text, ent boolean, search_text text)
on conflict (code) do update set title_en = excluded.title_en, title_id = excluded.title_id,
    synonyms = excluded.synonyms, ent = excluded.ent, search_text = excluded.search_text
where (icd9cm.title_en, icd9cm.title_id, icd9cm.synonyms, icd9cm.ent, icd9cm.search_text)
      is distinct from (excluded.title_en, excluded.title_id, excluded.synonyms, excluded.ent, excluded.search_text)
"""


def load_icd9cm(connection: Connection) -> None:
    """Bring the list up to what ships with the program; does nothing when it already is."""
    rows = [_row(code) for code in shipped_codes()]
    if connection.execute(text(UPSERT), {"rows": json.dumps(rows)}).rowcount:
        connection.exec_driver_sql("analyze clinic.icd9cm")


def shipped_codes() -> list[Icd9cmCode]:
    """The list as the program ships it."""
    return build({row["code"]: row["title_en"] for row in _csv("icd9cm_v32.csv")}, terms())


def terms() -> list[Term]:
    """The Indonesian words."""
    return [Term(row["code"], row["title_id"], row["synonyms"].replace(";", "; ")) for row in _csv("icd9cm_id.csv")]


def _csv(name: str) -> list[dict[str, str]]:
    return rows_of((files("tht_app.database") / "reference" / name).read_text(encoding="utf-8"))


def _row(code: Icd9cmCode) -> dict[str, Any]:
    return {
        "code": code.code,
        "code_key": code.key,
        "title_en": code.title_en,
        "title_id": code.title_id or None,
        "synonyms": code.synonyms,
        "ent": code.ent,
        "search_text": code.search_text,
    }
