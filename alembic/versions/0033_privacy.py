"""The register of what people asked about their own data: when, until when it is answered, what was done."""

from alembic import op

from ddl import definer, keep_patient, notify_on, only_for_carers, protect

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

MANAGE, OVERSEE = "privacy.manage", "privacy.oversee"
GRANTED = (("admin", MANAGE), ("owner", OVERSEE), ("service", MANAGE), ("service", OVERSEE))

TABLE = """
create table clinic.privacy_request (
    id uuid primary key,
    patient_id uuid not null references clinic.patient (id),
    kind text not null check (kind in ('access', 'copy', 'correction', 'withdrawal', 'restriction', 'erasure')),
    requester text not null check (requester in ('patient', 'guardian', 'authorised')),
    requester_sealed bytea not null,
    checked_by text not null check (checked_by in ('id_card', 'known', 'authority')),
    wish_sealed bytea not null,
    received_at timestamptz not null,
    due_at timestamptz not null,
    recorded_by uuid not null references sec.person (id),
    recorded_at timestamptz not null,
    outcome text check (outcome in ('done', 'partly', 'refused')),
    answer_sealed bytea,
    closed_by uuid references sec.person (id),
    closed_at timestamptz,
    constraint privacy_request_within_three_days check (due_at = received_at + interval '72 hours'),
    constraint privacy_request_received_first check (received_at <= recorded_at),
    constraint privacy_request_closed_whole check (num_nonnulls(outcome, answer_sealed, closed_by, closed_at) in (0, 4))
);
create index privacy_request_by_patient on clinic.privacy_request (patient_id, received_at);
create index privacy_request_by_due on clinic.privacy_request (due_at) where closed_at is null;
create index privacy_request_closed on clinic.privacy_request (closed_at) where closed_at is not null
"""

# What was asked stays as it was asked; it is answered once.
REQUEST_STAYS = """
create function sec.privacy_request_stays() returns trigger language plpgsql as $$
declare
    may_change text[] := '{outcome,answer_sealed,closed_by,closed_at}';
begin
    if tg_op in ('DELETE', 'TRUNCATE') then
        raise exception 'requests are not removed' using errcode = '42501';
    end if;
    if old.closed_at is not null or to_jsonb(new) - may_change is distinct from to_jsonb(old) - may_change then
        raise exception 'request % stays as it is', old.id using errcode = '42501';
    end if;
    return new;
end $$
"""

IN_ONES_OWN_NAME = """
create policy in_ones_own_name on clinic.privacy_request as restrictive for insert to tht_app
with check (recorded_by = (select sec.me()));
create policy answered_in_ones_own_name on clinic.privacy_request as restrictive for update to tht_app using (true)
with check (closed_by = (select sec.me()))
"""

# The desk sees who and what; an owner sees that a request waits, of what kind, and until when, but not whose.
REQUESTS = """
create function sec.privacy_requests(concerned uuid, at_most integer)
returns table (
    id uuid, kind text, received_at timestamptz, due_at timestamptz, recorded_by text, outcome text,
    closed_at timestamptz, closed_by text, requester text, checked_by text, requester_sealed bytea, wish_sealed bytea,
    answer_sealed bytea, patient_id uuid, patient_name text, record_number bigint)
language plpgsql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
declare
    whole boolean := sec.has('privacy.manage');
begin
    if not whole and not sec.has('privacy.oversee') then
        raise exception 'privacy.manage is needed' using errcode = '42501';
    end if;
    return query
    select r.id, r.kind, r.received_at, r.due_at, p.display_name, r.outcome, r.closed_at, c.display_name,
        case when whole then r.requester end, case when whole then r.checked_by end,
        case when whole then r.requester_sealed end, case when whole then r.wish_sealed end,
        case when whole then r.answer_sealed end, case when whole then r.patient_id end,
        case when whole then n.name end, case when whole then n.record_number end
    from clinic.privacy_request r join sec.person p on p.id = r.recorded_by
    join clinic.patient n on n.id = r.patient_id left join sec.person c on c.id = r.closed_by
    where concerned is null or (whole and r.patient_id = any (sec.records_of(concerned)))
    order by r.closed_at desc nulls first, r.due_at, r.id limit at_most;
end $$
"""


def _each(statements: str) -> None:
    for statement in statements.split(";\n"):
        op.execute(statement)


def upgrade() -> None:
    """Make the register; who may write in it, and who may look."""
    _each(TABLE)
    op.execute(REQUEST_STAYS)
    op.execute("revoke all on function sec.privacy_request_stays() from public")
    for role, permission in GRANTED:
        op.execute(
            f"insert into sec.role_permission (role, permission) values ('{role}', '{permission}') "
            "on conflict do nothing"
        )
    protect("privacy_request", select=MANAGE, insert=MANAGE, update=MANAGE)
    op.execute("revoke update on clinic.privacy_request from tht_app")
    op.execute("grant update (outcome, answer_sealed, closed_by, closed_at) on clinic.privacy_request to tht_app")
    only_for_carers("privacy_request", slice_="identity", but=(MANAGE, "record.read_all"))
    _each(IN_ONES_OWN_NAME)
    definer(REQUESTS, "sec.privacy_requests(uuid, integer)")
    op.execute(
        "create trigger request_stays before update or delete on clinic.privacy_request "
        "for each row execute function sec.privacy_request_stays()"
    )
    op.execute(
        "create trigger request_stays_truncate before truncate on clinic.privacy_request "
        "for each statement execute function sec.privacy_request_stays()"
    )
    op.execute(
        "create trigger refuse_merged before insert on clinic.privacy_request "
        "for each row execute function sec.refuse_merged()"
    )
    keep_patient("privacy_request")
    notify_on("privacy_request", "privacy")
