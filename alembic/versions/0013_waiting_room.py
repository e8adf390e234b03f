"""What waiting people see: displays with a token of their own, signs at the doors, the page of a ticket.

Neither a display nor a ticket's page reads a table. Each calls definer functions that return numbers, places and times,
so that nothing else can reach a television or a stranger's phone, whatever the program asks for.
"""

from alembic import op

from ddl import definer, notify_on, protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = """
create table display_device (
    id uuid primary key,
    name text not null check (length(name) between 1 and 60),
    token_hash bytea not null unique,
    points uuid[] not null default '{}',
    lang text not null default 'id' check (lang in ('id', 'en')),
    theme text not null default 'dark' check (theme in ('dark', 'light')),
    voice boolean not null default true,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    revoked_at timestamptz
);
create table room_sign (
    room_id uuid primary key references room (id),
    sign text not null unique check (sign ~ '^[A-Z0-9]{1,3}$')
);
create table waiting_room (
    only_row boolean primary key default true check (only_row),
    message_id text not null default '' check (length(message_id) <= 200),
    message_en text not null default '' check (length(message_en) <= 200),
    ticket_width smallint not null default 80 check (ticket_width in (58, 80))
);
create table ticket_link (
    ticket_id uuid primary key references queue_ticket (id),
    code text not null unique check (code ~ '^[2-9a-z]{16}$'),
    day date not null,
    made_at timestamptz not null,
    seen_ticket_id uuid references queue_ticket (id),
    seen_calls integer not null default 0
);
alter table sec.session add column display_id uuid references clinic.display_device (id);
create index session_by_display on sec.session (display_id) where display_id is not null
"""

# Rooms that have a number at the end of their name keep it at their door; two with the same one have to be told apart
# by hand.
SIGNS = """
insert into clinic.room_sign (room_id, sign)
select id, sign from (
    select id, upper(substring(name from '([0-9]{1,3}[A-Za-z]?|[A-Za-z])$')) as sign,
           count(*) over (partition by upper(substring(name from '([0-9]{1,3}[A-Za-z]?|[A-Za-z])$'))) as same
    from clinic.room where name ~ '^\\S+ ([0-9]{1,2}[A-Za-z]?|[A-Za-z])$') r
where same = 1
"""

# A display's session has no idle end and moves its absolute one as long as the television lives.
SESSION_TOUCH = """
create or replace function sec.session_touch(token text) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    with live as (select id, last_active_at from sec.live_session(token)),
    touched as (
        update sec.session s set last_active_at = now(),
            expires_at = case when s.kind = 'display' then now() + interval '30 days' else s.expires_at end
        from live where s.id = live.id and live.last_active_at < now() - interval '1 minute' returning 1)
    select exists (select 1 from live)
$$
"""

DISPLAY_OPEN = """
create function sec.display_open(token text, new_id uuid, hash bytea, client_address text, client_agent text)
returns uuid
language sql volatile security definer set search_path = pg_catalog, sec, clinic, pg_temp as $$
    insert into sec.session (id, token_hash, person_id, kind, address, user_agent, expires_at, display_id)
    select new_id, hash, p.id, 'display', client_address, left(client_agent, 300), now() + interval '30 days', d.id
    from clinic.display_device d join sec.person p on p.username = 'display' and p.is_service and p.active
    where d.token_hash = sha256(convert_to(token, 'UTF8')) and d.revoked_at is null
    returning person_id
$$
"""

DISPLAY_CLOSE = """
create function sec.display_close(device uuid) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
declare closed integer;
begin
    if not sec.has('schedule.write') then
        raise exception 'not allowed to end the sessions of a display' using errcode = '42501';
    end if;
    update sec.session set revoked_at = now() where display_id = device and revoked_at is null;
    get diagnostics closed = row_count;
    return closed;
end $$
"""

DISPLAY_SEEN = """
create function sec.display_seen() returns table (display_id uuid, seen_at timestamptz)
language sql stable security definer set search_path = pg_catalog, sec, pg_temp as $$
    select s.display_id, max(s.last_active_at) from sec.session s
    where s.display_id is not null and sec.has('schedule.write') group by s.display_id
$$
"""

