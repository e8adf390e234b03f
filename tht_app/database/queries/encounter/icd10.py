"""The ICD-10 code table: search in both languages, and writing an official list over it."""

import json
from collections.abc import Iterable, Sequence

from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.diagnosis import code_key, folded
from tht_app.domain.encounter.icd10 import OfficialLine
from tht_app.domain.encounter.procedure import CodeSystem
from tht_app.domain.encounter.record import CodeHit

from .code_use import hit_of, own_codes

OFFICIAL = """
insert into icd10 (code, code_key, title_en, title_id, edition_2010, edition_2019, selectable, source, search_text)
select l.code, lower(replace(l.code, '.', '')), l.title_en, nullif(l.title_id, ''), true, false, true, 'official',
       l.search_text
from jsonb_to_recordset(cast(:lines as jsonb)) as l (code text, title_en text, title_id text, search_text text)
on conflict (code) do update set title_en = excluded.title_en,
    title_id = coalesce(excluded.title_id, icd10.title_id), edition_2010 = true, source = 'official',
    search_text = trim(excluded.search_text || ' ' || icd10.search_text)
where (icd10.title_en, icd10.title_id, icd10.edition_2010)
      is distinct from (excluded.title_en, coalesce(excluded.title_id, icd10.title_id), true)
"""

LEAVES = """
with heading as (
    select left(code, 3) as code from icd10 where edition_2010 and length(code) > 3
    union select left(code, 5) from icd10 where edition_2010 and length(code) > 5)
update icd10 i set selectable = not i.selectable, source = 'official'
where i.selectable = exists (select 1 from heading h where h.code = i.code)
"""


NEW_WORDS = """
insert into icd10_word (word)
select distinct word from icd10, unnest(tsvector_to_array(search_words)) as word
where icd10.source = 'official' and length(word) > 2 on conflict do nothing
"""


async def search(work: UnitOfWork, typed: str, most: int) -> tuple[CodeHit, ...]:
    """Codes of the edition of 2010 that fit: by the beginning of the code, all words, or likeness after a typo."""
    text = folded(typed)
    rows = await work.fetch(
        "select * from sec.search_icd10(:typed, :key, :words, :most)",
        typed=text,
        key=code_key(typed),
        words=" & ".join(f"{word}:*" for word in text.split()),
        most=most,
    )
    return tuple(hit_of(row) for row in rows)


async def own(work: UnitOfWork, most: int) -> tuple[CodeHit, ...]:
    """The codes that whoever asks starred, then those used most and last."""
    return await own_codes(work, CodeSystem.ICD10, "icd10", "i.edition_2010 and i.selectable", most)


async def find(work: UnitOfWork, code: str) -> CodeHit | None:
    """The code, if a diagnosis may carry it."""
    row = await work.fetch_one(
        "select code, title_en, title_id, ent, false as used, false as starred from icd10 "
        "where code = :code and edition_2010 and selectable",
        code=code,
    )
    return None if row is None else hit_of(row)


async def import_official(work: UnitOfWork, lines: Sequence[OfficialLine], *, complete: bool) -> int:
    """Write an official list; with `complete`, codes it lacks leave the edition. Returns how many rows changed."""
    changed = await work.run(OFFICIAL, lines=_json(lines))
    if complete:
        changed += await work.run(
            "update icd10 set edition_2010 = false, source = 'official' where edition_2010 and code <> all (:codes)",
            codes=[line.code for line in lines],
        )
    await work.run(LEAVES)
    await work.run(NEW_WORDS)
    return changed


def _json(lines: Iterable[OfficialLine]) -> str:
    return json.dumps(
        [
            {
                "code": line.code,
                "title_en": line.title_en,
                "title_id": line.title_id,
                "search_text": folded(f"{line.title_id} {line.title_en}"),
            }
            for line in lines
        ]
    )
