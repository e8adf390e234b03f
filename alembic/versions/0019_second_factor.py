"""A second factor, recovery codes, fresh proofs before weighty deeds, and devices that are known."""

from alembic import op

from ddl import definer

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Secrets are sealed and recovery codes keyed outside the database: a stolen dump lets nobody in.
TABLES = """
create table sec.totp (
    person_id uuid primary key references sec.person (id),
    secret_sealed bytea not null,
    last_step bigint not null default 0,
    begun_at timestamptz not null default now(),
    confirmed_at timestamptz
);
create table sec.recovery_code (
    person_id uuid not null references sec.person (id),
    code_hash bytea not null,
    made_at timestamptz not null default now(),
    used_at timestamptz,
    primary key (person_id, code_hash)
);
create table sec.first_step (
    token_hash bytea primary key,
    person_id uuid not null references sec.person (id),
    expires_at timestamptz not null
);
create table sec.proof (
    session_id uuid not null references sec.session (id),
    kind text not null check (kind ~ '^[a-z_]{2,40}$'),
    method text not null check (method in ('password', 'totp', 'recovery', 'passkey')),
    at timestamptz not null default now(),
    primary key (session_id, kind)
);
create table sec.known_device (
    token_hash bytea not null,
    person_id uuid not null references sec.person (id),
    first_at timestamptz not null default now(),
    last_at timestamptz not null default now(),
    primary key (token_hash, person_id)
)
"""

FACTORS_OF = """
create function sec.factors_of(person uuid)
returns table (username text, roles text[], totp_sealed bytea, totp_confirmed boolean, policy jsonb)
language sql stable security definer set search_path = pg_catalog, sec, pg_temp rows 1 as $$
    select p.username,
           coalesce((select array_agg(r.role) from sec.person_role r where r.person_id = p.id), '{}'),
           t.secret_sealed, t.confirmed_at is not null,
           (select s.value from clinic.setting s where s.key = 'second_factor')
    from sec.person p left join sec.totp t on t.person_id = p.id
    where p.id = person and p.active and not p.is_service
$$
"""

# A confirmed secret is never replaced, only dropped: whoever holds a session for a minute cannot put in their own phone.
TOTP_BEGIN = """
create function sec.totp_begin(person uuid, sealed bytea) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    insert into sec.totp as t (person_id, secret_sealed) values (person, sealed)
    on conflict (person_id) do update set secret_sealed = excluded.secret_sealed, begun_at = now(), last_step = 0
    where t.confirmed_at is null
    returning true
$$
"""

TOTP_CONFIRM = """
create function sec.totp_confirm(person uuid, step bigint, hashes bytea[]) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
begin
    update sec.totp set confirmed_at = now(), last_step = step
    where person_id = person and confirmed_at is null and begun_at > now() - interval '30 minutes';
    if not found then
        return false;
    end if;
    perform sec.recovery_replace(person, hashes);
    return true;
end $$
"""

# One statement decides: of two browsers that send the same code at the same moment one is let in.
TOTP_ACCEPT = """
create function sec.totp_accept(person uuid, step bigint) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    update sec.totp set last_step = step
    where person_id = person and confirmed_at is not null and last_step < step
    returning true
$$
"""

RECOVERY_REPLACE = """
create function sec.recovery_replace(person uuid, hashes bytea[]) returns void
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    delete from sec.recovery_code where person_id = person;
    insert into sec.recovery_code (person_id, code_hash) select person, unnest(hashes)
$$
"""

RECOVERY_USE = """
create function sec.recovery_use(person uuid, hash bytea) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    update sec.recovery_code set used_at = now()
    where person_id = person and code_hash = hash and used_at is null
    returning true
$$
"""

FIRST_STEP_OPEN = """
create function sec.first_step_open(hash bytea, person uuid, seconds integer) returns void
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    delete from sec.first_step where expires_at < now();
    insert into sec.first_step (token_hash, person_id, expires_at)
    values (hash, person, now() + make_interval(secs => seconds))
$$
"""

FIRST_STEP_OF = """
create function sec.first_step_of(token text) returns uuid
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select f.person_id from sec.first_step f join sec.person p on p.id = f.person_id
    where f.token_hash = sha256(convert_to(token, 'UTF8')) and f.expires_at > now() and p.active
$$
"""

FIRST_STEP_TAKE = """
create function sec.first_step_take(token text) returns uuid
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    delete from sec.first_step where token_hash = sha256(convert_to(token, 'UTF8')) and expires_at > now()
    returning person_id
$$
"""

PROVE = """
create function sec.prove(token text, deed text, how text) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    insert into sec.proof as p (session_id, kind, method)
    select s.id, deed, how from sec.live_session(token) s where s.kind = 'person'
    on conflict (session_id, kind) do update set method = excluded.method, at = now()
    returning true
$$
"""

# Programs of the house have nobody to ask and are known by their session; a person without a fresh proof is refused.
FRESH = """
create function sec.fresh(deed text, seconds integer) returns boolean
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select exists (
        select 1 from sec.live_session(nullif(current_setting('app.session', true), '')) s
        where s.kind = 'service' or exists (
            select 1 from sec.proof p
            where p.session_id = s.id and p.kind = deed and p.at > now() - make_interval(secs => seconds)))
$$
"""

DEVICE_KNOWN = """
create function sec.device_known(wanted text, token text) returns boolean
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select exists (
        select 1 from sec.known_device d join sec.person p on p.id = d.person_id
        where d.token_hash = sha256(convert_to(token, 'UTF8')) and p.username = lower(wanted)
          and d.last_at > now() - interval '180 days')
$$
"""

