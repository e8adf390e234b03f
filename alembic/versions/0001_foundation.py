"""Who asks, what was done, what leaves the house: sessions, audit, outbox, keys, counters, settings.

Roles, schemas and extensions are made by `tht migrate` before this runs (they belong to the server, not to a table).
"""

from alembic import op

from ddl import append_only, definer, protect
from tht_app.domain.identity import ROLE_PERMISSIONS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ANY_SESSION = "signed_in"

PERSONS = """
create table sec.person (
    id uuid primary key,
    username text not null unique check (username = lower(username) and username ~ '^[a-z0-9._-]{2,60}$'),
    display_name text not null check (length(display_name) between 1 and 200),
    lang text not null default 'id' check (lang in ('id', 'en')),
    active boolean not null default true,
    is_service boolean not null default false,
    created_at timestamptz not null default now()
);
create table sec.role_permission (
    role text not null,
    permission text not null,
    primary key (role, permission)
);
create table sec.person_role (
    person_id uuid not null references sec.person (id),
    role text not null,
    granted_at timestamptz not null default now(),
    primary key (person_id, role)
);
create table sec.credential (
    person_id uuid primary key references sec.person (id),
    password_hash text not null,
    changed_at timestamptz not null default now()
);
create table sec.session (
    id uuid primary key,
    token_hash bytea not null unique,
    person_id uuid not null references sec.person (id),
    kind text not null check (kind in ('person', 'service', 'display', 'ticket', 'link', 'verify')),
    address text,
    user_agent text,
    created_at timestamptz not null default now(),
    last_active_at timestamptz not null default now(),
    idle_seconds integer check (idle_seconds > 0),
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index session_by_person on sec.session (person_id) where revoked_at is null;
create table sec.sign_in_attempt (
    subject text primary key,
    failures integer not null default 0,
    last_failure_at timestamptz not null default now(),
    blocked_until timestamptz
);
create table sec.setup_code (
    only_row boolean primary key default true check (only_row),
    code_hash bytea not null,
    expires_at timestamptz not null
)
"""

# The one look-up of "who asks": everything the database decides about a person comes through here.
LIVE_SESSION = """
create function sec.live_session(token text) returns setof sec.session
language sql stable security definer set search_path = pg_catalog, sec, pg_temp rows 1 as $$
    select s.* from sec.session s join sec.person p on p.id = s.person_id
    where s.token_hash = sha256(convert_to(token, 'UTF8'))
      and s.revoked_at is null and s.expires_at > now() and p.active
      and (s.idle_seconds is null or s.last_active_at + make_interval(secs => s.idle_seconds) > now())
$$
"""

ME = """
create function sec.me() returns uuid
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select person_id from sec.live_session(nullif(current_setting('app.session', true), ''))
$$
"""

HAS_ANY = """
create function sec.has_any(permissions text[]) returns boolean
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select exists (
        select 1 from sec.live_session(nullif(current_setting('app.session', true), '')) s
        join sec.person_role r on r.person_id = s.person_id
        join sec.role_permission p on p.role = r.role
        where p.permission = any (permissions))
$$
"""

HAS = """
create function sec.has(permission text) returns boolean
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select sec.has_any(array[permission])
$$
"""

WHOAMI = """
create function sec.whoami(token text)
returns table (
    session_id uuid, kind text, person_id uuid, username text, display_name text, lang text, roles text[],
    awake_until timestamptz)
language sql stable security definer set search_path = pg_catalog, sec, pg_temp rows 1 as $$
    select s.id, s.kind, p.id, p.username, p.display_name, p.lang,
           coalesce((select array_agg(r.role order by r.role) from sec.person_role r where r.person_id = p.id), '{}'),
           least(s.expires_at, s.last_active_at + make_interval(secs => s.idle_seconds))
    from sec.live_session(token) s join sec.person p on p.id = s.person_id
$$
"""

