"""States made by hand, for metrics, pages and reports: a shop with real faults judged by the real checks, and a hostile one."""

from dataclasses import replace
from datetime import timedelta

from cases import cloud, facts
from cases import mysql as mysql_facts
from cases.case import DAY, NOW, gap
from cases.cost.facts import PRICES
from cases.facts import GB, MB, ago
from tunewright_agent.metrics.server_status import COUNTERS
from tunewright_agent.pipeline import Rules, judge
from tunewright_agent.reports.shapes import Measured, MeasuredStatement
from tunewright_agent.state import ChannelState, InstanceState, Judgement, LeaseState, SourceRun, State
from tunewright_analyzers.facts.cloud_metrics import Dimension
from tunewright_analyzers.facts.databases import InputOutput, Throughput
from tunewright_analyzers.facts.effects import Change, Effect, Effects, Outcome, StatementEffect, What
from tunewright_analyzers.facts.host import Host
from tunewright_analyzers.facts.ids import CheckId, ClusterId, FindingId, InstanceId, RecommendationId, StatementId
from tunewright_analyzers.facts.log_events import LogEvent, LogEvents
from tunewright_analyzers.facts.plans import PlanOrigin, PlanRefusal, Plans, StatementPlan
from tunewright_analyzers.facts.replication import AuroraReplica, Channel, Replica, Replication, Slot
from tunewright_analyzers.facts.sessions import ActiveSessions, BlockedTime, SessionLoad, Sessions
from tunewright_analyzers.facts.snapshot import Engine, Flavour, Gap, Period, Section, Snapshot, View, Window
from tunewright_analyzers.finding import Evidence, Finding, NotJudged, Severity, Subject
from tunewright_analyzers.plans.reading import read_plan
from tunewright_analyzers.recommendation import Action, Expectation, Recommendation

OPEN_ORDERS = StatementId("3c1f9a2b7d604e58")
CUSTOMER_ITEMS = StatementId("a94e0d1c55b2f037")
LOGIN = StatementId("77f0e2ab91c4d3e6")
REPORT = StatementId("0b8d6e4f2a1c9375")

TEXTS = {
    OPEN_ORDERS: "SELECT id, total FROM orders WHERE status = $1 AND created_at > $2 ORDER BY created_at DESC LIMIT $3",
    CUSTOMER_ITEMS: "SELECT i.* FROM order_items i JOIN orders o ON o.id = i.order_id WHERE o.customer_id = $1",
    LOGIN: "SELECT id FROM customers WHERE lower(email) = $1",
    REPORT: "SELECT region, sum(total) FROM orders GROUP BY region ORDER BY sum(total) DESC",
}
SECONDS = {OPEN_ORDERS: 412.7, CUSTOMER_ITEMS: 268.3, LOGIN: 96.4, REPORT: 41.9}
CALLS = {OPEN_ORDERS: 18_450, CUSTOMER_ITEMS: 9_210, LOGIN: 22_004, REPORT: 12}

ORDERS_PLAN = """
Limit  (cost=14512.32..14512.37 rows=20 width=20)
  ->  Sort  (cost=14512.32..14553.11 rows=16316 width=20)
        Sort Key: created_at DESC
        ->  Seq Scan on orders  (cost=0.00..14078.17 rows=16316 width=20)
              Filter: ((created_at > $2) AND (status = $1))
"""
ITEMS_PLAN = """
Hash Join  (cost=8290.15..31877.40 rows=41 width=44)
  Hash Cond: (i.order_id = o.id)
  ->  Seq Scan on order_items i  (cost=0.00..20370.00 rows=1250000 width=44)
  ->  Hash  (cost=8290.00..8290.00 rows=12 width=8)
        ->  Seq Scan on orders o  (cost=0.00..8290.00 rows=12 width=8)
              Filter: (customer_id = $1)
"""


def _statements() -> Section:
    rows = [
        facts.statement(
            identity,
            text=text,
            calls=CALLS[identity],
            exec_seconds=SECONDS[identity],
            rows=CALLS[identity] * 4,
            shared_blocks_hit=CALLS[identity] * 900,
            shared_blocks_read=CALLS[identity] * 35,
            temp_blocks_written=2_400_000 if identity == REPORT else 0,
        )
        for identity, text in TEXTS.items()
    ]
    rows += [
        facts.statement(f"{number:016x}", text=f"SELECT {number} FROM small_{number}", exec_seconds=0.02 * number)
        for number in range(1, 30)
    ]
    rows.append(facts.statement("eeeeeeeeeeeeeeee", own=True, own_source="statements", exec_seconds=0.9, calls=1440))
    return replace(facts.statements(*rows), period=Period(ago(days=9), NOW))


