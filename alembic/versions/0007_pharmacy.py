"""The pharmacy: catalogue, lots and their ledger, prescriptions, what was handed over."""

from alembic import op

from ddl import append_only, definer, protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STOCK_READ = ("inventory.read", "prescription.dispense")
STOCK_WRITE = ("inventory.write", "prescription.dispense")
PRESCRIPTION_READ = ("prescription.read", "record.read")

CATALOGUE = """
create table clinic.medicinal_product (
    id uuid primary key,
    code text not null unique check (length(code) between 1 and 40),
    kfa_code text check (kfa_code ~ '^9[1-4][0-9]{6}$'),
    kind text not null check (kind in ('medicine', 'device', 'consumable')),
    name text not null check (length(name) between 1 and 200),
    brand text not null default '' check (length(brand) <= 200),
    form text not null default '' check (length(form) <= 100),
    strength text not null default '' check (length(strength) <= 100),
    unit text not null check (length(unit) between 1 and 40),
    ingredients text[] not null default '{}',
    drug_class text not null check (drug_class in ('free', 'limited', 'prescription', 'pharmacist', 'precursor',
        'watched', 'psychotropic', 'narcotic', 'none')),
    route text not null default '' check (route in ('', 'oral', 'sublingual', 'otic', 'nasal', 'gargle', 'topical',
        'inhalation', 'ophthalmic', 'rectal', 'injection')),
    dose_unit text not null default '',
    pack_content numeric(8, 2) check (pack_content > 0),
    external boolean not null default false,
    price_rupiah integer not null default 0 check (price_rupiah >= 0),
    reorder_level integer not null default 0 check (reorder_level >= 0),
    default_signa text not null default '' check (length(default_signa) <= 200),
    search_text text not null,
    active boolean not null default true,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    check (kind <> 'medicine' or drug_class <> 'none')
);
create index medicinal_product_by_name on clinic.medicinal_product (name)
"""

STOCK = """
create table clinic.stock_lot (
    id uuid primary key,
    product_id uuid not null references clinic.medicinal_product (id),
    lot_number text not null check (length(lot_number) between 1 and 60),
    expires_on date,
    quantity integer not null default 0 constraint stock_lot_never_negative check (quantity >= 0),
    cost_rupiah integer not null default 0 check (cost_rupiah >= 0),
    received_at timestamptz not null,
    constraint stock_lot_once unique nulls not distinct (product_id, lot_number, expires_on)
);
create index stock_lot_by_expiry on clinic.stock_lot (product_id, expires_on, id) where quantity > 0;
create table clinic.stock_movement (
    id uuid primary key,
    lot_id uuid not null references clinic.stock_lot (id),
    delta integer not null check (delta <> 0),
    reason text not null check (reason in ('receive', 'dispense', 'adjust', 'return', 'expire')),
    reference_id uuid,
    note text not null default '' check (length(note) <= 500),
    person_id uuid not null references sec.person (id),
    at timestamptz not null,
    key text not null unique check (length(key) between 8 and 200),
    check (reason not in ('receive', 'return') or delta > 0),
    check (reason not in ('dispense', 'expire') or delta < 0),
    check (reason <> 'adjust' or length(note) > 0)
);
create index stock_movement_by_lot on clinic.stock_movement (lot_id, at, id) include (delta)
"""

# Asked at commit, of both tables: nobody can change a lot without the ledger, nor write a ledger that the shelf denies.
STOCK_IS_THE_LEDGER = """
create function sec.stock_is_the_ledger() returns trigger
language plpgsql security definer set search_path = pg_catalog, clinic, pg_temp as $$
declare
    lot uuid;
    shelf bigint;
    ledger bigint;
begin
    if tg_table_name = 'stock_lot' then lot := new.id; else lot := new.lot_id; end if;
    select l.quantity into shelf from clinic.stock_lot l where l.id = lot;
    select coalesce(sum(m.delta), 0) into ledger from clinic.stock_movement m where m.lot_id = lot;
    if shelf is distinct from ledger then
        raise exception 'lot % holds %, its ledger says %', lot, shelf, ledger using errcode = '23514',
            constraint = 'stock_is_the_ledger';
    end if;
    return null;
end $$
"""

