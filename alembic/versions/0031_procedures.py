"""Procedures of a visit by ICD-9-CM, and each doctor's own codes before all others."""

from alembic import op

from ddl import definer, keep_patient, only_for_carers, protect

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

READ = "record.read"
DOCTOR = "record.write"

# Only codes without finer ones below them are in the list, so every one of them can be chosen.
CODES = """
create table clinic.icd9cm (
    code text primary key check (code ~ '^[0-9]{2}[.][0-9]{1,2}$'),
    code_key text not null,
    title_en text not null,
    title_id text,
    synonyms text not null default '',
    ent boolean not null default false,
    search_text text not null,
    search_words tsvector generated always as (to_tsvector('simple', search_text)) stored
);
create index icd9cm_by_key on clinic.icd9cm (code_key text_pattern_ops);
create index icd9cm_by_words on clinic.icd9cm using gin (search_words)
"""

PROCEDURE = """
create table clinic.procedure (
    id uuid primary key,
    encounter_id uuid not null,
    patient_id uuid not null,
    icd9cm_code text not null references clinic.icd9cm (code),
    title text not null,
    laterality text not null check (laterality in ('right', 'left', 'both', 'none')),
    note_sealed bytea not null,
    status text not null check (status in ('completed', 'entered-in-error')),
    recorded_by uuid not null references sec.person (id),
    recorded_at timestamptz not null,
    changed_by uuid references sec.person (id),
    changed_at timestamptz,
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id)
);
create index procedure_by_encounter on clinic.procedure (encounter_id, recorded_at);
create index procedure_by_patient on clinic.procedure (patient_id, recorded_at desc);
create unique index procedure_once on clinic.procedure (encounter_id, icd9cm_code, laterality)
    where status = 'completed'
"""

# How often and when somebody used a code, and which ones they starred: of a doctor, of no patient. Counted here and not
# from the diagnoses, because a doctor's old patients are closed to them while their habits are not.
CODE_USE = """
create table clinic.code_use (
    person_id uuid not null references sec.person (id),
    system text not null check (system in ('icd-10', 'icd-9-cm')),
    code text not null,
    uses integer not null default 0 check (uses >= 0),
    last_used_at timestamptz,
    starred_at timestamptz,
    primary key (person_id, system, code),
    constraint code_use_has_its_day check (uses = 0 or last_used_at is not null)
)
"""

WHAT_WAS_USED = """
insert into clinic.code_use (person_id, system, code, uses, last_used_at)
select e.practitioner_id, 'icd-10', c.icd10_code, count(*), max(c.recorded_at)
from clinic.condition c join clinic.encounter e on e.id = c.encounter_id
where c.status = 'active' group by e.practitioner_id, c.icd10_code
"""

# What was used often counts, what was used lately counts more: after two months a use weighs half.
WEIGHT = """
create function clinic.code_weight(uses integer, last_used_at timestamptz) returns double precision
language sql stable as $$
    select coalesce(uses * power(0.5, extract(epoch from now() - last_used_at) / 86400 / 60), 0)::double precision
$$
"""

FOUND = "code text, title_en text, title_id text, ent boolean, used boolean, starred boolean"
OWN_FIRST = "u.starred_at is not null desc, clinic.code_weight(u.uses, u.last_used_at) desc"
COLUMNS = "i.code, i.title_en, i.title_id, i.ent, coalesce(u.uses, 0) > 0, u.starred_at is not null"
HEAD = "language plpgsql stable security definer set search_path = pg_catalog, clinic, sec, ext, pg_temp rows 20 as $$"


def _of_mine(system: str, table: str) -> str:
    return (
        f"from clinic.{table} i left join clinic.code_use u "
        f"on u.person_id = me and u.system = '{system}' and u.code = i.code"
    )


