"""The `tht` command: everything the person who runs the clinic can do from a terminal."""

import sys

import psycopg
import typer
from sqlalchemy.exc import OperationalError

from tht_app.cli import audit, backup, demo, doctor, init, keys, migrate, outbox, restore, run, user, verify
from tht_app.cli.steps import StepFailed
from tht_app.database.backup.container import BackupRefused
from tht_app.database.crypto import MasterKeyMissing
from tht_app.database.migrate import ServerTooOld
from tht_app.database.rotation import NotRotated
from tht_app.database.server import ServerProblem
from tht_app.domain.errors import DomainError
from tht_app.safety import UnsafeSetup

app = typer.Typer(
    name="tht",
    help="THT Klinik: run the clinic, its accounts and its data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(run.run)
app.command("build")(run.build)
app.command("init")(init.init)
app.command("migrate")(migrate.migrate)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("verify")(verify.verify)
app.command("restore")(restore.restore)
app.add_typer(user.app, name="user")
app.add_typer(audit.app, name="audit")
app.add_typer(outbox.app, name="outbox")
app.add_typer(keys.app, name="keys")
app.add_typer(backup.app, name="backup")

OPERATOR_ERRORS = (
    BackupRefused,
    StepFailed,
    ServerProblem,
    MasterKeyMissing,
    ServerTooOld,
    UnsafeSetup,
    NotRotated,
    DomainError,
)


def main() -> None:
    """Run the command; what an operator can mend is one sentence, anything else is a traceback to report."""
    try:
        app()
    except OPERATOR_ERRORS as problem:
        print(f"tht: {problem}", file=sys.stderr)
        raise SystemExit(1) from None
    except (psycopg.OperationalError, OperationalError) as problem:
        reason = str(problem).strip().splitlines()[0]
        print(f"tht: The database does not answer ({reason}): check THT_DATABASE_URL and the server.", file=sys.stderr)
        raise SystemExit(1) from None
