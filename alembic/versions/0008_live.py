"""Rows say that they changed, and screens that follow them are told apart by who may see."""

from alembic import op

from ddl import definer, notify_on

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STARTS = "extract(epoch from {row}.starts_at)::bigint"
RESERVED = "extract(epoch from lower({row}.during))::bigint"
MASTER_DATA = (
    ("practitioner", "person_id"),
    ("room", "id"),
    ("device", "id"),
    ("visit_type", "id"),
    ("working_hours", "id"),
    ("service_point", "id"),
)

# One statement for all screens that show the same: whose session lives, who holds the permission, and an audit entry for
# each of them who is shown a patient for the first time. Whoever knows a session's token may act in its name, so the
# token is all the proof that this asks for.
ADMIT_VIEWERS = """
create function sec.admit_viewers(
    wanted_action text, wanted_request text, permissions text[], tokens text[], addresses text[],
    viewers integer[], patients uuid[]) returns setof text
language sql volatile security definer set search_path = pg_catalog, sec, pg_temp as $$
    with live as (
        select t.place, t.token, t.address, s.id as session_id, s.person_id
        from unnest(tokens, addresses) with ordinality as t (token, address, place),
             lateral sec.live_session(t.token) s
        where exists (
            select 1 from sec.person_role r join sec.role_permission p on p.role = r.role
            where r.person_id = s.person_id and p.permission = any (permissions))),
    news as (
        select v.place, array_agg(v.patient order by v.patient) as ids
        from unnest(viewers, patients) as v (place, patient) group by v.place),
    written as (
        insert into audit.event (id, person_id, session_id, action, request, outcome, patient_ids, reason, address)
        select uuidv7(), l.person_id, l.session_id, wanted_action, wanted_request, 'done', n.ids, 'live', l.address
        from live l join news n on n.place = l.place)
    select token from live
$$
"""


def upgrade() -> None:
    """Attach the triggers and the one function."""
    notify_on("appointment", "appointment", STARTS, versioned=True)
    notify_on("reservation", "appointment", RESERVED, row_id="appointment_id")
    notify_on("queue_ticket", "queue", "{row}.day", versioned=True)
    notify_on("encounter", "encounters")
    notify_on("medication_request", "pharmacy")
    notify_on("medication_dispense", "pharmacy")
    for table, row_id in MASTER_DATA:
        notify_on(table, "schedule", row_id=row_id)
    op.execute("grant insert on audit.event to tht_sec")
    op.execute("create policy tht_sec_admits on audit.event for insert to tht_sec with check (true)")
    signature = "sec.admit_viewers(text, text, text[], text[], text[], integer[], uuid[])"
    definer(ADMIT_VIEWERS, signature)