def _load() -> Section:
    waits = [
        (OPEN_ORDERS, "CPU", "CPU", 812),
        (OPEN_ORDERS, "IO", "DataFileRead", 344),
        (CUSTOMER_ITEMS, "CPU", "CPU", 406),
        (CUSTOMER_ITEMS, "IO", "DataFileRead", 521),
        (LOGIN, "CPU", "CPU", 233),
        (None, "Lock", "transactionid", 148),
        (None, "LWLock", "WALWrite", 61),
        (REPORT, "IO", "BufFileWrite", 77),
        (None, "Client", "ClientRead", 9),
    ]
    rows = tuple(SessionLoad("shop", "app", identity, kind, event, count) for identity, kind, event, count in waits)
    blocked = (BlockedTime(OPEN_ORDERS, 4711, "idle in transaction", None, "batch", "shop", 148, 96.0, 2),)
    return ActiveSessions(Period(ago(minutes=15), NOW), 900, 1.0, rows, blocked, peak_active=11)


def _throughput() -> Section:
    io = (
        InputOutput(
            "client backend", "relation", "normal", 51_000, 417_792_000, 42.5, 900, 7_372_800, 1.5, 40, 10**7, 5, 0, 0
        ),
    )
    return Throughput(
        DAY,
        io,
        wal_records=9 * 10**6,
        wal_full_page_images=40_000,
        wal_bytes=3 * GB,
        wal_buffers_full=12,
        checkpoints_timed=180,
        checkpoints_requested=260,
        checkpoint_write_seconds=5_400.0,
        checkpoint_sync_seconds=31.0,
        checkpoint_buffers_written=800_000,
        bgwriter_buffers_written=20_000,
        bgwriter_stopped=44,
        buffers_allocated=10**6,
    )


def _replication() -> Section:
    return Replication(
        is_standby=False,
        replicas=(Replica("replica1", "repl", "10.0.0.2", "streaming", "async", 0, 1_048_576, 0.01, 0.02, 0.4),),
        slots=(
            Slot("cdc_old", "logical", "shop", False, False, 41 * GB, "extended", None, None, 900_000, ago(days=6)),
        ),
        archive_failures=0,
        aurora=(AuroraReplica("shop-reader-1", False, 0.02, None, 0.3, NOW),),
    )


def plans() -> Plans:
    """Two plans and one refusal."""
    rows = tuple(
        StatementPlan(
            identity,
            "shop",
            read_plan(text, "shop"),
            PlanOrigin.TWIN,
            NOW,
            TEXTS[identity],
            CALLS[identity],
            SECONDS[identity],
        )
        for identity, text in ((OPEN_ORDERS, ORDERS_PLAN), (CUSTOMER_ITEMS, ITEMS_PLAN))
    )
    return Plans(
        rows, (PlanRefusal(REPORT, "shop", "it calls shop.region_of(), which is not known to be free of side effects"),)
    )


def sections() -> tuple[Section, ...]:
    """What the sources of a shop in trouble would bring."""
    return (
        facts.databases(facts.database("shop", connections=88, deadlocks=14, temp_bytes=18 * GB, temp_files=220)),
        facts.tables(
            facts.table("orders", size_bytes=2 * GB, dead_rows=61_000, bloat_bytes=300 * MB, sequential_scans=18_000),
            facts.table("order_items", size_bytes=5 * GB, live_rows=1_250_000, row_estimate=1_250_000.0),
            facts.table("carts", dead_rows=940_000, live_rows=120_000, last_autovacuum=ago(days=12), autovacuums=1),
        ),
        facts.indexes(facts.index(), facts.index("orders_total_broken", ("total",), is_valid=False)),
        facts.sequences(facts.sequence(last_value=2_061_584_302), facts.sequence("carts_id_seq", last_value=9_000)),
        facts.sessions(
            facts.session(
                4711,
                user="batch",
                state="idle in transaction",
                transaction_start=ago(hours=3),
                xmin_age=2_000_000,
                statement_start=ago(hours=3),
                state_change=ago(hours=3),
                statement="UPDATE orders SET status = $1",
            ),
            facts.session(
                4712,
                wait_type="Lock",
                wait_event="transactionid",
                blocked_by=(4711,),
                transaction_start=ago(minutes=8),
                statement_start=ago(minutes=8),
                state_change=ago(minutes=8),
            ),
            facts.session(4713),
        ),
        _statements(),
        _load(),
        _throughput(),
        _replication(),
        facts.settings(work_mem="4096", autovacuum="on", fsync="on"),
        Host(8, 32 * GB, 9 * GB, 0, 0.62, 5.1, is_database_host=True),
        plans(),
        effects(),
        LogEvents(DAY, (LogEvent("lock", "deadlock", "shop", "", 14, last_at=ago(hours=2)),), dropped_bytes=0),
    )