DEVICE_REMEMBER = """
create function sec.device_remember(token text, person uuid) returns void
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    insert into sec.known_device (token_hash, person_id) values (sha256(convert_to(token, 'UTF8')), person)
    on conflict (token_hash, person_id) do update set last_at = now()
$$
"""

# With `most` the sessions that were used longest ago make room, so that a forgotten desk does not stay open for good.
SESSIONS_TRIM = """
create function sec.sessions_trim(person uuid, most integer) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
declare closed integer;
begin
    update sec.session set revoked_at = now() where id in (
        select id from sec.session
        where person_id = person and kind = 'person' and revoked_at is null and expires_at > now()
        order by last_active_at desc, created_at desc, id desc offset most);
    get diagnostics closed = row_count;
    return closed;
end $$
"""

MY_ACCESS = """
create function sec.my_access()
returns table (totp boolean, totp_since timestamptz, recovery_left integer)
language sql stable security definer set search_path = pg_catalog, sec, pg_temp rows 1 as $$
    select t.confirmed_at is not null, t.confirmed_at,
           (select count(*)::integer from sec.recovery_code c where c.person_id = me.id and c.used_at is null)
    from (select sec.me() as id) me left join sec.totp t on t.person_id = me.id and t.confirmed_at is not null
$$
"""

MY_SESSIONS = """
create function sec.my_sessions()
returns table (id uuid, address text, user_agent text, created_at timestamptz, last_active_at timestamptz,
               awake boolean, present boolean)
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select s.id, s.address, s.user_agent, s.created_at, s.last_active_at,
           s.last_active_at + make_interval(secs => s.idle_seconds) > now(),
           s.token_hash = sha256(convert_to(current_setting('app.session', true), 'UTF8'))
    from sec.session s
    where s.person_id = sec.me() and s.kind = 'person' and s.revoked_at is null and s.expires_at > now()
    order by s.last_active_at desc
$$
"""

# Without an id: every session of mine but the one that asks.
MY_SESSION_CLOSE = """
create function sec.my_session_close(wanted uuid) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
declare closed integer;
begin
    update sec.session s set revoked_at = now()
    where s.person_id = sec.me() and s.kind = 'person' and s.revoked_at is null and (s.id = wanted or wanted is null)
      and s.token_hash <> sha256(convert_to(current_setting('app.session', true), 'UTF8'));
    get diagnostics closed = row_count;
    return closed;
end $$
"""

# The owner's way for a colleague whose telephone is gone; a person's own needs the proof that the door asks for.
FACTOR_DROP = """
create function sec.factor_drop(person uuid) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
begin
    if not (sec.has('identity.manage') or person = sec.me()) then
        raise exception 'not allowed to drop this factor' using errcode = '42501';
    end if;
    delete from sec.recovery_code where person_id = person;
    delete from sec.totp where person_id = person;
    return found;
end $$
"""

FACTOR_HOLDERS = """
create function sec.factor_holders() returns setof uuid
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select person_id from sec.totp where confirmed_at is not null and sec.has('identity.manage')
$$
"""

# Only the hash that was just proved right is replaced: a password changed meanwhile stays as it is.
CREDENTIAL_REHASH = """
create function sec.credential_rehash(person uuid, present text, stronger text) returns void
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    update sec.credential set password_hash = stronger where person_id = person and password_hash = present
$$
"""

GATE = (
    (CREDENTIAL_REHASH, "sec.credential_rehash(uuid, text, text)"),
    (FACTORS_OF, "sec.factors_of(uuid)"),
    (TOTP_BEGIN, "sec.totp_begin(uuid, bytea)"),
    (RECOVERY_REPLACE, "sec.recovery_replace(uuid, bytea[])"),
    (TOTP_CONFIRM, "sec.totp_confirm(uuid, bigint, bytea[])"),
    (TOTP_ACCEPT, "sec.totp_accept(uuid, bigint)"),
    (RECOVERY_USE, "sec.recovery_use(uuid, bytea)"),
    (FIRST_STEP_OPEN, "sec.first_step_open(bytea, uuid, integer)"),
    (FIRST_STEP_OF, "sec.first_step_of(text)"),
    (FIRST_STEP_TAKE, "sec.first_step_take(text)"),
    (PROVE, "sec.prove(text, text, text)"),
    (DEVICE_KNOWN, "sec.device_known(text, text)"),
    (DEVICE_REMEMBER, "sec.device_remember(text, uuid)"),
    (SESSIONS_TRIM, "sec.sessions_trim(uuid, integer)"),
)
APP = (
    (FRESH, "sec.fresh(text, integer)"),
    (MY_ACCESS, "sec.my_access()"),
    (MY_SESSIONS, "sec.my_sessions()"),
    (MY_SESSION_CLOSE, "sec.my_session_close(uuid)"),
    (FACTOR_DROP, "sec.factor_drop(uuid)"),
    (FACTOR_HOLDERS, "sec.factor_holders()"),
)


def upgrade() -> None:
    """Tables that only the definer's functions reach, and those functions."""
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    for name in ("totp", "recovery_code", "first_step", "proof", "known_device"):
        op.execute(f"grant select, insert, update, delete on sec.{name} to tht_sec")
        op.execute(f"grant select on sec.{name} to tht_backup")
        op.execute(f"revoke all on sec.{name} from public")
    for sql, signature in GATE:
        definer(sql, signature, execute=("tht_gate",))
    for sql, signature in APP:
        definer(sql, signature)
