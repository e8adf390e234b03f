"""The list of procedures by ICD-9-CM: search in both languages, and whoever asks' own codes."""

from tht_app.database.unit_of_work import UnitOfWork
from tht_app.domain.encounter.diagnosis import folded
from tht_app.domain.encounter.procedure import CodeSystem, code_key
from tht_app.domain.encounter.record import CodeHit

from .code_use import hit_of, own_codes


async def search(work: UnitOfWork, typed: str, most: int) -> tuple[CodeHit, ...]:
    """Codes that fit: by the beginning of the code, all words, or likeness after a typo; one's own first."""
    text = folded(typed)
    rows = await work.fetch(
        "select * from sec.search_icd9cm(:typed, :key, :words, :most)",
        typed=text,
        key=code_key(typed),
        words=" & ".join(f"{word}:*" for word in text.split()),
        most=most,
    )
    return tuple(hit_of(row) for row in rows)


async def own(work: UnitOfWork, most: int) -> tuple[CodeHit, ...]:
    """The codes that whoever asks starred, then those used most and last."""
    return await own_codes(work, CodeSystem.ICD9CM, "icd9cm", "true", most)


async def find(work: UnitOfWork, code: str) -> CodeHit | None:
    """The code, if it is in the list."""
    row = await work.fetch_one(
        "select code, title_en, title_id, ent, false as used, false as starred from icd9cm where code = :code",
        code=code,
    )
    return None if row is None else hit_of(row)