PRESCRIPTION = """
create table clinic.medication_request (
    id uuid primary key,
    encounter_id uuid not null,
    patient_id uuid not null references clinic.patient (id),
    practitioner_id uuid not null references sec.person (id),
    status text not null check (status in ('draft', 'active', 'completed', 'cancelled', 'entered-in-error')),
    number text unique check (number ~ '^R/[0-9]{4}/[0-9]{6,}$'),
    authored_at timestamptz not null,
    signed_at timestamptz,
    signed_by uuid references sec.person (id),
    verify_code text unique check (length(verify_code) between 12 and 40),
    iter smallint not null default 0 check (iter between 0 and 9),
    weight_grams integer check (weight_grams > 0),
    weighed_at timestamptz,
    allergy_sealed bytea,
    closed_at timestamptz,
    cancel_reason_sealed bytea,
    unique (id, patient_id),
    foreign key (encounter_id, patient_id) references clinic.encounter (id, patient_id),
    constraint medication_request_signed_whole
        check (num_nonnulls(number, signed_at, signed_by, verify_code) in (0, 4)),
    constraint medication_request_draft_or_signed check
        (status = 'cancelled' or (status = 'draft') = (signed_at is null)),
    constraint medication_request_closed check ((status in ('draft', 'active')) = (closed_at is null)),
    constraint medication_request_weighed check ((weight_grams is null) = (weighed_at is null))
);
create index medication_request_by_patient on clinic.medication_request (patient_id, signed_at desc);
create index medication_request_by_encounter on clinic.medication_request (encounter_id);
create index medication_request_by_time on clinic.medication_request (signed_at desc) where signed_at is not null;
create index medication_request_open on clinic.medication_request (signed_at) where status = 'active';
create unique index medication_request_one_draft on clinic.medication_request (encounter_id, practitioner_id)
    where status = 'draft';
create table clinic.medication_request_line (
    id uuid primary key,
    request_id uuid not null,
    patient_id uuid not null,
    position smallint not null check (position >= 0),
    product_id uuid not null references clinic.medicinal_product (id),
    item text not null check (length(item) between 1 and 500),
    dose_amount text not null check (length(dose_amount) between 1 and 20),
    dose_unit text not null check (dose_unit in ('tablet', 'capsule', 'lozenge', 'sachet', 'ml', 'drop', 'spray',
        'puff', 'application', 'ampoule', 'suppository')),
    times_per_day smallint not null check (times_per_day between 1 and 12),
    route text not null check (route in ('oral', 'sublingual', 'otic', 'nasal', 'gargle', 'topical', 'inhalation',
        'ophthalmic', 'rectal', 'injection')),
    side text not null default '' check (side in ('', 'right', 'left', 'both')),
    timing text not null default '' check (timing in ('', 'ac', 'pc', 'dc', 'hs', 'mane')),
    as_needed boolean not null default false,
    days smallint not null default 0 check (days between 0 and 180),
    quantity integer not null check (quantity between 1 and 1000),
    unit text not null,
    signa_latin text not null,
    signa_plain text not null,
    note text not null default '' check (length(note) <= 300),
    external boolean not null default false,
    removed_at timestamptz,
    unique (id, patient_id),
    unique (request_id, position),
    foreign key (request_id, patient_id) references clinic.medication_request (id, patient_id)
);
create index medication_request_line_by_patient on clinic.medication_request_line (patient_id)
"""

DISPENSE = """
create table clinic.medication_dispense (
    id uuid primary key,
    request_id uuid not null,
    patient_id uuid not null,
    status text not null check (status in ('preparation', 'in-progress', 'completed', 'cancelled')),
    claimed_by uuid not null references sec.person (id),
    claimed_at timestamptz not null,
    ready_at timestamptz,
    handed_over_by uuid references sec.person (id),
    handed_over_at timestamptz,
    unique (id, patient_id),
    foreign key (request_id, patient_id) references clinic.medication_request (id, patient_id),
    check ((status = 'completed') = (handed_over_at is not null)),
    check ((handed_over_at is null) = (handed_over_by is null))
);
create index medication_dispense_of on clinic.medication_dispense (request_id);
create index medication_dispense_by_patient on clinic.medication_dispense (patient_id);
create unique index medication_dispense_one_open on clinic.medication_dispense (request_id)
    where status in ('preparation', 'in-progress');
create table clinic.medication_dispense_line (
    id uuid primary key,
    dispense_id uuid not null,
    line_id uuid not null,
    patient_id uuid not null,
    lot_id uuid not null references clinic.stock_lot (id),
    quantity integer not null check (quantity > 0),
    unique (dispense_id, line_id, lot_id),
    foreign key (dispense_id, patient_id) references clinic.medication_dispense (id, patient_id),
    foreign key (line_id, patient_id) references clinic.medication_request_line (id, patient_id)
);
create index medication_dispense_line_of on clinic.medication_dispense_line (line_id)
"""

