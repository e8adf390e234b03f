"""Patients, how they are found, what they consented to, and the files they are imported from."""

from alembic import op

from ddl import definer, protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LOOK = ("patient.read", "patient.read_open_prescription", "patient.read_open_invoice")

PATIENT = """
create sequence clinic.patient_record_number as bigint maxvalue 99999999;
create table clinic.patient (
    id uuid primary key,
    record_number bigint not null unique default nextval('clinic.patient_record_number'),
    name text not null check (length(name) between 1 and 200),
    name_words text[] not null check (cardinality(name_words) > 0),
    name_sounds text[] not null check (cardinality(name_sounds) = cardinality(name_words)),
    name_sort text collate "C" not null,
    birth_date date not null check (birth_date >= '1900-01-01'),
    birth_date_estimated boolean not null default false,
    sex text not null check (sex in ('male', 'female', 'other', 'unknown')),
    nik_sealed bytea,
    nik_index bytea unique,
    nik_missing text check (nik_missing in ('newborn', 'foreigner', 'not_brought')),
    other_id_kind text check (other_id_kind in ('passport', 'stay_permit', 'mother_nik')),
    other_id_sealed bytea,
    other_id_index bytea,
    bpjs_sealed bytea,
    bpjs_index bytea,
    phone_sealed bytea,
    phone_index bytea,
    email_sealed bytea,
    address_sealed bytea,
    social_sealed bytea,
    payer text not null default 'self' check (payer in ('self', 'bpjs', 'insurance')),
    coverage_sealed bytea,
    guardian_sealed bytea,
    deceased boolean not null default false,
    merged_into uuid references clinic.patient (id),
    version integer not null default 1 check (version > 0),
    created_at timestamptz not null,
    created_by uuid not null references sec.person (id),
    updated_at timestamptz not null,
    updated_by uuid not null references sec.person (id),
    constraint patient_nik_or_reason check ((nik_sealed is null) = (nik_missing is not null)),
    constraint patient_nik_indexed check ((nik_sealed is null) = (nik_index is null)),
    constraint patient_not_into_itself check (merged_into <> id)
);
create index patient_by_birth_date on clinic.patient (birth_date, name_sort);
create index patient_by_phone on clinic.patient (phone_index, name_sort) where phone_index is not null;
create index patient_by_bpjs on clinic.patient (bpjs_index) where bpjs_index is not null;
create index patient_by_other_id on clinic.patient (other_id_index) where other_id_index is not null
"""

# Row-level security keeps the planner from using a trigram index (its operators are not leakproof), and trigrams over
# a million names are slow anyway. So typos are matched against the few ten thousand distinct words of all names, and
# patients are then looked up by word, already in the order in which they are shown.
NAMES = """
create table clinic.name_word (
    id integer primary key generated always as identity,
    word text collate "C" not null unique,
    sound text collate "C" not null,
    near text[] not null
);
create index name_word_by_sound on clinic.name_word (sound);
create index name_word_by_near on clinic.name_word using gin (near) with (fastupdate = off);
create index name_word_by_part on clinic.name_word using gin (word ext.gin_trgm_ops) with (fastupdate = off);
create index name_word_by_likeness on clinic.name_word using gin (sound ext.gin_trgm_ops) with (fastupdate = off);
create table clinic.patient_name (
    word_id integer not null references clinic.name_word (id),
    name_sort text collate "C" not null,
    patient_id uuid not null references clinic.patient (id),
    word_ids integer[] not null,
    primary key (word_id, name_sort, patient_id) include (word_ids)
)
"""

NEAR_SPELLINGS = """
create function sec.near_spellings(sound text) returns text[]
language sql immutable set search_path = pg_catalog as $$
    select case when length(sound) < 3 then array[sound] else
        array(
            select sound union
            select left(sound, n - 1) || substr(sound, n + 1) from generate_series(1, length(sound)) n)
    end
$$
"""

