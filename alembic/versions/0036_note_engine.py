"""The shared note's engine: steps of many people in one round trip, and old steps that a snapshot stands for go away."""

from alembic import op

from ddl import definer

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# What the door's decision to let somebody write stood on. As long as it says the same, the decision is the same.
GROUND = """
create function clinic.note_ground(token text, encounter uuid) returns table (person uuid, patient uuid, ground text)
language sql stable as $$
    select w.person_id, e.patient_id,
           concat_ws('|', w.person_id, array_to_string(w.roles, ','), e.practitioner_id, e.status, e.signed_at)
    from sec.whoami(token) w, clinic.encounter e where e.id = encounter
$$
"""

# Each row is written in its author's name and under the policies of the table, like any other: the caller's rights, no
# others. What cannot be done at once (somebody signs, the ground has changed) is left out; the door says why.
APPEND = """
create function clinic.append_note_steps(
    tokens text[], encounters uuid[], grounds text[], ids uuid[], sections text[], bodies bytea[],
    moments timestamptz[], rooms text[]) returns bigint[]
language plpgsql as $$
declare
    numbers bigint[] := array_fill(null::bigint, array[cardinality(ids)]);
    author uuid;
    whose uuid;
    number bigint;
begin
    for i in 1 .. cardinality(ids) loop
        perform set_config('app.session', tokens[i], true);
        continue when not pg_try_advisory_xact_lock_shared(hashtextextended(encounters[i]::text, 5));
        select g.person, g.patient into author, whose from clinic.note_ground(tokens[i], encounters[i]) g
            where g.ground = grounds[i];
        continue when not found or not sec.treats(array[whose], false);
        insert into clinic.note_update
            (id, encounter_id, patient_id, kind, sections, body_sealed, author_id, at, origin)
        values (ids[i], encounters[i], whose, 'edit', string_to_array(sections[i], ','), bodies[i], author,
                moments[i], rooms[i])
        returning seq into number;
        numbers[i] := number;
    end loop;
    return numbers;
end $$
"""

# Whoever asks, the owner included: a step goes only when its visit is closed and a newer row stands for it. The newest
# snapshot and what came after it stay, so nothing that anybody wrote can be lost by removing rows.
KEEP_STEPS = """
create function sec.keep_note_steps() returns trigger
language plpgsql security definer set search_path = pg_catalog, clinic, sec, pg_temp as $$
begin
    if sec.has('note.keep')
        and exists (select 1 from clinic.encounter e
                    where e.id = old.encounter_id and (e.signed_at is not null or e.status = 'cancelled'))
        and exists (select 1 from clinic.note_update s
                    where s.encounter_id = old.encounter_id and s.kind = 'snapshot' and s.id <> old.id
                      and s.covers >= old.seq and s.covers > coalesce(old.covers, 0))
    then
        return old;
    end if;
    raise exception 'this step of a note stands for itself' using errcode = '42501';
end $$
"""
NOTE_KEEP = "(select sec.has_any(array['note.keep']))"


def upgrade() -> None:
    """Add the functions for the application's role, and let the program that keeps notes remove what is kept twice."""
    _append_together()
    _compact()


def _compact() -> None:
    definer(KEEP_STEPS, "sec.keep_note_steps()", execute=())
    for trigger in ("append_only", "refuse_signed"):
        op.execute(f"drop trigger {trigger} on clinic.note_update")
    op.execute(
        "create trigger append_only before update on clinic.note_update "
        "for each row execute function sec.refuse_change()"
    )
    op.execute(
        "create trigger refuse_signed before insert or update on clinic.note_update "
        "for each row execute function sec.refuse_signed()"
    )
    op.execute(
        "create trigger keep_steps before delete on clinic.note_update "
        "for each row execute function sec.keep_note_steps()"
    )
    op.execute("grant delete on clinic.note_update to tht_app")
    op.execute(f"create policy app_delete on clinic.note_update for delete to tht_app using ({NOTE_KEEP})")


def _append_together() -> None:
    for function, signature in (
        (GROUND, "clinic.note_ground(text, uuid)"),
        (APPEND, "clinic.append_note_steps(text[], uuid[], text[], uuid[], text[], bytea[], timestamptz[], text[])"),
    ):
        op.execute(function)
        op.execute(f"revoke all on function {signature} from public")
        op.execute(f"grant execute on function {signature} to tht_app")