def effects() -> Effects:
    """An index that was advised, made, and kept its promise."""
    made = Change(
        "5f0c2a917be3", What.INDEX_CREATED, "public.order_items_order_id", "public.order_items(order_id)", "shop",
        facts.relation("order_items"), ago(days=9, minutes=5), ago(days=9),
        ("DROP INDEX CONCURRENTLY public.order_items_order_id;",),
        ("CREATE INDEX CONCURRENTLY order_items_order_id ON public.order_items (order_id);",),
    )  # fmt: skip
    row = StatementEffect(
        CUSTOMER_ITEMS, "select", 0.31, 0.0291, 61_000, 64_000, 168, 0.094, 0.091, 0.097, 1e-30, True, 2_500.0
    )
    return Effects(
        (
            Effect(
                made, Outcome.HELPED, "of 1 statement compared 1 became faster and none slower: 41.7 min a day saved",
                ago(days=2), RecommendationId("9d3c40b1a2f7"), CheckId("indexes/missing"), (row,), Period(ago(days=16), ago(days=9)),
                Period(ago(days=9), ago(days=2)), "the same hours of the week, 168 before and 168 after, by Mann and Whitney", 2_500.0,
                0.02, "planner cost a call, weighted by calls", 0.094, True, (), None, True,
            ),
        )
    )  # fmt: skip


def _runs() -> tuple[SourceRun, ...]:
    names = ("activity", "databases", "locks", "relations", "replication", "settings", "statements", "throughput")
    healthy = tuple(
        SourceRun(name, ago(seconds=20), 0.012 * number, None, 240, 0, 0, 60.0, 0.1, 0.02 * number)
        for number, name in enumerate(names, start=1)
    )
    failed = SourceRun("columns", ago(minutes=6), 0.3, "permission denied for pg_statistic", 12, 12, 1, 900.0, 2.5)
    return tuple(sorted((*healthy, failed), key=lambda run: run.source))


def _missing_index() -> tuple[Finding, Recommendation]:
    finding = Finding(
        FindingId("5a1be0c43d21"),
        CheckId("indexes/missing"),
        Subject("table", "public.orders", "shop"),
        Severity.HIGH,
        "Two statements read all of public.orders for a few rows each: 681 s of the server's time in the window.",
        (
            Evidence(
                "time of the statements", 681.0, "seconds", "pg_stat_statements, 23 Nov 12:00 to 24 Nov 12:00 UTC"
            ),
            Evidence("rows read for each row returned", 4980, "rows", "plan on the twin"),
            Evidence("size of the table", 2 * GB, "bytes", "pg_relation_size"),
        ),
    )
    recommendation = Recommendation(
        RecommendationId("c0ffee5a1b2c"),
        finding.id,
        finding.check,
        Subject("index", "public.orders(status, created_at)", "shop"),
        Action.CREATE_INDEX,
        ("CREATE INDEX CONCURRENTLY orders_status_created_at_idx ON public.orders (status, created_at)",),
        Expectation(
            "planner cost of 18,450 calls",
            14512.37,
            41.2,
            "cost",
            "twin planner cost",
            timedelta(hours=24),
            (OPEN_ORDERS,),
        ),
        "Builds for minutes and reads the whole table; writes to orders become about 3 % dearer. Waits for transactions older than itself.",
        ("DROP INDEX CONCURRENTLY public.orders_status_created_at_idx",),
        (
            Evidence("size of the index", 86 * MB, "bytes", "size model of B-trees"),
            Evidence("cost before", 14512.37, "cost", "twin"),
            Evidence("cost after", 41.2, "cost", "twin"),
        ),
        "A transaction on this server has been idle for 3 hours: the build would wait for it.",
    )
    return finding, recommendation


