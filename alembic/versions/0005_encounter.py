"""The visit's record: note, allergies, medicines, history, vitals, diagnoses, and the signature that locks it."""

from alembic import op

from ddl import append_only, definer, protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

READ = "record.read"
SAFETY = ("record.read", "record.read_safety")
DOCTOR = "record.write"
NURSING = ("record.write", "record.write_nursing")

ENCOUNTER = """
create table clinic.encounter (
    id uuid primary key,
    patient_id uuid not null references clinic.patient (id),
    practitioner_id uuid not null references sec.person (id),
    appointment_id uuid references clinic.appointment (id),
    visit_type text not null,
    status text not null check (status in ('planned', 'arrived', 'in-progress', 'finished', 'cancelled')),
    arrived_at timestamptz not null,
    started_at timestamptz,
    ended_at timestamptz,
    signed_at timestamptz,
    signed_by uuid references sec.person (id),
    hash bytea check (octet_length(hash) = 32),
    unique (id, patient_id),
    check (num_nonnulls(signed_at, signed_by, hash) in (0, 3)),
    check (signed_at is null or status = 'finished'),
    check (status <> 'finished' or ended_at is not null)
);
create index encounter_by_patient on clinic.encounter (patient_id, arrived_at desc);
create index encounter_by_practitioner on clinic.encounter (practitioner_id, arrived_at desc);
create index encounter_unsigned on clinic.encounter (practitioner_id, arrived_at)
    where signed_at is null and status <> 'cancelled';
create unique index encounter_of_appointment on clinic.encounter (appointment_id) where status <> 'cancelled'
"""

NOTE = """
create table clinic.note_section_version (
    id uuid primary key,
    encounter_id uuid not null,
    patient_id uuid not null,
    section text not null check (section in ('subjective', 'objective', 'assessment', 'plan')),
    version integer not null check (version > 0),
    body_sealed bytea not null,
    author_id uuid not null references sec.person (id),
    at timestamptz not null,
    unique (encounter_id, section, version),
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id)
);
create index note_section_version_by_patient on clinic.note_section_version (patient_id);
create table clinic.note_addendum (
    id uuid primary key,
    encounter_id uuid not null,
    patient_id uuid not null,
    number integer not null check (number > 0),
    body_sealed bytea not null,
    author_id uuid not null references sec.person (id),
    at timestamptz not null,
    unique (encounter_id, number),
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id)
);
create index note_addendum_by_patient on clinic.note_addendum (patient_id)
"""

PATIENT_FACTS = """
create table clinic.allergy_state (
    patient_id uuid primary key references clinic.patient (id),
    state text not null check (state in ('unasked', 'none_known', 'present', 'unavailable')),
    recorded_by uuid not null references sec.person (id),
    recorded_at timestamptz not null
);
create table clinic.allergy_intolerance (
    id uuid primary key,
    patient_id uuid not null references clinic.patient (id),
    category text not null check (category in ('medication', 'food', 'environment', 'biologic')),
    code text,
    substance_sealed bytea not null,
    reaction_sealed bytea not null,
    severity text not null check (severity in ('mild', 'moderate', 'severe', 'unknown')),
    verification text not null check (verification in ('unconfirmed', 'confirmed', 'refuted', 'entered-in-error')),
    recorded_by uuid not null references sec.person (id),
    recorded_at timestamptz not null,
    changed_by uuid references sec.person (id),
    changed_at timestamptz
);
create index allergy_intolerance_by_patient on clinic.allergy_intolerance (patient_id, recorded_at);
create table clinic.medication_statement (
    id uuid primary key,
    patient_id uuid not null references clinic.patient (id),
    code text,
    medicine_sealed bytea not null,
    dosage_sealed bytea not null,
    status text not null check (status in ('active', 'ended', 'entered-in-error')),
    recorded_by uuid not null references sec.person (id),
    recorded_at timestamptz not null,
    changed_by uuid references sec.person (id),
    changed_at timestamptz
);
create index medication_statement_by_patient on clinic.medication_statement (patient_id, recorded_at);
create table clinic.patient_history (
    id uuid primary key,
    patient_id uuid not null references clinic.patient (id),
    kind text not null check (kind in ('problem', 'illness', 'surgery', 'family', 'social')),
    body_sealed bytea not null,
    status text not null check (status in ('active', 'ended', 'entered-in-error')),
    recorded_by uuid not null references sec.person (id),
    recorded_at timestamptz not null,
    changed_by uuid references sec.person (id),
    changed_at timestamptz
);
create index patient_history_by_patient on clinic.patient_history (patient_id, recorded_at)
"""