DISPLAY_SELF = """
create function sec.display_self()
returns table (points uuid[], lang text, theme text, voice boolean, message_id text, message_en text, clinic text)
language sql stable security definer set search_path = pg_catalog, sec, clinic, pg_temp rows 1 as $$
    select d.points, d.lang, d.theme, d.voice, coalesce(w.message_id, ''), coalesce(w.message_en, ''),
           coalesce((select value ->> 'name' from clinic.setting where key = 'clinic'), '')
    from sec.live_session(nullif(current_setting('app.session', true), '')) s
    join clinic.display_device d on d.id = s.display_id and d.revoked_at is null
    left join clinic.waiting_room w on true
    where s.kind = 'display'
$$
"""

# The last calls, and of each place who comes next: first the first of each, then the second of each.
DISPLAY_BOARD = """
create function sec.display_board(wanted_day date, wanted_points uuid[])
returns table (called boolean, label text, letter text, kind text, sign text, at timestamptz, calls integer,
    serving boolean, longer boolean)
language sql stable security definer set search_path = pg_catalog, sec, clinic, pg_temp as $$
    with shown as (
        select t.label, t.status, t.called_at, t.calls, t.priority, t.queued_at, t.number, s.id as point, s.letter,
               s.kind, g.sign, t.needs && array['visual', 'sign-language'] as longer
        from clinic.queue_ticket t join clinic.service_point s on s.id = t.service_point_id
        left join clinic.room_sign g on g.room_id = coalesce(t.room_id, s.room_id)
        where sec.has('queue.display') and t.day = wanted_day and s.active
          and (cardinality(wanted_points) = 0 or s.id = any (wanted_points))
          and t.status in ('waiting', 'called', 'in-service')),
    calls as (
        select * from shown where status <> 'waiting' and called_at is not null
        order by called_at desc, label limit 12),
    coming as (
        select s.*, row_number() over (partition by point order by priority desc, queued_at, number) as turn
        from shown s where status = 'waiting')
    (select true, c.label, c.letter, c.kind, c.sign, c.called_at, c.calls, c.status = 'in-service', c.longer
     from calls c
     order by c.called_at desc, c.label)
    union all
    (select false, c.label, c.letter, c.kind, c.sign, c.queued_at, 0, false, false from coming c
     order by c.turn, c.queued_at, c.label limit 6)
$$
"""

# The page follows the patient from point to point: the open ticket of the visit, else the last one.
TICKET_BEHIND = """
create function sec.ticket_behind(wanted_code text, wanted_day date) returns setof clinic.queue_ticket
language sql stable security definer set search_path = pg_catalog, sec, clinic, pg_temp rows 1 as $$
    select t.* from clinic.ticket_link l
    join clinic.queue_ticket first on first.id = l.ticket_id
    join clinic.queue_ticket t on t.visit_id = first.visit_id and t.day = first.day
    where sec.has('queue.ticket') and l.code = wanted_code and l.day = wanted_day
    order by t.status in ('waiting', 'called', 'in-service', 'skipped') desc, t.issued_at desc, t.id limit 1
$$
"""

TICKET_PAGE = """
create function sec.ticket_page(wanted_code text, wanted_day date)
returns table (ticket uuid, label text, status text, letter text, kind text, sign text, called_at timestamptz,
    calls integer, seen boolean, ahead bigint, clinic text)
language sql stable security definer set search_path = pg_catalog, sec, clinic, pg_temp rows 1 as $$
    select t.id, t.label, t.status, s.letter, s.kind, g.sign, t.called_at, t.calls,
           l.seen_ticket_id is not distinct from t.id and l.seen_calls >= t.calls,
           (select count(*) from clinic.queue_ticket o
            where o.service_point_id = t.service_point_id and o.day = t.day and o.status = 'waiting' and o.id <> t.id
              and (-o.priority, o.queued_at, o.number) < (-t.priority, t.queued_at, t.number)),
           coalesce((select value ->> 'name' from clinic.setting where key = 'clinic'), '')
    from sec.ticket_behind(wanted_code, wanted_day) t
    join clinic.ticket_link l on l.code = wanted_code
    join clinic.service_point s on s.id = t.service_point_id
    left join clinic.room_sign g on g.room_id = coalesce(t.room_id, s.room_id)
$$
"""