# The life of a prescription, held by the database too: what was signed stays as it was signed.
REFUSE_SIGNED_REQUEST = """
create function sec.refuse_signed_prescription() returns trigger language plpgsql as $$
begin
    if tg_op <> 'UPDATE' then
        raise exception 'prescriptions are not removed' using errcode = '42501';
    end if;
    if (new.id, new.encounter_id, new.patient_id, new.practitioner_id, new.authored_at)
        is distinct from (old.id, old.encounter_id, old.patient_id, old.practitioner_id, old.authored_at) then
        raise exception 'prescription % belongs to its visit', old.id using errcode = '42501';
    end if;
    if old.signed_at is not null and
        (new.number, new.signed_at, new.signed_by, new.verify_code, new.iter, new.weight_grams, new.weighed_at,
         new.allergy_sealed) is distinct from
        (old.number, old.signed_at, old.signed_by, old.verify_code, old.iter, old.weight_grams, old.weighed_at,
         old.allergy_sealed) then
        raise exception 'prescription % is signed', old.number using errcode = '42501';
    end if;
    if new.status <> old.status and (old.status || '>' || new.status) not in ('draft>active', 'draft>cancelled',
        'active>completed', 'active>cancelled', 'active>entered-in-error', 'completed>entered-in-error') then
        raise exception 'a prescription never goes from % to %', old.status, new.status using errcode = '42501';
    end if;
    return new;
end $$
"""

# The share lock makes a signature wait for a line on its way, and a line see a signature that came first.
REFUSE_SIGNED_LINE = """
create function sec.refuse_signed_prescription_line() returns trigger
language plpgsql security definer set search_path = pg_catalog, clinic, pg_temp as $$
declare state text;
begin
    if tg_op in ('DELETE', 'TRUNCATE') then
        raise exception 'lines of prescriptions are not removed' using errcode = '42501';
    end if;
    if tg_op = 'UPDATE' and (new.request_id, new.patient_id, new.product_id)
        is distinct from (old.request_id, old.patient_id, old.product_id) then
        raise exception 'line % belongs to its prescription', old.id using errcode = '42501';
    end if;
    select r.status into state from clinic.medication_request r where r.id = new.request_id for share;
    if state is distinct from 'draft' then
        raise exception 'the prescription of line % is signed', new.id using errcode = '42501';
    end if;
    return new;
end $$
"""

VERIFY = """
create function sec.verify_prescription(code text)
returns table (number text, signed_at timestamptz, doctor text, licence text, status text)
language sql stable security definer set search_path = pg_catalog, clinic, sec, pg_temp rows 1 as $$
    select r.number, r.signed_at, coalesce(p.display_name, s.display_name), p.sip_number, r.status
    from clinic.medication_request r
    join sec.person s on s.id = r.practitioner_id
    left join clinic.practitioner p on p.person_id = r.practitioner_id
    where r.verify_code = code and sec.has('signed_in')
$$
"""

GRANTS = """
revoke update on clinic.stock_lot from tht_app;
grant update (quantity) on clinic.stock_lot to tht_app;
revoke update on clinic.medication_request from tht_app;
grant update (status, number, signed_at, signed_by, verify_code, iter, weight_grams, weighed_at, allergy_sealed,
    closed_at, cancel_reason_sealed) on clinic.medication_request to tht_app;
revoke update on clinic.medication_request_line from tht_app;
grant update (removed_at) on clinic.medication_request_line to tht_app;
revoke update on clinic.medication_dispense from tht_app;
grant update (status, claimed_by, claimed_at, ready_at, handed_over_by, handed_over_at)
    on clinic.medication_dispense to tht_app
"""

