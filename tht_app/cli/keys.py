"""`tht keys`: which keys there are, new ones while the clinic is at work, and the master key on paper for the safe."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tht_app.cli.place import Place, choose_demo, clinic_place, key_file
from tht_app.cli.steps import StepFailed
from tht_app.database.crypto import Purpose, Vault, create_master_key, fingerprint, read_master_key
from tht_app.settings import settings

app = typer.Typer(help="Keys: list, rotate, and the master key on paper.", no_args_is_help=True)
Demo = Annotated[bool, typer.Option("--demo", help="The demo clinic instead of the configured one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer for programs.")]
NEVER_AGAIN = "Entries of the audit log stay under the key of their day: what is sealed there is never written again."


@app.command("list")
def list_keys(
    count: Annotated[bool, typer.Option("--count", help="Count the values under each key; takes a while.")] = False,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Show every data key with its version, and by which master key it is wrapped."""
    from tht_app.database.rotation import administrator, states

    with _place(demo=demo) as place, administrator(place.admin_url) as connection:
        found = states(connection, count=count)
        master = fingerprint(place.master_key)
    if as_json:
        typer.echo(json.dumps({"master": master, "keys": [asdict(one) for one in found]}))
        return
    typer.echo(f"master key  {master}")
    for one in found:
        values = "" if one.values is None else f"  {one.values} values"
        typer.echo(f"{one.purpose.value:<10}  version {one.version}  made {one.made} UTC{values}")


@app.command("rotate")
def rotate(
    purpose: Annotated[Purpose, typer.Argument(help="Which data key: identity, clinical, file, secret or audit.")],
    only_new: Annotated[bool, typer.Option("--only-new", help="Leave old values under the old key.")] = False,
    demo: Demo = False,
    as_json: AsJson = False,
) -> None:
    """Make a new version of a data key, while the clinic is at work, and bring old values under it."""
    from tht_app.database.rotation import administrator
    from tht_app.database.rotation import rotate as next_version

    with _place(demo=demo) as place, administrator(place.admin_url) as connection:
        version = next_version(connection, place.master_key, purpose)
        if not as_json:
            typer.echo(f"New values of {purpose.value} are sealed with version {version} from now on.")
        rows = 0 if only_new else _seal_again(place, purpose, as_json=as_json)
    if as_json:
        typer.echo(json.dumps({"purpose": purpose.value, "version": version, "rows": rows}))


@app.command("reseal")
def reseal(
    purpose: Annotated[Purpose, typer.Argument(help="Which data key.")], demo: Demo = False, as_json: AsJson = False
) -> None:
    """Go on with bringing old values under the newest key, wherever an earlier run ended."""
    with _place(demo=demo) as place:
        rows = _seal_again(place, purpose, as_json=as_json)
    if as_json:
        typer.echo(json.dumps({"purpose": purpose.value, "rows": rows}))


@app.command("rotate-index")
def rotate_index(demo: Demo = False, as_json: AsJson = False) -> None:
    """Make a new key for exact look-up and every fingerprint anew; the clinic has to be closed."""
    from tht_app.database.master_rotation import StillOpen
    from tht_app.database.master_rotation import rotate_index as fingerprint_anew
    from tht_app.database.rotation import administrator

    with _place(demo=demo) as place, administrator(place.admin_url) as connection:
        try:
            version = fingerprint_anew(connection, place.master_key, _progress("patients", as_json=as_json))
        except StillOpen as refusal:
            raise StepFailed(str(refusal)) from None
    typer.echo(json.dumps({"version": version}) if as_json else f"Look-up goes by version {version}.")


@app.command("rotate-master")
def rotate_master(demo: Demo = False, as_json: AsJson = False) -> None:
    """Make a new master key, while the clinic is at work; the old one stays beside it until `tht keys forget`."""
    from tht_app.database.anchors import write_anchor
    from tht_app.database.master_rotation import rotate_master as change
    from tht_app.database.rotation import administrator
    from tht_app.database.signing import AUDIT, signing_key

    with _place(demo=demo) as place, administrator(place.admin_url) as connection:
        path = place.settings.master_key_file
        if path is None or place.settings.master_key:
            raise StepFailed(
                "The master key comes from the variable THT_MASTER_KEY, which only its owner can change:"
                " put it into a file and name that with THT_MASTER_KEY_FILE first."
            )
        done = change(connection, path)
        if done.last is not None:
            write_anchor(settings().anchors, done.last, signing_key(read_master_key(path), AUDIT))
    if as_json:
        typer.echo(json.dumps({"old": done.old, "new": done.new, "keys": done.keys}))
        return
    typer.echo(f"The master key is {done.new} now, in {path}; {done.keys} data keys were wrapped anew.")
    typer.echo("Print it for the safe now: tht keys kit. The audit log's public key has changed: tht audit key.")
    typer.echo(f"The old one, {done.old}, stays beside it: backups from before today need it.")