def snapshot(
    *parts: Section, gaps: tuple[Gap, ...] = (), cluster: str = "shop", instance: str = "db1:5432"
) -> Snapshot:
    """A PostgreSQL 18 with these sections."""
    return Snapshot(
        ClusterId(cluster), InstanceId(instance), Engine.POSTGRESQL, 180001, Flavour.SELF_MANAGED, NOW, parts, gaps
    )


def instance_of(read: Snapshot, judgement: Judgement | None = None, runs: tuple[SourceRun, ...] = ()) -> InstanceState:
    """That server, its judgement (by the real checks unless given) over the day."""
    window = Window(read.cluster, DAY.start, DAY.end, read)
    return InstanceState(read.cluster, read.instance, read, window, judgement or judge(window, Rules(), NOW), runs)


def state_of(*instances: InstanceState) -> State:
    """The daemon an hour after its start."""
    return State(NOW - timedelta(hours=1), NOW, instances, 18 * MB, None, ready=True)


def shop() -> State:
    """One server with many faults, one gap, and an index worth making."""
    missing = gap(facts.Schema, "permission denied for view pg_constraint")
    read = snapshot(*sections(), gaps=(missing,))
    window = Window(read.cluster, DAY.start, DAY.end, read)
    judged = judge(window, Rules(), NOW)
    finding, recommendation = _missing_index()
    findings = tuple(one for one in judged.findings if one.check != finding.check)
    advice = tuple(one for one in judged.recommendations if one.check != finding.check)
    judgement = replace(judged, findings=(*findings, finding), recommendations=(*advice, recommendation))
    instance = replace(instance_of(read, judgement, _runs()), last_events={"plan_changed": ago(hours=2)})
    chat = ChannelState("chat", {"waiting": 1, "sent": 12}, 40.0)
    leases = (LeaseState(ClusterId("shop"), True, ago(hours=1), 1), LeaseState(ClusterId("orders"), False, None, 0))
    return replace(state_of(instance), channels=(chat,), leases=leases)


def in_the_cloud() -> State:
    """Two targets seen through the cloud's API: an RDS instance whose storage fills up, and an Aurora cluster with its bill."""
    free = cloud.ramp("FreeStorageSpace", 90 * GB, -2 * GB, of="ledger", statistic="Minimum")
    read = snapshot(cloud.clusters(), cloud.instances(cloud.alone(max_allocated_gib=None)), cloud.trends(free))
    used = [cloud.series(name, *[1e6] * 24, of="shop", dimension=Dimension.CLUSTER, statistic=statistic)
            for name, statistic in (("VolumeBytesUsed", "Average"), ("VolumeReadIOPs", "Sum"), ("VolumeWriteIOPs", "Sum"))]  # fmt: skip
    aurora = snapshot(cloud.clusters(cloud.aurora()), cloud.instances(), cloud.trends(*used), PRICES)
    targets = (replace(read, view=View.CLOUD), replace(aurora, view=View.CLOUD, instance=InstanceId("shop")))
    return state_of(*(instance_of(one) for one in targets))


def mysql() -> State:
    """A MySQL that replays another one, with a queue for a metadata lock."""
    counters = dict.fromkeys(COUNTERS.values(), 1000.0)
    gauges = {
        "trx_rseg_history_len": 4000.0, "threads_running": 3.0, "uptime": 86400.0, "innodb_page_size": 16384.0,
        "innodb_redo_log_current_lsn": 900.0, "innodb_redo_log_checkpoint_lsn": 650.0, "innodb_redo_log_capacity_resized": 1000.0,
        "innodb_buffer_pool_pages_data": 100.0, "innodb_buffer_pool_pages_dirty": 7.0, "innodb_buffer_pool_pages_free": 28.0,
    }  # fmt: skip
    waiting = facts.session(wait_type="Lock", wait_event="table metadata")
    replays = Replication(True, channels=(Channel("", "db1:3306", True, False, 12.0),), replay_lag_seconds=12.0)
    read = snapshot(mysql_facts.status(counters, gauges), Sessions(NOW, (waiting,)), replays)
    return state_of(instance_of(replace(read, engine=Engine.MYSQL)))