SESSION_OPEN = """
create function sec.session_open(
    new_id uuid, hash bytea, person uuid, session_kind text, client_address text, client_agent text,
    idle integer, lifetime integer) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    insert into sec.session (id, token_hash, person_id, kind, address, user_agent, idle_seconds, expires_at)
    select new_id, hash, p.id, session_kind, client_address, left(client_agent, 300), idle,
           now() + make_interval(secs => lifetime)
    from sec.person p
    where p.id = person and p.active and (session_kind = 'person') = (not p.is_service)
    returning true
$$
"""

# At most one write a minute for each session: activity has to be known to the minute, not to the key press.
SESSION_TOUCH = """
create function sec.session_touch(token text) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    with live as (select id, last_active_at from sec.live_session(token)),
    touched as (
        update sec.session s set last_active_at = now() from live
        where s.id = live.id and live.last_active_at < now() - interval '1 minute' returning 1)
    select exists (select 1 from live)
$$
"""

SESSION_CLOSE = """
create function sec.session_close(token text) returns uuid
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    update sec.session set revoked_at = now()
    where token_hash = sha256(convert_to(token, 'UTF8')) and revoked_at is null returning person_id
$$
"""

# Whose screen it is that has locked itself: asked before the password, so it says nothing about a session ended on purpose.
SESSION_OWNER = """
create function sec.session_owner(token text) returns text
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select p.username from sec.session s join sec.person p on p.id = s.person_id
    where s.token_hash = sha256(convert_to(token, 'UTF8')) and s.kind = 'person' and s.revoked_at is null
      and s.expires_at > now() - interval '1 day'
$$
"""

# A session that only slept goes on under a new token: the same identity, so screens bound to it keep what they show.
SESSION_WAKE = """
create function sec.session_wake(token text, person uuid, hash bytea) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    update sec.session set token_hash = hash, last_active_at = now()
    where token_hash = sha256(convert_to(token, 'UTF8')) and person_id = person and kind = 'person'
      and revoked_at is null and expires_at > now()
    returning true
$$
"""

CREDENTIAL_OF = """
create function sec.credential_of(wanted text) returns table (person_id uuid, password_hash text)
language sql stable security definer set search_path = pg_catalog, sec, pg_temp rows 1 as $$
    select p.id, c.password_hash from sec.person p join sec.credential c on c.person_id = p.id
    where p.username = lower(wanted) and p.active and not p.is_service
$$
"""

SERVICE_PERSON = """
create function sec.service_person(wanted text) returns uuid
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select id from sec.person where username = wanted and is_service and active
$$
"""

ATTEMPT_BLOCKED = """
create function sec.attempt_blocked(subjects text[]) returns integer
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select coalesce(ceil(extract(epoch from max(blocked_until) - now())), 0)::integer
    from sec.sign_in_attempt where subject = any (subjects) and blocked_until > now()
$$
"""

# Five free tries, then 30 seconds doubling up to 15 minutes, forgotten after a quiet hour: slow for a guesser, never
# a lock that somebody else can put on a doctor for good.
ATTEMPT_FAILED = """
create function sec.attempt_failed(who text, free_tries integer) returns void
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    insert into sec.sign_in_attempt as a (subject, failures) values (who, 1)
    on conflict (subject) do update set
        failures = case when a.last_failure_at < now() - interval '1 hour' then 1 else a.failures + 1 end,
        last_failure_at = now(),
        blocked_until = case
            when a.last_failure_at < now() - interval '1 hour' or a.failures + 1 < free_tries then null
            else now() + make_interval(secs => least(900, 30 * power(2, least(a.failures + 1 - free_tries, 10))))
        end
$$
"""

ATTEMPT_SUCCEEDED = """
create function sec.attempt_succeeded(who text) returns void
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    delete from sec.sign_in_attempt where subject = who
$$
"""

# Where somebody has signed in before, strangers who guess from elsewhere cannot slow them down.
KNOWN_ADDRESS = """
create function sec.known_address(wanted text, client_address text) returns boolean
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select exists (
        select 1 from sec.session s join sec.person p on p.id = s.person_id
        where p.username = lower(wanted) and s.address = client_address and s.kind = 'person'
          and s.created_at > now() - interval '30 days')
$$
"""