TICKET_SEEN = """
create function sec.ticket_seen(wanted_code text, wanted_day date) returns boolean
language sql volatile security definer set search_path = pg_catalog, sec, clinic, pg_temp as $$
    update clinic.ticket_link l set seen_ticket_id = t.id, seen_calls = t.calls
    from sec.ticket_behind(wanted_code, wanted_day) t
    where l.code = wanted_code and t.status = 'called'
    returning true
$$
"""

SERVICES = (
    ("00000000-0000-7000-8000-000000000021", "display", "Layar ruang tunggu", "queue.display"),
    ("00000000-0000-7000-8000-000000000022", "ticket", "Halaman tiket", "queue.ticket"),
)
NEVER_FOR_PEOPLE = "('service', 'visitor', 'display', 'ticket')"


def _services() -> None:
    """Two narrow programs. Only migrations give their roles; nobody with an account can."""
    for person, username, name, permission in SERVICES:
        op.execute("set local role tht_sec")  # row-level security is forced on the tables' owner too
        op.execute(
            "insert into sec.person (id, username, display_name, is_service) "
            f"values ('{person}', '{username}', '{name}', true)"
        )
        op.execute(f"insert into sec.person_role (person_id, role) values ('{person}', '{username}')")
        op.execute("set local role tht_owner")
        for role in (username, "service"):
            op.execute(
                f"insert into sec.role_permission (role, permission) values ('{role}', '{permission}') "
                "on conflict do nothing"
            )
    for command, clause in (("insert", "with check"), ("delete", "using")):
        op.execute(f"drop policy no_programs_{command} on sec.person_role")
        op.execute(
            f"create policy no_programs_{command} on sec.person_role as restrictive for {command} to tht_app "
            f"{clause} (role not in {NEVER_FOR_PEOPLE})"
        )


def _tables() -> None:
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    _signs_of_rooms()
    setters = {"insert": "schedule.write", "update": "schedule.write"}
    protect("display_device", select="schedule.write", **setters)
    op.execute("revoke select on clinic.display_device from tht_app")
    op.execute(
        "grant select (id, name, points, lang, theme, voice, created_at, changed_at, revoked_at) "
        "on clinic.display_device to tht_app"
    )
    protect("room_sign", select="reference.read", delete="schedule.write", **setters)
    protect("waiting_room", select="reference.read", **setters)
    protect("ticket_link", select="queue.read", insert="queue.check_in")
    op.execute("grant update (seen_ticket_id, seen_calls) on clinic.ticket_link to tht_sec")
    op.execute("create policy tht_sec_marks on clinic.ticket_link for update to tht_sec using (true) with check (true)")


def _signs_of_rooms() -> None:
    """As the security owner, who may read the rooms: row-level security is forced on the tables' owner too."""
    op.execute("grant insert on clinic.room_sign to tht_sec")
    op.execute("set local role tht_sec")
    op.execute(SIGNS)
    op.execute("set local role tht_owner")
    op.execute("revoke insert on clinic.room_sign from tht_sec")


def upgrade() -> None:
    """Build the waiting room."""
    _tables()
    _services()
    op.execute("set local role tht_sec")  # replaced by its owner, it keeps owner and grants
    op.execute(SESSION_TOUCH)
    op.execute("set local role tht_owner")
    definer(DISPLAY_OPEN, "sec.display_open(text, uuid, bytea, text, text)", execute=("tht_gate",))
    definer(DISPLAY_CLOSE, "sec.display_close(uuid)")
    definer(DISPLAY_SEEN, "sec.display_seen()")
    definer(DISPLAY_SELF, "sec.display_self()")
    definer(DISPLAY_BOARD, "sec.display_board(date, uuid[])")
    definer(TICKET_BEHIND, "sec.ticket_behind(text, date)", execute=())
    definer(TICKET_PAGE, "sec.ticket_page(text, date)")
    definer(TICKET_SEEN, "sec.ticket_seen(text, date)")
    notify_on("display_device", "display")
    notify_on("room_sign", "display", row_id="room_id")
    notify_on("waiting_room", "display", row_id="only_row")
    notify_on("ticket_link", "queue", "{row}.day", row_id="ticket_id")
