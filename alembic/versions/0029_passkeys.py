"""Passkeys, the questions they answer, and the answer kept as evidence of a signature."""

from alembic import op

from ddl import append_only, definer, only_for_carers, protect

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

TABLES = """
create table sec.passkey (
    id uuid primary key,
    person_id uuid not null references sec.person (id),
    credential_id bytea not null unique,
    public_key bytea not null,
    sign_count bigint not null,
    name text not null check (length(name) between 1 and 60),
    made_at timestamptz not null default now(),
    used_at timestamptz,
    suspect_at timestamptz
);
create index passkey_by_person on sec.passkey (person_id);
create table sec.challenge (
    hash bytea primary key,
    purpose text not null check (purpose in ('register', 'sign_in', 'prove')),
    person_id uuid references sec.person (id),
    expires_at timestamptz not null
)
"""

EVIDENCE = """
create table clinic.signature_evidence (
    encounter_id uuid primary key,
    patient_id uuid not null,
    person_id uuid not null references sec.person (id),
    credential_id bytea not null,
    public_key bytea not null,
    answer text not null,
    relying_party text not null,
    origin text not null,
    at timestamptz not null,
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id)
)
"""

CHALLENGE_MAKE = """
create function sec.challenge_make(question bytea, what text, person uuid, seconds integer) returns void
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    delete from sec.challenge where expires_at < now();
    insert into sec.challenge (hash, purpose, person_id, expires_at)
    values (sha256(question), what, person, now() + make_interval(secs => seconds))
    on conflict (hash) do update
    set purpose = excluded.purpose, person_id = excluded.person_id, expires_at = excluded.expires_at
$$
"""

# Used up before the answer is judged: a question is good for one answer, right or wrong.
CHALLENGE_TAKE = """
create function sec.challenge_take(question bytea, what text, person uuid) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    delete from sec.challenge
    where hash = sha256(question) and purpose = what and person_id is not distinct from person and expires_at > now()
    returning true
$$
"""

PASSKEY_ADD = """
create function sec.passkey_add(
    new_id uuid, person uuid, credential bytea, key bytea, counter bigint, label text) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    insert into sec.passkey (id, person_id, credential_id, public_key, sign_count, name)
    values (new_id, person, credential, key, counter, left(label, 60))
    on conflict (credential_id) do nothing returning true
$$
"""

PASSKEYS_OF = """
create function sec.passkeys_of(person uuid) returns setof bytea
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select credential_id from sec.passkey where person_id = person and suspect_at is null order by made_at
$$
"""

# With those under suspicion: who had a second factor does not fall back to the password alone.
PASSKEY_COUNT = """
create function sec.passkey_count(person uuid) returns integer
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select count(*)::integer from sec.passkey where person_id = person
$$
"""

PASSKEY_FIND = """
create function sec.passkey_find(credential bytea)
returns table (id uuid, person_id uuid, public_key bytea)
language sql stable security definer set search_path = pg_catalog, sec, pg_temp rows 1 as $$
    select k.id, k.person_id, k.public_key
    from sec.passkey k join sec.person p on p.id = k.person_id
    where k.credential_id = credential and k.suspect_at is null and p.active and not p.is_service
$$
"""

# A counter that does not go on is that of a copy. Devices that have none say 0 for ever.
PASSKEY_USED = """
create function sec.passkey_used(wanted uuid, counter bigint) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    update sec.passkey set sign_count = counter, used_at = now()
    where id = wanted and suspect_at is null and (counter > sign_count or (counter = 0 and sign_count = 0))
    returning true
$$
"""

PASSKEY_SUSPECT = """
create function sec.passkey_suspect(wanted uuid) returns void
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    update sec.passkey set suspect_at = now() where id = wanted and suspect_at is null
$$
"""

MY_PASSKEYS = """
create function sec.my_passkeys()
returns table (id uuid, credential_id bytea, public_key bytea, name text, made_at timestamptz, used_at timestamptz,
               suspect boolean)
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select k.id, k.credential_id, k.public_key, k.name, k.made_at, k.used_at, k.suspect_at is not null
    from sec.passkey k where k.person_id = sec.me() order by k.made_at
$$
"""

MY_PASSKEY_DROP = """
create function sec.my_passkey_drop(wanted uuid) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    delete from sec.passkey where id = wanted and person_id = sec.me() returning true
$$
"""

MY_CHALLENGE_TAKE = """
create function sec.my_challenge_take(question bytea) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    select sec.challenge_take(question, 'prove', sec.me())
$$
"""

MY_PASSKEY_USED = """
create function sec.my_passkey_used(wanted uuid, counter bigint) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    select exists (select 1 from sec.passkey where id = wanted and person_id = sec.me())
       and sec.passkey_used(wanted, counter)
$$
"""

FACTOR_DROP = """
create or replace function sec.factor_drop(person uuid) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
declare
    apps integer;
    keys integer;
begin
    if not (sec.has('identity.manage') or person = sec.me()) then
        raise exception 'not allowed to drop this factor' using errcode = '42501';
    end if;
    delete from sec.recovery_code where person_id = person;
    delete from sec.totp where person_id = person;
    get diagnostics apps = row_count;
    if person is distinct from sec.me() then
        delete from sec.passkey where person_id = person;
        get diagnostics keys = row_count;
    end if;
    return apps + coalesce(keys, 0) > 0;
end $$
"""

FACTOR_HOLDERS = """
create or replace function sec.factor_holders() returns setof uuid
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select person_id from sec.totp where confirmed_at is not null and sec.has('identity.manage')
    union
    select person_id from sec.passkey where sec.has('identity.manage')
$$
"""

GATE = (
    (CHALLENGE_MAKE, "sec.challenge_make(bytea, text, uuid, integer)"),
    (CHALLENGE_TAKE, "sec.challenge_take(bytea, text, uuid)"),
    (PASSKEY_ADD, "sec.passkey_add(uuid, uuid, bytea, bytea, bigint, text)"),
    (PASSKEYS_OF, "sec.passkeys_of(uuid)"),
    (PASSKEY_COUNT, "sec.passkey_count(uuid)"),
    (PASSKEY_FIND, "sec.passkey_find(bytea)"),
    (PASSKEY_USED, "sec.passkey_used(uuid, bigint)"),
    (PASSKEY_SUSPECT, "sec.passkey_suspect(uuid)"),
)
APP = (
    (MY_PASSKEYS, "sec.my_passkeys()"),
    (MY_PASSKEY_DROP, "sec.my_passkey_drop(uuid)"),
    (MY_CHALLENGE_TAKE, "sec.my_challenge_take(bytea)"),
    (MY_PASSKEY_USED, "sec.my_passkey_used(uuid, bigint)"),
)


def upgrade() -> None:
    """Tables that only the definer's functions reach, and evidence that nobody can change."""
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    for name in ("passkey", "challenge"):
        op.execute(f"grant select, insert, update, delete on sec.{name} to tht_sec")
        op.execute(f"grant select on sec.{name} to tht_backup")
        op.execute(f"revoke all on sec.{name} from public")
    for sql, signature in GATE:
        definer(sql, signature, execute=("tht_gate",))
    for sql, signature in APP:
        definer(sql, signature)
    # As their owner: only the definer may replace its functions.
    op.execute("set local role tht_sec")
    op.execute(FACTOR_DROP)
    op.execute(FACTOR_HOLDERS)
    op.execute("set local role tht_owner")
    op.execute(EVIDENCE)
    protect("signature_evidence", select="record.read", insert="record.sign")
    only_for_carers("signature_evidence")
    append_only("signature_evidence")
