"""A new epoch of the audit log: what every restored database begins before anybody works in it.

Transaction ids of a restored database are used again, by entries that have nothing to do with those before. Seals
therefore name an epoch, and so does each entry: what was written until the backup stays under its epoch, what comes
lies under the new one.
"""

import psycopg
from psycopg import sql

EPOCH = "select max(number) from audit.epoch"
BEGIN = "insert into audit.epoch (number, reason) values (%s, 'restored')"


def begin_epoch(connection: psycopg.Connection, *, above: int = 0) -> int:
    """Begin an epoch higher than all before and than `above`; returns its number. The caller commits.

    `connection` belongs to the database's administrator. It waits for entries that are being written.
    """
    connection.execute("set local role tht_owner")
    connection.execute("lock table audit.event in access exclusive mode")
    newest = connection.execute(EPOCH).fetchone()
    number = max(newest[0] if newest else 0, above) + 1
    connection.execute(BEGIN, (number,))
    connection.execute(sql.SQL("alter table audit.event alter column epoch set default {}").format(sql.Literal(number)))
    connection.execute("reset role")
    return number
