"""Dumps of deadlocks in the form of each server (live/test_mysql_log_checks provokes real ones), with literals that must not come through."""

HEAD = "2026-01-02T03:04:05.678901Z 0 [Note] [MY-012469] [InnoDB] "
MYSQL = f"""2026-01-02T03:04:05.678900Z 0 [Note] [MY-012468] [InnoDB] Transactions deadlock detected, dumping detailed information.
{HEAD}
*** (1) TRANSACTION:
TRANSACTION 246047, ACTIVE 7 sec starting index read
mysql tables in use 1, locked 1
LOCK WAIT 3 lock struct(s), heap size 1128, 2 row lock(s), undo log entries 1
MySQL thread id 8, OS thread handle 139901234, query id 50 localhost 127.0.0.1 app updating
UPDATE orders SET note = 's3cr3t'
WHERE id = 20
{HEAD}
*** (1) HOLDS THE LOCK(S):
RECORD LOCKS space id 2 page no 4 n bits 72 index PRIMARY of table `shop`.`orders` trx id 246047 lock_mode X locks rec but not gap
Record lock, heap no 2 PHYSICAL RECORD: n_fields 5; compact format; info bits 0
 0: len 4; hex 7333637233; asc s3cr3t;;

{HEAD}
*** (1) WAITING FOR THIS LOCK TO BE GRANTED:
RECORD LOCKS space id 2 page no 4 n bits 72 index PRIMARY of table `shop`.`orders` trx id 246047 lock_mode X locks rec but not gap waiting
Record lock, heap no 3 PHYSICAL RECORD: n_fields 5; compact format; info bits 0
{HEAD}
*** (2) TRANSACTION:
TRANSACTION 246048, ACTIVE 6 sec inserting
MySQL thread id 9, OS thread handle 139901235, query id 51 localhost 127.0.0.1 app update
INSERT INTO lines VALUES (10, 's3cr3t')
{HEAD}
*** (2) WAITING FOR THIS LOCK TO BE GRANTED:
TABLE LOCK table `shop`.`lines` trx id 246048 lock mode AUTO-INC waiting
{HEAD}
*** WE ROLL BACK TRANSACTION (2)
2026-01-02T03:05:00.000000Z 9 [Note] [MY-010926] [Server] Access denied for user 's3cr3t'@'10.0.0.1' (using password: YES)
"""
MARIADB = (
    MYSQL.replace(HEAD, "2026-01-02  3:04:05 8 [Note] InnoDB: ")
    .replace("(1) WAITING", "WAITING")
    .replace("(2) WAITING", "WAITING")
    .replace("(1) HOLDS THE LOCK(S):", "CONFLICTING WITH:")
    .replace("MySQL thread", "MariaDB thread")
)