# As before, with the doctor's own codes in front.
SEARCH_ICD10 = f"""
create function sec.search_icd10(typed text, key text, words text, wanted integer) returns table ({FOUND})
{HEAD}
declare
    me uuid := sec.me();
    one text;
    alike text;
    likely text := '';
begin
    if not sec.has('reference.read') then
        return;
    end if;
    return query
        select {COLUMNS} {_of_mine("icd-10", "icd10")}
        where i.edition_2010 and i.selectable
          and ((key <> '' and i.code_key like key || '%')
               or (words <> '' and i.search_words @@ to_tsquery('simple', words)))
        order by {OWN_FIRST}, i.ent desc, (key <> '' and i.code_key like key || '%') desc,
                 strpos(i.search_text, typed) = 0, length(i.title_en), i.code
        limit wanted;
    if found or length(typed) < 4 then
        return;
    end if;
    foreach one in array string_to_array(typed, ' ') loop
        if exists (select 1 from clinic.icd10_word w where w.word like one || '%') then
            alike := one || ':*';
        else
            select string_agg(n.word, ' | ') into alike
            from (select w.word from clinic.icd10_word w where w.word % one
                  order by similarity(w.word, one) desc, w.word limit 4) n;
        end if;
        if alike is null then
            return;
        end if;
        likely := likely || case likely when '' then '' else ' & ' end || '(' || alike || ')';
    end loop;
    return query
        select {COLUMNS} {_of_mine("icd-10", "icd10")}
        where i.edition_2010 and i.selectable and i.search_words @@ to_tsquery('simple', likely)
        order by {OWN_FIRST}, i.ent desc, word_similarity(typed, i.search_text) desc, i.code
        limit wanted;
end $$
"""

# A typo is looked for in the codes that have Indonesian words: two hundred, no index needed.
SEARCH_ICD9CM = f"""
create function sec.search_icd9cm(typed text, key text, words text, wanted integer) returns table ({FOUND})
{HEAD}
declare
    me uuid := sec.me();
begin
    if not sec.has('reference.read') then
        return;
    end if;
    return query
        select {COLUMNS} {_of_mine("icd-9-cm", "icd9cm")}
        where (key <> '' and i.code_key like key || '%')
           or (words <> '' and i.search_words @@ to_tsquery('simple', words))
        order by {OWN_FIRST}, i.ent desc, (key <> '' and i.code_key like key || '%') desc,
                 strpos(i.search_text, typed) = 0, length(i.title_en), i.code
        limit wanted;
    if found or length(typed) < 4 then
        return;
    end if;
    return query
        select {COLUMNS} {_of_mine("icd-9-cm", "icd9cm")}
        where i.ent and word_similarity(typed, i.search_text) > 0.5
        order by {OWN_FIRST}, word_similarity(typed, i.search_text) desc, i.code
        limit wanted;
end $$
"""


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        op.execute(statement)


def _code_use() -> None:
    op.execute(CODE_USE)
    op.execute("grant insert on clinic.code_use to tht_sec")
    op.execute("set local role tht_sec")
    op.execute(WHAT_WAS_USED)
    op.execute("set local role tht_owner")
    op.execute("revoke insert on clinic.code_use from tht_sec")
    protect("code_use", select=DOCTOR, insert=DOCTOR, update=DOCTOR)
    # A program of the clinic writes in a doctor's visit; people know their own codes only.
    mine = "(person_id = (select sec.me()) or (select sec.has_any(array['record.read_all'])))"
    op.execute(
        f"create policy of_oneself on clinic.code_use as restrictive for all to tht_app using {mine} with check {mine}"
    )


def upgrade() -> None:
    """The code list, the procedures of a visit, and the habits of each doctor."""
    _each(CODES)
    protect("icd9cm", select="reference.read")
    op.execute("create policy owner_loads on clinic.icd9cm for all to tht_owner using (true) with check (true)")
    _each(PROCEDURE)
    protect("procedure", select=READ, insert=DOCTOR, update=DOCTOR)
    only_for_carers("procedure")
    keep_patient("procedure")
    for trigger, when, each in (
        ("refuse_signed", "insert or update or delete", "row"),
        ("refuse_signed_truncate", "truncate", "statement"),
    ):
        op.execute(
            f"create trigger {trigger} before {when} on clinic.procedure "
            f"for each {each} execute function sec.refuse_signed()"
        )
    _code_use()
    op.execute(WEIGHT)
    op.execute("drop function sec.search_icd10(text, text, text, integer)")
    definer(SEARCH_ICD10, "sec.search_icd10(text, text, text, integer)")
    definer(SEARCH_ICD9CM, "sec.search_icd9cm(text, text, text, integer)")