# In alphabetical order: two desks that bring the same new words never wait for each other in a ring.
INDEX_NAMES = """
create function sec.index_patient_names() returns trigger
language plpgsql security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
begin
    if tg_op = 'UPDATE' then
        delete from clinic.patient_name n
        using before b, fresh f, unnest(b.name_words) as had(word), clinic.name_word w
        where f.id = b.id and (f.name_sort, f.name_words) is distinct from (b.name_sort, b.name_words)
          and w.word = had.word and n.word_id = w.id and n.name_sort = b.name_sort and n.patient_id = b.id;
    end if;
    insert into clinic.name_word (word, sound, near)
    select distinct on (u.word) u.word, u.sound, sec.near_spellings(u.sound)
    from fresh f, unnest(f.name_words, f.name_sounds) as u(word, sound)
    where not exists (select 1 from clinic.name_word w where w.word = u.word)
    order by u.word
    on conflict (word) do nothing;
    insert into clinic.patient_name (word_id, name_sort, patient_id, word_ids)
    select w.id, f.name_sort, f.id, array_agg(w.id) over (partition by f.id)
    from fresh f, unnest(f.name_words) as u(word), clinic.name_word w
    where w.word = u.word
    on conflict do nothing;
    return null;
end $$
"""

# Words of names that fit each typed word. Tier 0 same, 1 sounds the same, 2 begins so, 3 begins so by sound, 4 contains
# it, 5 may be a typing mistake (the caller counts the mistakes). `weight` says roughly how many patients have the word.
# Planned once a connection: planning anew takes longer than finding.
NAME_WORDS = """
create function sec.name_words(words text[], sounds text[], typos boolean, weigh boolean)
returns table (token integer, id integer, word text, tier integer, weight integer)
language plpgsql stable security definer
set search_path = pg_catalog, clinic, ext, sec, pg_temp set plan_cache_mode = force_generic_plan rows 50 as $$
declare
    typed text;
    heard text;
begin
    if not sec.has('patient.search') then
        raise exception 'patient.search is needed' using errcode = '42501';
    end if;
    for token in 1 .. cardinality(words) loop
        typed := words[token];
        heard := sounds[token];
        return query
        with fitting as (
            select w.id, w.word, w.sound from clinic.name_word w
            where w.word >= typed and w.word < typed || chr(1114111)
            union
            select w.id, w.word, w.sound from clinic.name_word w
            where w.sound >= heard and w.sound < heard || chr(1114111)
            union
            select w.id, w.word, w.sound from clinic.name_word w
            where length(typed) >= 3 and not typos and w.word like '%' || typed || '%'
            union
            select w.id, w.word, w.sound from clinic.name_word w
            where typos and w.near && sec.near_spellings(heard)
            union
            (select w.id, w.word, w.sound from clinic.name_word w
            where typos and length(heard) >= 6 and w.sound % heard
            order by similarity(w.sound, heard) desc, w.word limit 30)
        ), ranked as (
            select f.id, f.word, case
                when f.word = typed then 0
                when f.sound = heard then 1
                when starts_with(f.word, typed) then 2
                when starts_with(f.sound, heard) then 3
                when f.word like '%' || typed || '%' and length(typed) >= 3 then 4
                else 5 end as tier
            from fitting f
        ), chosen as (
            select r.id, r.word, r.tier, count(*) over () as many from ranked r
            order by r.tier, length(r.word), r.word limit case when weigh then 400 else 100 end
        )
        select token, c.id, c.word, c.tier, case when not weigh then 0 else (
            select count(*)::integer from (
                select 1 from clinic.patient_name n where n.word_id = c.id limit greatest(10, 1000 / c.many)) counted)
            end
        from chosen c;
    end loop;
end $$
"""

# Patients that have one of the leading words, and for each further typed word either a word that contains it (under
# three letters: begins with it) or one of the given words; in the order of the leading words, then by name. The caller
# leads with the rarest, the further ones are checked inside the index. Word by word, so that it ends as soon as the
# list is full.
PATIENTS_NAMED = """
create function sec.patients_named(
    leading_words integer[], typed text[], second integer[], third integer[], fourth integer[], at_most integer)
returns table (patient_id uuid)
language plpgsql stable security definer
set search_path = pg_catalog, clinic, sec, pg_temp set plan_cache_mode = force_generic_plan rows 21 as $$
declare
    patterns text[] := array(
        select case when length(word) < 3 then '% ' else '%' end || word || '%'
        from unnest(typed) with ordinality as t(word, place) order by place);
    found uuid[] := '{}';
    lead integer;
begin
    if not sec.has('patient.search') then
        raise exception 'patient.search is needed' using errcode = '42501';
    end if;
    foreach lead in array leading_words loop
        found := found || array(
            select n.patient_id from clinic.patient_name n
            where n.word_id = lead and n.patient_id <> all (found)
              and (patterns[1] is null or ' ' || n.name_sort like patterns[1] or n.word_ids && second)
              and (patterns[2] is null or ' ' || n.name_sort like patterns[2] or n.word_ids && third)
              and (patterns[3] is null or ' ' || n.name_sort like patterns[3] or n.word_ids && fourth)
            order by n.name_sort, n.patient_id limit least(at_most, 101) - cardinality(found));
        exit when cardinality(found) >= least(at_most, 101);
    end loop;
    return query select unnest(found);
end $$
"""