@app.command("forget")
def forget(
    name: Annotated[
        str, typer.Argument(help="Fingerprint of the old master key, as tht keys list or doctor names it.")
    ],
) -> None:
    """Remove an old master key that no backup needs any more."""
    from tht_app.database.master_rotation import forget as remove

    with _place(demo=False) as place:
        from tht_app.database.keyring import wrapping_key

        path = key_file(place.settings)
        if wrapping_key(place.settings.database_url) != fingerprint(read_master_key(path)):
            raise StepFailed("The present master key does not open this clinic, so no other is removed.")
        typer.echo(f"{remove(path, name)} is gone.")


@app.command("kit")
def kit(
    target: Annotated[Path, typer.Argument(help="The PDF to write; print it, then remove it.")],
    shares: Annotated[bool, typer.Option("--shares", help="Three pages of which any two give the key.")] = False,
    demo: Demo = False,
) -> None:
    """Write the master key as a page for the safe: lines that can be typed, and a QR code."""
    from tht_app.database.recovery import WHOLE, lines_of, shares_of
    from tht_app.documents.recovery import RecoveryPage, recovery_pdf

    if demo:
        choose_demo()
    key = read_master_key(key_file(settings()), settings().master_key)
    parts = list(enumerate(shares_of(key), 1)) if shares else [(WHOLE, key)]
    now = datetime.now(settings().zone)
    pages = tuple(RecoveryPage(tuple(lines_of(number, part)), number, fingerprint(key), now) for number, part in parts)
    if target.exists():
        raise StepFailed(f"{target} is there already: name another file.")
    target.touch(mode=0o600)
    target.write_bytes(recovery_pdf(pages))
    typer.echo(f"{len(pages)} page(s) for key {fingerprint(key)} are in {target}: print them, then remove the file.")


@app.command("assemble")
def assemble(
    target: Annotated[Path, typer.Argument(help="Where the key file is to be written.")],
) -> None:
    """Make the key file again from the typed lines of the page, or of two shares; end with an empty line."""
    from tht_app.database.recovery import NotReadable, assembled, read_lines

    try:
        key = assembled(read_lines(sys.stdin.read().splitlines()))
    except NotReadable as refusal:
        raise StepFailed(str(refusal)) from None
    if target.exists():
        raise StepFailed(f"{target} is there already: a key is never written over another.")
    create_master_key(target, key)
    typer.echo(f"Key {fingerprint(key)} is in {target}. Compare the name with the one on paper.")


def _place(*, demo: bool):  # noqa: ANN202  a context manager of Place
    from contextlib import contextmanager

    @contextmanager
    def owned():  # noqa: ANN202
        if demo:
            choose_demo()
        with clinic_place() as place:
            if not place.admin_url:
                raise StepFailed(
                    "Keys are the administrator's: set THT_DATABASE_ADMIN_URL to the role that tht migrate uses."
                )
            yield place

    return owned()


def _seal_again(place: Place, purpose: Purpose, *, as_json: bool) -> int:
    from tht_app.database.rotation import administrator, read_keys, seal_again

    if purpose is Purpose.AUDIT:
        if not as_json:
            typer.echo(NEVER_AGAIN)
        return 0
    with administrator(place.admin_url) as connection:
        vault = Vault.unlock(place.master_key, read_keys(connection))
        rows = seal_again(connection, vault, purpose, _progress("rows", as_json=as_json))
    if not as_json:
        typer.echo(f"{rows} rows of {purpose.value} were sealed again.")
    return rows


def _progress(what: str, *, as_json: bool):  # noqa: ANN202  (done, all) -> None
    said = 0

    def tell(done: int, everything: int) -> None:
        nonlocal said
        tenth = done * 10 // max(everything, 1)
        if tenth > said and not as_json:
            said = tenth
            typer.echo(f"{done} of {everything} {what}")

    return tell
