"""Tell a freed time by mail to who waits for it, and let its link take or decline that one offer."""

from alembic import op

from ddl import definer, protect

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

DELIVER = "message.deliver"

MESSAGE = """
alter table clinic.message alter column appointment_id drop not null;
alter table clinic.message add column entry_id uuid references clinic.waitlist_entry (id);
alter table clinic.message add constraint message_is_about_one_thing check (num_nonnulls(appointment_id, entry_id) = 1);
alter table clinic.message drop constraint message_kind_check;
alter table clinic.message add constraint message_kind_check
    check (kind in ('booked', 'moved', 'cancelled', 'reminder', 'offered'))
"""

LINK = """
create table clinic.offer_link (
    id uuid primary key,
    entry_id uuid not null references clinic.waitlist_entry (id),
    practitioner_id uuid not null references clinic.practitioner (person_id),
    room_id uuid not null references clinic.room (id),
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    code_hash bytea not null unique,
    failures integer not null default 0,
    created_at timestamptz not null,
    unique (entry_id, practitioner_id, starts_at)
)
"""

# All that a link session learns of the offer whose code its transaction names; it reads no table of patients for it.
LINKED = """
create function sec.linked_offer() returns table (
    link_id uuid, failures integer, entry_id uuid, patient_id uuid, birth_date date, stands boolean, taken boolean,
    starts_at timestamptz, ends_at timestamptz, practitioner_id uuid, room_id uuid, doctor text,
    visit_type_id_text text, visit_type_en_text text)
language sql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
    select l.id, l.failures, w.id, p.id, p.birth_date,
        w.status = 'offered' and w.offered_starts_at = l.starts_at and w.offered_practitioner_id = l.practitioner_id,
        coalesce(a.status <> 'cancelled' and a.starts_at = l.starts_at, false),
        l.starts_at, l.ends_at, l.practitioner_id, l.room_id, d.display_name, v.name_id, v.name_en
    from clinic.offer_link l
    join clinic.waitlist_entry w on w.id = l.entry_id
    join clinic.patient p on p.id = w.patient_id
    join clinic.practitioner d on d.person_id = l.practitioner_id
    join clinic.visit_type v on v.id = w.visit_type_id
    left join clinic.appointment a on a.id = w.appointment_id
    where l.code_hash = sha256(convert_to(nullif(current_setting('app.link', true), ''), 'UTF8'))
      and l.starts_at > now() and l.failures < 10 and sec.has('appointment.link')
$$
"""

MINE = "(select o.link_id from sec.linked_offer() o)"


def upgrade() -> None:
    """Build the links of offers."""
    for statement in MESSAGE.split(";\n"):
        op.execute(statement)
    op.execute(LINK)
    protect("offer_link", select=DELIVER, insert=DELIVER, update=DELIVER)
    op.execute("revoke update on clinic.offer_link from tht_app")
    op.execute("grant update (failures) on clinic.offer_link to tht_app")
    definer(LINKED, "sec.linked_offer()")
    op.execute(f"create policy link_select on clinic.offer_link for select to tht_app using (id = {MINE})")
    op.execute(
        f"create policy link_update on clinic.offer_link for update to tht_app using (id = {MINE}) "
        f"with check (id = {MINE})"
    )