CONSENT = """
create table clinic.consent (
    id uuid primary key,
    patient_id uuid not null references clinic.patient (id),
    purpose text not null check (purpose in ('data_processing', 'reminders', 'teaching')),
    text_version text not null check (length(text_version) between 1 and 20),
    given boolean not null,
    giver text not null check (giver in ('patient', 'guardian')),
    giver_name_sealed bytea not null,
    at timestamptz not null,
    recorded_by uuid not null references sec.person (id),
    withdrawn_at timestamptz check (withdrawn_at >= at),
    withdrawn_by uuid references sec.person (id),
    constraint consent_withdrawn_by_somebody check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index consent_by_patient on clinic.consent (patient_id, at)
"""

IMPORT = """
create table clinic.patient_import (
    id uuid primary key,
    file_name text not null check (length(file_name) <= 200),
    state text not null check (state in ('previewed', 'running', 'done')),
    total integer not null check (total >= 0),
    started_by uuid not null references sec.person (id),
    created_at timestamptz not null,
    finished_at timestamptz
);
create index patient_import_by_time on clinic.patient_import (created_at);
create table clinic.patient_import_line (
    id uuid primary key,
    import_id uuid not null references clinic.patient_import (id),
    line integer not null check (line > 0),
    state text not null check (state in ('ready', 'bad', 'duplicate', 'added')),
    form_sealed bytea,
    problems jsonb not null default '{}',
    patient_id uuid references clinic.patient (id),
    unique (import_id, line)
);
create index patient_import_line_waiting on clinic.patient_import_line (import_id, line) where state = 'ready'
"""


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)


def _patients() -> None:
    _each(PATIENT)
    protect("patient", select=LOOK, insert="patient.write", update="patient.write")
    op.execute("grant usage on sequence clinic.patient_record_number to tht_app")


def _names() -> None:
    _each(NAMES)
    for table in ("name_word", "patient_name"):
        protect(table)
        op.execute(f"grant insert, delete on clinic.{table} to tht_sec")
        op.execute(f"create policy tht_sec_writes on clinic.{table} for all to tht_sec using (true) with check (true)")
    op.execute(NEAR_SPELLINGS)
    op.execute("revoke all on function sec.near_spellings(text) from public")
    op.execute("grant execute on function sec.near_spellings(text) to tht_sec")
    definer(INDEX_NAMES, "sec.index_patient_names()", execute=("tht_owner",))
    op.execute(
        "create trigger index_names_of_new after insert on clinic.patient referencing new table as fresh "
        "for each statement execute function sec.index_patient_names()"
    )
    op.execute(
        "create trigger index_names_of_changed after update on clinic.patient "
        "referencing old table as before new table as fresh "
        "for each statement execute function sec.index_patient_names()"
    )
    definer(NAME_WORDS, "sec.name_words(text[], text[], boolean, boolean)")
    definer(PATIENTS_NAMED, "sec.patients_named(integer[], text[], integer[], integer[], integer[], integer)")


def upgrade() -> None:
    """Build registration."""
    _patients()
    _names()
    _each(CONSENT)
    protect("consent", select="patient.read", insert="consent.write", update="consent.write")
    op.execute("revoke update on clinic.consent from tht_app")
    op.execute("grant update (withdrawn_at, withdrawn_by) on clinic.consent to tht_app")
    _each(IMPORT)
    protect("patient_import", select="patient.import", insert="patient.import", update="patient.import")
    protect("patient_import_line", select="patient.import", insert="patient.import", update="patient.import")