# What a signature has not closed yet is between the doctor and the page.
SIGNED_OR_WRITER = """
create policy drafts_are_the_doctors on clinic.medication_request as restrictive for select to tht_app
    using (signed_at is not null or (select sec.has_any(array['prescription.write'])));
create policy drafts_are_the_doctors on clinic.medication_request_line as restrictive for select to tht_app
    using ((select sec.has_any(array['prescription.write']))
        or exists (select 1 from clinic.medication_request r where r.id = request_id and r.signed_at is not null))
"""

# A pharmacist knows a patient from the signature until a day after the counter, when a label may have to be printed
# again. Whoever may look patients up for another reason is not narrowed.
OPEN_PRESCRIPTION = """
create policy pharmacist_by_open_prescription on clinic.patient as restrictive for select to tht_app
    using ((select sec.has_any(array['patient.read', 'patient.read_open_invoice']))
        or exists (select 1 from clinic.medication_request r where r.patient_id = patient.id
            and (r.status = 'active' or (r.status = 'completed' and r.closed_at > now() - interval '1 day'))))
"""


def _each(sql: str) -> None:
    for statement in sql.split(";\n"):
        if statement.strip():
            op.execute(statement)


def _stock() -> None:
    _each(CATALOGUE)
    _each(STOCK)
    protect("medicinal_product", select="reference.read", insert="inventory.write", update="inventory.write")
    protect("stock_lot", select=STOCK_READ, insert="inventory.write", update=STOCK_WRITE)
    protect("stock_movement", select=STOCK_READ, insert=STOCK_WRITE)
    append_only("stock_movement")
    definer(STOCK_IS_THE_LEDGER, "sec.stock_is_the_ledger()", execute=("tht_owner",))
    op.execute(
        "create constraint trigger stock_is_the_ledger after insert or update on clinic.stock_lot "
        "deferrable initially deferred for each row execute function sec.stock_is_the_ledger()"
    )
    op.execute(
        "create constraint trigger stock_is_the_ledger after insert on clinic.stock_movement "
        "deferrable initially deferred for each row execute function sec.stock_is_the_ledger()"
    )


def _prescriptions() -> None:
    _each(PRESCRIPTION)
    _each(DISPENSE)
    writers = ("prescription.write", "prescription.dispense")
    protect("medication_request", select=PRESCRIPTION_READ, insert="prescription.write", update=writers)
    protect(
        "medication_request_line",
        select=PRESCRIPTION_READ,
        insert="prescription.write",
        update="prescription.write",
    )
    protect(
        "medication_dispense",
        select=PRESCRIPTION_READ,
        insert="prescription.dispense",
        update="prescription.dispense",
    )
    protect("medication_dispense_line", select=PRESCRIPTION_READ, insert="prescription.dispense")
    append_only("medication_dispense_line")


def _signed_stays_signed() -> None:
    op.execute(REFUSE_SIGNED_REQUEST)
    # Locking a row asks for the right to update it, and for a policy that lets the owner of the function do so.
    op.execute("grant update (iter) on clinic.medication_request to tht_sec")
    op.execute(
        "create policy tht_sec_locks on clinic.medication_request for update to tht_sec using (true) with check (false)"
    )
    definer(REFUSE_SIGNED_LINE, "sec.refuse_signed_prescription_line()", execute=("tht_owner",))
    for table, function in (
        ("medication_request", "sec.refuse_signed_prescription()"),
        ("medication_request_line", "sec.refuse_signed_prescription_line()"),
    ):
        when = "update or delete" if table == "medication_request" else "insert or update or delete"
        op.execute(
            f"create trigger refuse_signed before {when} on clinic.{table} for each row execute function {function}"
        )
        op.execute(
            f"create trigger refuse_signed_truncate before truncate on clinic.{table} "
            f"for each statement execute function {function}"
        )


def upgrade() -> None:
    """Build the pharmacy."""
    _stock()
    _prescriptions()
    _signed_stays_signed()
    _each(GRANTS)
    _each(SIGNED_OR_WRITER)
    _each(OPEN_PRESCRIPTION)
    definer(VERIFY, "sec.verify_prescription(text)")