def empty() -> State:
    """A daemon that has just been started and has read nothing yet."""
    nothing = InstanceState(ClusterId("shop"), InstanceId("db1:5432"), None, None, None, ())
    return replace(state_of(nothing), ready=False, history_bytes=0)


def healthy() -> State:
    """One server with nothing wrong that was looked at."""
    judgement = Judgement(
        NOW, (), (), (NotJudged(CheckId("indexes/invalid"), Subject("cluster", "shop"), "indexes was not read"),)
    )
    return state_of(instance_of(snapshot(facts.databases(facts.database())), judgement))


HOSTILE = "\"><script>alert(1)</script>'\\\n\x1b[31mred\x1b[0m \u202egnp.exe\u200b \x00\x7f\udcff {{7*7}} [bold]é"
"""Everything that ever broke a page, a terminal or a label."""


def hostile() -> State:
    """Every name and text is HOSTILE."""
    table = facts.table()
    name = replace(table.name, database=HOSTILE, schema=HOSTILE, name=HOSTILE)
    statement = facts.statement(text=HOSTILE, kind=HOSTILE)
    statement = replace(statement, key=replace(statement.key, database=HOSTILE, user=HOSTILE))
    subject = Subject("table", HOSTILE, HOSTILE)
    evidence = (Evidence(HOSTILE, HOSTILE, HOSTILE, HOSTILE), Evidence("huge", float("nan"), "seconds", HOSTILE))
    finding = Finding(FindingId(HOSTILE), CheckId(f"g/{HOSTILE}"), subject, Severity.CRITICAL, HOSTILE, evidence)
    advice = Recommendation(
        RecommendationId(HOSTILE),
        finding.id,
        finding.check,
        subject,
        Action.OTHER,
        (HOSTILE,),
        Expectation(HOSTILE, 1.0, float("inf"), HOSTILE, HOSTILE),
        HOSTILE,
        (HOSTILE,),
        evidence,
        HOSTILE,
    )
    plan = replace(plans().rows[0], database=HOSTILE, text=HOSTILE)
    plan = replace(plan, plan=replace(plan.plan, root=replace(plan.plan.root, label=HOSTILE, filter=HOSTILE)))
    read = snapshot(
        facts.tables(replace(table, name=name)),
        facts.indexes(replace(facts.index(), name=name, table=name)),
        facts.databases(facts.database(HOSTILE)),
        facts.statements(statement),
        facts.sessions(facts.session(state=HOSTILE, database=HOSTILE)),
        ActiveSessions(DAY, 10, 1.0, (SessionLoad(HOSTILE, HOSTILE, None, HOSTILE, HOSTILE, 5),)),
        Replication(
            False,
            (Replica(HOSTILE, None, None, HOSTILE, HOSTILE, 1, 1, None, None, 1.0),),
            (Slot(HOSTILE, HOSTILE, None, True, False, 1, None, None, None, None),),
        ),
        Plans((plan,), (PlanRefusal(StatementId(HOSTILE), HOSTILE, HOSTILE),)),
        cluster=HOSTILE,
        instance=HOSTILE,
    )
    not_judged = (NotJudged(CheckId(HOSTILE), subject, HOSTILE),)
    judgement = Judgement(NOW, (finding,), (advice,), not_judged)
    run = SourceRun(HOSTILE, NOW, 1.0, HOSTILE, 1, 1, 0, 1.0)
    return replace(state_of(instance_of(read, judgement, (run,))), history_error=HOSTILE)


def measured() -> Measured:
    """What the demo measures: three statements faster, one as it was."""
    after = {OPEN_ORDERS: 3.1, CUSTOMER_ITEMS: 11.8, LOGIN: 1.2, REPORT: 42.3}
    rows = tuple(
        MeasuredStatement(
            identity, TEXTS[identity], SECONDS[identity], after[identity], CALLS[identity], CALLS[identity]
        )
        for identity in TEXTS
    )
    return Measured(
        sum(SECONDS.values()),
        sum(after.values()),
        rows,
        ("CREATE INDEX CONCURRENTLY orders_status_created_at_idx ON public.orders (status, created_at)",),
        "The same workload (49,676 calls, one seed) was run twice on this server, before and after the indexes were made; "
        "times are pg_stat_statements' total_exec_time.",
    )
