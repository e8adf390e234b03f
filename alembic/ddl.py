"""The few sentences that every migration says the same way: row-level security, append-only tables, definer functions.

Kept pure and stable, because old migrations call them again on every new installation: a change of meaning needs a new
function, not an edit.
"""

from alembic import op

Permissions = str | tuple[str, ...]


def _allowed(permissions: Permissions) -> str:
    names = (permissions,) if isinstance(permissions, str) else permissions
    array = ", ".join(f"'{name}'" for name in names)
    # Wrapped in a sub-select so that the planner asks once per statement, not once per row.
    return f"(select sec.has_any(array[{array}]))"


def protect(
    table: str,
    *,
    select: Permissions | None = None,
    insert: Permissions | None = None,
    update: Permissions | None = None,
    delete: Permissions | None = None,
    schema: str = "clinic",
) -> None:
    """Force row-level security on a table and grant the application exactly what is named.

    Each keyword takes a permission or several, of which any one is enough. What is not named is neither granted nor
    has a policy. The security owner and the backup role may always read.
    """
    name = f"{schema}.{table}"
    op.execute(f"alter table {name} enable row level security")
    op.execute(f"alter table {name} force row level security")
    for role in ("tht_sec", "tht_backup"):
        op.execute(f"grant select on {name} to {role}")
        op.execute(f"create policy {role}_reads on {name} for select to {role} using (true)")
    if select is not None:
        op.execute(f"grant select on {name} to tht_app")
        op.execute(f"create policy app_select on {name} for select to tht_app using ({_allowed(select)})")
    if insert is not None:
        op.execute(f"grant insert on {name} to tht_app")
        op.execute(f"create policy app_insert on {name} for insert to tht_app with check ({_allowed(insert)})")
    if update is not None:
        op.execute(f"grant update on {name} to tht_app")
        allowed = _allowed(update)
        op.execute(f"create policy app_update on {name} for update to tht_app using ({allowed}) with check ({allowed})")
    if delete is not None:
        op.execute(f"grant delete on {name} to tht_app")
        op.execute(f"create policy app_delete on {name} for delete to tht_app using ({_allowed(delete)})")


CARE_SLICES = {
    # Now, and not what only the pharmacy has to do with, or who is only known by name.
    "record": "c.since <= now() and c.until > now() and c.kind not in ('pharmacy', 'known')",
    # Allergies, weight, medicines: what the pharmacy of an open prescription reads too.
    "safety": "c.since <= now() and c.until > now() and c.kind <> 'known'",
    # Who somebody is: also before the day has come.
    "identity": "c.until > now()",
}
CARE_WRITES = "c.since <= now() and c.until > now() and c.kind not in ('pharmacy', 'known', 'break_glass')"


def _treated(table: str, patient: str, condition: str) -> str:
    # `sec.care` shows a person the rows of the staff that they act for; more need not be asked here.
    return f"exists (select 1 from sec.care c where c.patient_id = {table}.{patient} and {condition})"


def only_for_carers(
    table: str,
    *,
    patient: str = "patient_id",
    slice_: str = "record",
    but: Permissions = "record.read_all",
    but_writes: Permissions | None = None,
    also: str | None = None,
    writes: bool = True,
    schema: str = "clinic",
) -> None:
    """Narrow a protected table to the patients whom the person has to do with, on top of what permissions allow.

    `patient` is the column that names the patient, `slice_` one of `CARE_SLICES`. `but` are permissions that see every
    row all the same, `but_writes` those that write every row (the same where not given), `also` an SQL condition that
    opens a row too. An emergency access only reads.
    """
    name = f"{schema}.{table}"
    treated, everyone = _treated(table, patient, CARE_SLICES[slice_]), _allowed(but)
    # Whom people ask for most comes first: only programs see every record, but the front desk sees every patient.
    seen = f"{treated} or {everyone}" if but == "record.read_all" else f"{everyone} or {treated}"
    if also:
        seen = f"{seen} or {also}"
    op.execute(f"create policy only_for_carers on {name} as restrictive for select to tht_app using ({seen})")
    if not writes:
        return
    everywhere = _allowed(but if but_writes is None else but_writes)
    written = f"{_treated(table, patient, CARE_WRITES)} or {everywhere}"
    op.execute(
        f"create policy only_for_carers_insert on {name} as restrictive for insert to tht_app with check ({written})"
    )
    op.execute(
        f"create policy only_for_carers_update on {name} as restrictive for update to tht_app "
        f"using ({written}) with check ({written})"
    )


def append_only(table: str, *, schema: str = "clinic") -> None:
    """Refuse every change and removal of a row, whoever asks, the owner included."""
    op.execute(
        f"create trigger append_only before update or delete on {schema}.{table} "
        "for each row execute function sec.refuse_change()"
    )
    op.execute(
        f"create trigger append_only_truncate before truncate on {schema}.{table} "
        "for each statement execute function sec.refuse_change()"
    )


def keep_patient(table: str, *, schema: str = "clinic") -> None:
    """Refuse to let a row's `patient_id` name somebody else: what was written about a patient stays about that patient."""
    op.execute(
        f"create trigger patient_stays before update on {schema}.{table} for each row "
        "when (old.patient_id is distinct from new.patient_id) execute function sec.patient_stays()"
    )


def definer(sql: str, signature: str, *, execute: tuple[str, ...] = ("tht_app",)) -> None:
    """Create a SECURITY DEFINER function owned by `tht_sec`, callable by the named roles only.

    `sql` is the whole `create function …` with `security definer` and a fixed `search_path`; `signature` names it with
    its argument types, for example `sec.search_patients(text, integer)`.
    """
    if "security definer" not in sql.lower() or "set search_path" not in sql.lower():
        raise ValueError(f"{signature} needs 'security definer' and its own 'set search_path'")
    op.execute(sql)
    op.execute(f"alter function {signature} owner to tht_sec")
    # As its owner: a REVOKE by anybody else does nothing but warn, and the function would stay open to everybody.
    op.execute("set local role tht_sec")
    op.execute(f"revoke all on function {signature} from public")
    for role in ("tht_owner", *execute):  # the tables' owner needs it to put a function behind a trigger
        op.execute(f"grant execute on function {signature} to {role}")
    op.execute("set local role tht_owner")


def notify_on(
    table: str, kind: str, *keys: str, row_id: str = "id", versioned: bool = False, schema: str = "clinic"
) -> None:
    """Let a table tell listeners which of its rows changed, when the change is committed: `kind id version key…`.

    A key is an SQL expression over the row, written `{row}.day`: what finds the screens that show it, such as a day;
    never a value of a person. A row that changes its keys is told under both. Equal notices of one transaction are one.
    `versioned` tables have a column `version`; the others tell 0.
    """
    parts = [f"'{kind}'", f"{{row}}.{row_id}", "{row}.version" if versioned else "0", *keys]
    told = "concat_ws(' ', " + ", ".join(parts) + ")"
    op.execute(
        f"""
        create function {schema}.notify_{table}() returns trigger language plpgsql as $$
        begin
            if tg_op <> 'INSERT' then
                perform pg_notify('clinic', {told.format(row="old")});
            end if;
            if tg_op <> 'DELETE' then
                perform pg_notify('clinic', {told.format(row="new")});
            end if;
            return null;
        end $$
        """
    )
    op.execute(f"revoke all on function {schema}.notify_{table}() from public")
    op.execute(
        f"create trigger notify after insert or update or delete on {schema}.{table} "
        f"for each row execute function {schema}.notify_{table}()"
    )