SESSIONS_DEAD = """
create function sec.sessions_dead(tokens text[]) returns setof text
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select t.token from unnest(tokens) as t (token)
    where not exists (select 1 from sec.live_session(t.token))
$$
"""

SETUP_NEEDED = """
create function sec.setup_needed() returns boolean
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select not exists (
        select 1 from sec.person p join sec.person_role r on r.person_id = p.id
        where r.role = 'owner' and p.active and not p.is_service)
$$
"""

SETUP_OFFER = """
create function sec.setup_offer(code text, lifetime integer) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    insert into sec.setup_code (code_hash, expires_at)
    select sha256(convert_to(code, 'UTF8')), now() + make_interval(secs => lifetime) where sec.setup_needed()
    on conflict (only_row) do update set code_hash = excluded.code_hash, expires_at = excluded.expires_at
    returning true
$$
"""

# The code is used up in the same statement that reads it: two browsers with the same code make one owner.
SETUP_OWNER = """
create function sec.setup_owner(code text, new_id uuid, new_username text, new_name text, hash text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
begin
    delete from sec.setup_code
    where code_hash = sha256(convert_to(code, 'UTF8')) and expires_at > now() and sec.setup_needed();
    if not found then
        return false;
    end if;
    insert into sec.person (id, username, display_name) values (new_id, new_username, new_name);
    insert into sec.person_role (person_id, role) values (new_id, 'owner');
    insert into sec.credential (person_id, password_hash) values (new_id, hash);
    return true;
end $$
"""

# Users are administered through the door, so the rights are asked of the session, not of the database role.
SET_CREDENTIAL = """
create function sec.set_credential(person uuid, hash text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
begin
    if not (sec.has('identity.manage') or person = sec.me()) then
        raise exception 'not allowed to set this password' using errcode = '42501';
    end if;
    insert into sec.credential (person_id, password_hash) values (person, hash)
    on conflict (person_id) do update set password_hash = excluded.password_hash, changed_at = now();
end $$
"""

SET_LANGUAGE = """
create function sec.set_language(wanted text) returns void
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    update sec.person set lang = wanted where id = sec.me()
$$
"""

OWN_CREDENTIAL = """
create function sec.own_credential() returns text
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select password_hash from sec.credential where person_id = sec.me()
$$
"""

SESSIONS_CLOSE_OF = """
create function sec.sessions_close_of(person uuid) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
declare closed integer;
begin
    if not (sec.has('identity.manage') or person = sec.me()) then
        raise exception 'not allowed to end these sessions' using errcode = '42501';
    end if;
    update sec.session set revoked_at = now() where person_id = person and revoked_at is null;
    get diagnostics closed = row_count;
    return closed;
end $$
"""

REFUSE_CHANGE = """
create function sec.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = '42501';
end $$
"""

SEC_TABLES_OF_THE_DEFINER = (
    "person",
    "person_role",
    "role_permission",
    "credential",
    "session",
    "sign_in_attempt",
    "setup_code",
)

AUDIT = """
create table audit.event (
    id uuid primary key,
    txid xid8 not null default pg_current_xact_id(),
    at timestamptz not null default clock_timestamp(),
    person_id uuid,
    session_id uuid,
    action text not null,
    request text not null,
    outcome text not null check (outcome in ('done', 'denied', 'failed')),
    object_type text,
    object_id uuid,
    patient_ids uuid[] not null default '{}',
    reason text,
    address text,
    details_sealed bytea
);
create index event_by_txid on audit.event (txid, id);
create index event_by_person on audit.event (person_id, at);
create index event_by_patient on audit.event using gin (patient_ids)
"""

