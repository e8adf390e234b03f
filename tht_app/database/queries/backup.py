"""Tells the screens that something about backups has changed; what it is lies in the folder of backups."""

from tht_app.database.unit_of_work import UnitOfWork


async def tell_screens(work: UnitOfWork) -> None:
    """Wake whoever looks at the backups, when this transaction commits."""
    await work.fetch_value("select pg_notify('clinic', 'backup 0 0')")