VISIT_FACTS = """
create table clinic.observation (
    id uuid primary key,
    encounter_id uuid not null,
    patient_id uuid not null,
    code text not null,
    value numeric(8, 3) not null,
    unit text not null,
    status text not null check (status in ('final', 'entered-in-error')),
    at timestamptz not null,
    recorded_by uuid not null references sec.person (id),
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id)
);
create index observation_by_encounter on clinic.observation (encounter_id, at);
create index observation_by_patient on clinic.observation (patient_id, code, at desc) where status = 'final';
create table clinic.icd10 (
    code text primary key check (code ~ '^[A-Z][0-9]{2}([.][0-9]{1,2})?$'),
    code_key text not null,
    title_en text not null,
    title_id text,
    synonyms text not null default '',
    edition_2010 boolean not null,
    edition_2019 boolean not null,
    selectable boolean not null,
    ent boolean not null default false,
    source text not null default 'shipped' check (source in ('shipped', 'official')),
    search_text text not null,
    search_words tsvector generated always as (to_tsvector('simple', search_text)) stored
);
create index icd10_by_key on clinic.icd10 (code_key text_pattern_ops);
create index icd10_by_words on clinic.icd10 using gin (search_words);
create table clinic.icd10_word (word text primary key);
create index icd10_word_by_trigram on clinic.icd10_word using gin (word ext.gin_trgm_ops);
create table clinic.condition (
    id uuid primary key,
    encounter_id uuid not null,
    patient_id uuid not null,
    icd10_code text not null references clinic.icd10 (code),
    title text not null,
    laterality text not null check (laterality in ('right', 'left', 'both', 'none')),
    is_primary boolean not null,
    certainty text not null check (certainty in ('confirmed', 'provisional', 'differential')),
    status text not null check (status in ('active', 'entered-in-error')),
    recorded_by uuid not null references sec.person (id),
    recorded_at timestamptz not null,
    changed_by uuid references sec.person (id),
    changed_at timestamptz,
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id)
);
create index condition_by_patient on clinic.condition (patient_id, recorded_at desc);
create unique index condition_once on clinic.condition (encounter_id, icd10_code, laterality) where status = 'active';
create unique index condition_one_primary on clinic.condition (encounter_id) where status = 'active' and is_primary
"""

# The lock is shared by writers and exclusive for the one who signs, so that a signature never overlooks a write that
# is still on its way: whoever comes second sees what the first one did.
REFUSE_SIGNED = """
create function sec.refuse_signed() returns trigger
language plpgsql security definer set search_path = pg_catalog, clinic, pg_temp as $$
declare touched uuid;
begin
    if tg_op = 'TRUNCATE' then
        raise exception '% holds signed records', tg_table_name using errcode = '42501';
    end if;
    foreach touched in array array_remove(array[
        case when tg_op <> 'INSERT' then old.encounter_id end,
        case when tg_op <> 'DELETE' then new.encounter_id end], null)
    loop
        perform pg_advisory_xact_lock_shared(hashtextextended(touched::text, 5));
        if exists (select 1 from clinic.encounter e where e.id = touched and e.signed_at is not null) then
            raise exception 'encounter % is signed', touched using errcode = '42501';
        end if;
    end loop;
    if tg_op = 'DELETE' then return old; end if;
    return new;
end $$
"""

REFUSE_SIGNED_ENCOUNTER = """
create function sec.refuse_signed_encounter() returns trigger
language plpgsql security definer set search_path = pg_catalog, clinic, pg_temp as $$
begin
    if tg_op = 'TRUNCATE' then
        raise exception '% holds signed records', tg_table_name using errcode = '42501';
    end if;
    perform pg_advisory_xact_lock(hashtextextended(old.id::text, 5));
    if old.signed_at is not null then
        raise exception 'encounter % is signed', old.id using errcode = '42501';
    end if;
    if tg_op = 'DELETE' then return old; end if;
    if new.id <> old.id or new.patient_id <> old.patient_id then
        raise exception 'encounter % belongs to its patient', old.id using errcode = '42501';
    end if;
    return new;
end $$
"""

ADDENDUM_AFTER_SIGNING = """
create function sec.addendum_after_signing() returns trigger
language plpgsql security definer set search_path = pg_catalog, clinic, pg_temp as $$
begin
    if not exists (select 1 from clinic.encounter e where e.id = new.encounter_id and e.signed_at is not null) then
        raise exception 'encounter % is not signed', new.encounter_id using errcode = '42501';
    end if;
    return new;
end $$
"""

