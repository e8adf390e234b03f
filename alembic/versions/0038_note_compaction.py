"""Steps of closed notes are removed by a function of the security owner: the application itself deletes no clinical row."""

from alembic import op

from ddl import definer

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

# The trigger (migration 0036) asks of every row whether it may go, and who asks.
COMPACT = """
create function sec.compact_note(encounter uuid) returns integer
language plpgsql security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
declare removed integer;
begin
    delete from clinic.note_update u
    using (select s.id, s.covers from clinic.note_update s where s.encounter_id = encounter and s.kind = 'snapshot'
           order by s.covers desc limit 1) newest
    where u.encounter_id = encounter and u.seq <= newest.covers and u.id <> newest.id;
    get diagnostics removed = row_count;
    return removed;
end $$
"""


def upgrade() -> None:
    """Hand the right to remove over from the application to the function."""
    op.execute("drop policy app_delete on clinic.note_update")
    op.execute("revoke delete on clinic.note_update from tht_app")
    op.execute("grant delete on clinic.note_update to tht_sec")
    op.execute("create policy tht_sec_compacts on clinic.note_update for delete to tht_sec using (true)")
    definer(COMPACT, "sec.compact_note(uuid)")