REST = """
create table sec.data_key (
    purpose text not null,
    version integer not null check (version > 0),
    wrapped bytea not null,
    created_at timestamptz not null default now(),
    primary key (purpose, version)
);
create table clinic.idempotency (
    person_id uuid not null references sec.person (id),
    key text not null check (length(key) between 8 and 64),
    request text not null,
    result jsonb,
    created_at timestamptz not null default now(),
    primary key (person_id, key)
);
create table clinic.outbox (
    id uuid primary key,
    at timestamptz not null,
    event text not null,
    aggregate_id uuid not null,
    payload jsonb not null,
    attempts integer not null default 0,
    next_attempt_at timestamptz not null default now(),
    delivered_at timestamptz,
    last_error text
);
create index outbox_waiting on clinic.outbox (next_attempt_at) where delivered_at is null;
create table clinic.counter (
    name text primary key,
    value bigint not null check (value > 0)
);
create table clinic.setting (
    key text primary key check (key ~ '^[a-z_.]{2,60}$'),
    value jsonb not null,
    changed_at timestamptz not null default now()
)
"""


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)


def _identity() -> None:
    _each(PERSONS)
    for role, permissions in ROLE_PERMISSIONS.items():
        for permission in sorted(permissions):
            op.execute(f"insert into sec.role_permission values ('{role.value}', '{permission.value}')")
    for name in SEC_TABLES_OF_THE_DEFINER:
        op.execute(f"grant select, insert, update, delete on sec.{name} to tht_sec")
    op.execute("revoke all on all tables in schema sec from public")
    definer(LIVE_SESSION, "sec.live_session(text)", execute=("tht_gate",))
    definer(ME, "sec.me()", execute=("tht_app", "tht_auditor", "tht_gate", "tht_owner"))
    definer(HAS_ANY, "sec.has_any(text[])", execute=("tht_app", "tht_auditor", "tht_gate", "tht_owner"))
    definer(HAS, "sec.has(text)", execute=("tht_app", "tht_auditor", "tht_gate", "tht_owner"))
    definer(WHOAMI, "sec.whoami(text)", execute=("tht_app", "tht_gate"))
    definer(SET_CREDENTIAL, "sec.set_credential(uuid, text)")
    definer(SET_LANGUAGE, "sec.set_language(text)")
    definer(OWN_CREDENTIAL, "sec.own_credential()")
    definer(SESSIONS_CLOSE_OF, "sec.sessions_close_of(uuid)")
    gate = ("tht_gate",)
    definer(SESSION_OPEN, "sec.session_open(uuid, bytea, uuid, text, text, text, integer, integer)", execute=gate)
    definer(SESSION_TOUCH, "sec.session_touch(text)", execute=gate)
    definer(SESSION_CLOSE, "sec.session_close(text)", execute=gate)
    definer(SESSION_OWNER, "sec.session_owner(text)", execute=gate)
    definer(SESSION_WAKE, "sec.session_wake(text, uuid, bytea)", execute=gate)
    definer(KNOWN_ADDRESS, "sec.known_address(text, text)", execute=gate)
    definer(SESSIONS_DEAD, "sec.sessions_dead(text[])", execute=gate)
    definer(SETUP_NEEDED, "sec.setup_needed()", execute=gate)
    definer(SETUP_OFFER, "sec.setup_offer(text, integer)", execute=gate)
    definer(SETUP_OWNER, "sec.setup_owner(text, uuid, text, text, text)", execute=gate)
    definer(CREDENTIAL_OF, "sec.credential_of(text)", execute=gate)
    definer(SERVICE_PERSON, "sec.service_person(text)", execute=gate)
    definer(ATTEMPT_BLOCKED, "sec.attempt_blocked(text[])", execute=gate)
    definer(ATTEMPT_FAILED, "sec.attempt_failed(text, integer)", execute=gate)
    definer(ATTEMPT_SUCCEEDED, "sec.attempt_succeeded(text)", execute=gate)
    op.execute(REFUSE_CHANGE)
    op.execute("revoke all on function sec.refuse_change() from public")


