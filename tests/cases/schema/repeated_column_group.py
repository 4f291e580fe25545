"""Cases of `schema/repeated_column_group`."""

from cases.case import Case, gap
from cases.schema.facts import columns, shop
from tunewright_analyzers.facts.columns import Schema

CASES = (
    Case("phones", "fires", shop(*columns("orders", phone1="text", phone2="text", phone3="text")),
         ("table public.orders(phone1, …) in shop",), says=("phone1, phone2, phone3",)),
    Case("a number in the middle", "fires", shop(*columns("orders", line_1_sku="text", line_2_sku="text", line_3_sku="text")),
         ("table public.orders(line_1_sku, …) in shop",)),
    Case("types differ", "silent", shop(*columns("orders", phone1="text", phone2="integer", phone3="date"))),
    Case("not numbered on", "silent", shop(*columns("orders", sha1="text", sha256="text", sha512="text"))),
    Case("years", "silent", shop(*columns("orders", y2022="integer", y2023="integer", y2024="integer"))),
    Case("two", "threshold", shop(*columns("orders", address1="text", address2="text"))),
    Case("two, when two are a group", "threshold", shop(*columns("orders", address1="text", address2="text")),
         ("table public.orders(address1, …) in shop",), overrides={"least": 2}),
    Case("schema unread", "gap", (shop()[1],), gaps=(gap(Schema),)),
)  # fmt: skip