# Row-level security would keep the planner from the trigram index (its operators are not leakproof), and the code list
# holds no patient data: so the search runs as its own function and asks for the permission itself. A typo is matched
# against the few thousand distinct words and then looked up exactly: likeness over all titles took ten times as long.
SEARCH = """
create function sec.search_icd10(typed text, key text, words text, wanted integer)
returns table (code text, title_en text, title_id text, ent boolean)
language plpgsql stable security definer set search_path = pg_catalog, clinic, ext, pg_temp rows 20 as $$
declare
    one text;
    alike text;
    likely text := '';
begin
    if not sec.has('reference.read') then
        return;
    end if;
    return query
        select i.code, i.title_en, i.title_id, i.ent from clinic.icd10 i
        where i.edition_2010 and i.selectable
          and ((key <> '' and i.code_key like key || '%')
               or (words <> '' and i.search_words @@ to_tsquery('simple', words)))
        order by i.ent desc, (key <> '' and i.code_key like key || '%') desc,
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
        select i.code, i.title_en, i.title_id, i.ent from clinic.icd10 i
        where i.edition_2010 and i.selectable and i.search_words @@ to_tsquery('simple', likely)
        order by i.ent desc, word_similarity(typed, i.search_text) desc, i.code
        limit wanted;
end $$
"""

FROZEN_BY_SIGNING = ("note_section_version", "observation", "condition")


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)


def freeze_when_signed(table: str) -> None:
    """Refuse every insert, change and removal in a table whose `encounter_id` names a signed encounter."""
    op.execute(
        f"create trigger refuse_signed before insert or update or delete on clinic.{table} "
        "for each row execute function sec.refuse_signed()"
    )
    op.execute(
        f"create trigger refuse_signed_truncate before truncate on clinic.{table} "
        "for each statement execute function sec.refuse_signed()"
    )


def _policies() -> None:
    visit_readers = (READ, "queue.read", "appointment.read", "prescription.read")
    protect(
        "encounter",
        select=visit_readers,
        insert=(DOCTOR, "queue.check_in"),
        update=(DOCTOR, "queue.check_in", "queue.call", "queue.call_own_room"),
    )
    op.execute(
        "create policy signed_in_own_name on clinic.encounter as restrictive for update to tht_app using (true) "
        "with check (signed_at is null or ((select sec.has_any(array['record.sign'])) "
        "and signed_by in ((select sec.me()), practitioner_id)))"
    )
    protect("note_section_version", select=READ, insert=NURSING)
    op.execute(
        "create policy nurse_writes_s_and_o on clinic.note_section_version as restrictive for insert to tht_app "
        "with check (author_id = (select sec.me()) and (section in ('subjective', 'objective') "
        "or (select sec.has_any(array['record.write']))))"
    )
    protect("note_addendum", select=READ, insert="record.sign")
    for table in ("allergy_state", "allergy_intolerance", "medication_statement"):
        protect(table, select=SAFETY, insert=NURSING, update=NURSING)
    protect("patient_history", select=READ, insert=NURSING, update=NURSING)
    protect("observation", select=SAFETY, insert=NURSING, update=NURSING)
    op.execute(
        "create policy weight_only_for_safety on clinic.observation as restrictive for select to tht_app "
        "using (code = '29463-7' or (select sec.has_any(array['record.read'])))"
    )
    protect("condition", select=READ, insert=DOCTOR, update=DOCTOR)
    protect("icd10", select="reference.read", insert="settings.manage", update="settings.manage")
    protect("icd10_word", select="reference.read", insert="settings.manage")
    for table in ("icd10", "icd10_word"):
        op.execute(f"create policy owner_loads on clinic.{table} for all to tht_owner using (true) with check (true)")


def upgrade() -> None:
    """Build the record."""
    for block in (ENCOUNTER, NOTE, PATIENT_FACTS, VISIT_FACTS):
        _each(block)
    owner = ("tht_owner",)
    definer(REFUSE_SIGNED, "sec.refuse_signed()", execute=owner)
    definer(REFUSE_SIGNED_ENCOUNTER, "sec.refuse_signed_encounter()", execute=owner)
    definer(ADDENDUM_AFTER_SIGNING, "sec.addendum_after_signing()", execute=owner)
    _policies()
    definer(SEARCH, "sec.search_icd10(text, text, text, integer)")
    append_only("note_section_version")
    append_only("note_addendum")
    for table in FROZEN_BY_SIGNING:
        freeze_when_signed(table)
    op.execute(
        "create trigger addendum_after_signing before insert on clinic.note_addendum "
        "for each row execute function sec.addendum_after_signing()"
    )
    op.execute(
        "create trigger refuse_signed before update or delete on clinic.encounter "
        "for each row execute function sec.refuse_signed_encounter()"
    )
    op.execute(
        "create trigger refuse_signed_truncate before truncate on clinic.encounter "
        "for each statement execute function sec.refuse_signed_encounter()"
    )