def _names_of_colleagues() -> None:
    """Who works here and in which role is open to every signed-in person; only the owner changes it."""
    op.execute("grant usage on schema sec to tht_app, tht_gate, tht_auditor, tht_backup")
    protect("person", schema="sec", select=ANY_SESSION, insert="identity.manage", update="identity.manage")
    op.execute("revoke update on sec.person from tht_app")
    op.execute("grant update (display_name, lang, active) on sec.person to tht_app")
    protect(
        "person_role",
        schema="sec",
        select=ANY_SESSION,
        insert="identity.manage",
        delete="identity.manage",
    )
    # The rights of programs are given by migrations alone; an owner's account cannot make one.
    op.execute(
        "create policy no_programs on sec.person as restrictive for insert to tht_app with check (not is_service)"
    )
    op.execute("create policy people_only on sec.person as restrictive for update to tht_app using (not is_service)")
    for command, clause in (("insert", "with check"), ("delete", "using")):
        op.execute(
            f"create policy no_programs_{command} on sec.person_role as restrictive for {command} to tht_app "
            f"{clause} (role not in ('service', 'visitor'))"
        )
    for name in ("person", "person_role"):
        op.execute(f"create policy tht_sec_writes on sec.{name} for all to tht_sec using (true) with check (true)")
    for name in ("credential", "session", "role_permission", "sign_in_attempt", "setup_code"):
        op.execute(f"grant select on sec.{name} to tht_backup")


def _audit() -> None:
    _each(AUDIT)
    op.execute("alter table audit.event enable row level security")
    op.execute("alter table audit.event force row level security")
    op.execute("grant usage on schema audit to tht_app, tht_gate, tht_auditor, tht_backup, tht_sec")
    op.execute("grant insert on audit.event to tht_app, tht_gate")
    op.execute("grant select on audit.event to tht_app, tht_auditor, tht_backup, tht_sec")
    # Nobody writes an entry in another person's name; entries without a person are refused sign-ins, by the gate only.
    op.execute("create policy own_name on audit.event for insert to tht_app with check (person_id = (select sec.me()))")
    op.execute("create policy gate_writes on audit.event for insert to tht_gate with check (true)")
    op.execute(
        "create policy auditor_reads on audit.event for select to tht_app using ((select sec.has('audit.read')))"
    )
    for role in ("tht_auditor", "tht_backup", "tht_sec"):
        op.execute(f"create policy {role}_reads on audit.event for select to {role} using (true)")
    append_only("event", schema="audit")


def _rest() -> None:
    op.execute("grant usage on schema clinic, ext to tht_app, tht_gate, tht_auditor, tht_backup, tht_sec")
    _each(REST)
    op.execute("grant select on sec.data_key to tht_app, tht_backup")
    protect("idempotency", select=ANY_SESSION, insert=ANY_SESSION, update=ANY_SESSION)
    op.execute(
        "create policy own_keys on clinic.idempotency as restrictive for all to tht_app "
        "using (person_id = (select sec.me())) with check (person_id = (select sec.me()))"
    )
    protect("outbox", select="integration.manage", insert=ANY_SESSION)
    protect("counter", select=ANY_SESSION, insert=ANY_SESSION, update=ANY_SESSION)
    protect("setting", select=ANY_SESSION, insert="settings.manage", update="settings.manage")
    op.execute("grant select on clinic.setting to tht_gate")
    op.execute(
        "create policy head_for_visitors on clinic.setting for select to tht_gate using (key in ('clinic', 'demo'))"
    )


def _services() -> None:
    """Programs of the house sign in as themselves, so that the audit log tells them from people."""
    for number, (username, name) in enumerate(
        (
            ("worker", "Pengirim"),
            ("live", "Siaran langsung"),
            ("tht", "Perintah tht"),
            ("demo", "Pengisi demo"),
            ("verify", "Pemeriksa dokumen"),
        ),
        start=1,
    ):
        person = f"00000000-0000-7000-8000-{number:012d}"
        op.execute(
            f"insert into sec.person (id, username, display_name, is_service) values ('{person}', '{username}', '{name}', true)"
        )
        role = "visitor" if username == "verify" else "service"
        op.execute(f"insert into sec.person_role (person_id, role) values ('{person}', '{role}')")


def upgrade() -> None:
    """Build the foundation."""
    _identity()
    _audit()
    _services()
    _names_of_colleagues()
    _rest()
