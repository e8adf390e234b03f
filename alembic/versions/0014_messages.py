"""Deliver the outbox by channel, keep what was sent, open one appointment to whoever holds its link."""

from alembic import op

from ddl import definer, notify_on, protect
from tht_app.domain.identity import ROLE_PERMISSIONS

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

DELIVER = "message.deliver"
LINK = "appointment.link"
MANAGE = "integration.manage"

# An event that two channels want is two rows: each has its own order, tries and end. Without a channel an event is
# history. `stream` is what keeps its order: the patient, else the aggregate.
OUTBOX = """
alter table clinic.outbox
    add column channel text check (channel ~ '^[a-z_]{2,30}$'),
    add column stream uuid generated always as (coalesce((payload ->> 'patient_id')::uuid, aggregate_id)) stored,
    add column lease uuid,
    add column leased_until timestamptz,
    add column unknowns integer not null default 0,
    add column not_sent text,
    add column dead_at timestamptz,
    add constraint outbox_ends_once check (num_nonnulls(delivered_at, dead_at) < 2),
    add constraint outbox_lease_whole check ((lease is null) = (leased_until is null));
drop index clinic.outbox_waiting;
create index outbox_waiting on clinic.outbox (next_attempt_at)
    where channel is not null and delivered_at is null and dead_at is null;
create index outbox_stream on clinic.outbox (stream, channel, at, id)
    where channel is not null and delivered_at is null and dead_at is null;
create index outbox_dead on clinic.outbox (dead_at) where dead_at is not null
"""

MESSAGE = """
create table clinic.message (
    id uuid primary key,
    outbox_id uuid not null references clinic.outbox (id),
    channel text not null,
    appointment_id uuid not null references clinic.appointment (id),
    kind text not null check (kind in ('booked', 'moved', 'cancelled', 'reminder')),
    version integer not null,
    state text not null check (state in ('sending', 'sent', 'failed')),
    address_sealed bytea not null,
    created_at timestamptz not null,
    sent_at timestamptz,
    unique (outbox_id, channel),
    constraint message_sent_at check ((state = 'sent') = (sent_at is not null))
);
create index message_by_appointment on clinic.message (appointment_id);
create index message_sent on clinic.message (channel, sent_at) where sent_at is not null;
create table clinic.appointment_link (
    id uuid primary key,
    appointment_id uuid not null unique references clinic.appointment (id),
    code_hash bytea not null unique,
    expires_at timestamptz not null,
    failures integer not null default 0,
    confirmed_at timestamptz,
    confirmed_version integer,
    created_at timestamptz not null,
    constraint appointment_link_confirmed_whole check ((confirmed_at is null) = (confirmed_version is null))
)
"""

# The one appointment that the code of this transaction opens: every right of a link session hangs on it.
LINKED = """
create function sec.linked_appointment() returns uuid
language sql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
    select l.appointment_id from clinic.appointment_link l join clinic.appointment a on a.id = l.appointment_id
    where l.code_hash = sha256(convert_to(nullif(current_setting('app.link', true), ''), 'UTF8'))
      and least(l.expires_at, a.starts_at) > now() and l.failures < 10 and sec.has('appointment.link')
$$
"""

MINE = "(select sec.linked_appointment())"
MY_PATIENT = f"(select a.patient_id from clinic.appointment a where a.id = {MINE})"

POLICIES = f"""
create policy link_select on clinic.appointment for select to tht_app using (id = {MINE});
create policy link_select on clinic.patient for select to tht_app using (id = {MY_PATIENT});
alter policy pharmacist_by_open_prescription on clinic.patient
    using ((select sec.has_any(array['patient.read', 'patient.read_open_invoice'])) or id = {MY_PATIENT}
        or exists (select 1 from clinic.medication_request r where r.patient_id = patient.id
            and (r.status = 'active' or (r.status = 'completed' and r.closed_at > now() - interval '1 day'))));
create policy link_select on clinic.appointment_link for select to tht_app using (appointment_id = {MINE});
create policy link_update on clinic.appointment_link for update to tht_app
    using (appointment_id = {MINE}) with check (appointment_id = {MINE})
"""

GRANTS = """
grant update (attempts, next_attempt_at, delivered_at, last_error, lease, leased_until, unknowns, not_sent, dead_at)
    on clinic.outbox to tht_app;
revoke update on clinic.message from tht_app;
grant update (state, version, address_sealed, sent_at) on clinic.message to tht_app;
revoke update on clinic.appointment_link from tht_app;
grant update (expires_at, failures, confirmed_at, confirmed_version) on clinic.appointment_link to tht_app
"""


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)


def _link_persons() -> None:
    """Two programs: one sees the appointment of a code and no other row, one changes it once that has been proved."""
    op.execute("set local role tht_sec")  # row-level security is forced on the tables' owner too
    for number, (role, name) in enumerate((("link", "Tautan surel"), ("link_desk", "Meja tautan surel")), start=61):
        person = f"00000000-0000-7000-8000-{number:012d}"
        op.execute(
            "insert into sec.person (id, username, display_name, is_service) "
            f"values ('{person}', '{role}', '{name}', true)"
        )
        op.execute(f"insert into sec.person_role (person_id, role) values ('{person}', '{role}')")
    op.execute("set local role tht_owner")
    for command, clause in (("insert", "with check"), ("delete", "using")):
        op.execute(f"drop policy no_programs_{command} on sec.person_role")
        op.execute(
            f"create policy no_programs_{command} on sec.person_role as restrictive for {command} to tht_app "
            f"{clause} (role not in ('service', 'visitor', 'display', 'ticket', 'link', 'link_desk'))"
        )


def _permissions() -> None:
    for role, permissions in ROLE_PERMISSIONS.items():
        for permission in sorted(permissions):
            if role.value in {"link", "link_desk"} or permission.value in {DELIVER, LINK, "appointment.link_act"}:
                op.execute(
                    f"insert into sec.role_permission values ('{role.value}', '{permission.value}') "
                    "on conflict do nothing"
                )


def upgrade() -> None:
    """Build messages."""
    _permissions()
    _link_persons()
    _each(OUTBOX)
    allowed = f"(select sec.has_any(array['{DELIVER}', '{MANAGE}']))"
    op.execute(
        f"create policy app_update on clinic.outbox for update to tht_app using ({allowed}) with check ({allowed})"
    )
    _each(MESSAGE)
    protect("message", select=(DELIVER, MANAGE), insert=DELIVER, update=DELIVER)
    protect("appointment_link", select=(DELIVER, "appointment.read"), insert=DELIVER, update=DELIVER)
    definer(LINKED, "sec.linked_appointment()")
    _each(POLICIES)
    _each(GRANTS)
    notify_on("outbox", "outbox")
    # Most events are history that nobody waits for.
    op.execute("drop trigger notify on clinic.outbox")
    op.execute(
        "create trigger notify after insert or update on clinic.outbox for each row "
        "when (new.channel is not null) execute function clinic.notify_outbox()"
    )
