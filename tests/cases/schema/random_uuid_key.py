"""Cases of `schema/random_uuid_key`."""

from cases.case import Case, gap
from cases.facts import MB, column, index, indexes, table
from cases.schema.facts import shop
from tunewright_analyzers.facts.relations import Indexes

SUBJECT = "column public.orders.id in shop"
BUSY = table(rows_inserted=1000)
KEY = index("orders_pkey", ("id",), is_primary=True, is_unique=True, size_bytes=256 * MB)
RANDOM = column("orders", "id", "uuid", default="gen_random_uuid()")

CASES = (
    Case("version 4 by default", "fires", (*shop(RANDOM, of=BUSY), indexes(KEY)), (SUBJECT,), severity={SUBJECT: "low"}, says=("1,000 inserts",)),
    Case("ordered by time", "silent", (*shop(column("orders", "id", "uuid", default="uuidv7()"), of=BUSY), indexes(KEY))),
    Case("made by the application", "silent", (*shop(column("orders", "id", "uuid"), of=BUSY), indexes(KEY))),
    Case("not the key", "silent", (*shop(column("orders", "token", "uuid", default="gen_random_uuid()"), of=BUSY), indexes(KEY))),
    Case("a table at rest", "threshold", (*shop(RANDOM, of=table(rows_inserted=999)), indexes(KEY))),
    Case("a small index", "threshold", (*shop(RANDOM, of=BUSY), indexes(KEY)), overrides={"bytes_min": 256 * MB + 1}),
    Case("indexes unread", "gap", shop(RANDOM), gaps=(gap(Indexes),)),
)  # fmt: skip
