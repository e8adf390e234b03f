"""Links by which somebody chooses a password: invited as a colleague, or having forgotten the old one."""

from alembic import op

from ddl import definer, protect

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

DELIVER, MANAGE = "message.deliver", "identity.manage"

# The code follows from the id under a key outside the database; here lies only its hash.
TABLES = """
create table clinic.mailbox (
    person_id uuid primary key references sec.person (id),
    address_sealed bytea not null,
    changed_at timestamptz not null
);
create table clinic.account_link (
    id uuid primary key,
    person_id uuid not null references sec.person (id),
    kind text not null check (kind in ('invite', 'reset')),
    code_hash bytea not null unique,
    made_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);
create index account_link_by_person on clinic.account_link (person_id)
"""

LINK_LOOK = """
create function sec.account_link_look(code text) returns table (person_id uuid, username text, display_name text, kind text)
language sql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp rows 1 as $$
    select p.id, p.username, p.display_name, l.kind
    from clinic.account_link l join sec.person p on p.id = l.person_id
    where l.code_hash = sha256(convert_to(code, 'UTF8')) and l.used_at is null and l.expires_at > now()
      and p.active and not p.is_service
$$
"""

# One statement uses the link up: of two browsers that send it one sets the password. With it every other link of the
# person is void, and every session: whoever knew the old password is out.
LINK_USE = """
create function sec.account_link_use(code text, hash text) returns uuid
language plpgsql volatile security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
declare whose uuid;
begin
    update clinic.account_link l set used_at = now()
    from sec.person p
    where l.code_hash = sha256(convert_to(code, 'UTF8')) and l.used_at is null and l.expires_at > now()
      and p.id = l.person_id and p.active and not p.is_service
    returning l.person_id into whose;
    if whose is null then
        return null;
    end if;
    update clinic.account_link set used_at = now() where person_id = whose and used_at is null;
    insert into sec.credential (person_id, password_hash) values (whose, hash)
    on conflict (person_id) do update set password_hash = excluded.password_hash, changed_at = now();
    update sec.session set revoked_at = now() where person_id = whose and revoked_at is null;
    return whose;
end $$
"""


def upgrade() -> None:
    """Two tables, and what the gate may do with a link."""
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    protect("mailbox", select=(DELIVER, MANAGE), insert=MANAGE, update=MANAGE, delete=MANAGE)
    protect("account_link", select=(DELIVER, MANAGE), insert=(DELIVER, MANAGE), update=(DELIVER, MANAGE))
    op.execute("grant update on clinic.account_link to tht_sec")
    op.execute("create policy tht_sec_uses on clinic.account_link for update to tht_sec using (true) with check (true)")
    definer(LINK_LOOK, "sec.account_link_look(text)", execute=("tht_gate",))
    definer(LINK_USE, "sec.account_link_use(text, text)", execute=("tht_gate",))
