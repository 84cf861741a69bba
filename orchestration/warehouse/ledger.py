"""Landing views over the deliveries in use, and the ledger of all deliveries.

    landing.<subject>__<feed>  view, one per feed type: accepted rows of the deliveries in use of every agency that sends it,
                               with `agency`, typed; empty where nothing was delivered, and none for feeds in the vault's custody
    landing_log.<subject>__<feed>  view: the same with the rows that later ones have replaced; of feeds with the load mode upsert
    ledger.delivery            one row per delivery and period: delivered = accepted + rejected, and whether it is in use
    ledger.fault               one row per delivery, rule and column that was broken
    ledger.feed                one row per contract: how complete it is and which SNA tables wait for it
    ledger.feed_part           one row per feed and part: which periods are there, which are missing, which is awaited
    ledger.build               one row: identity of the current build, its date, definition and environment
    ops.registered             one row per contract: what was written of it, so that it is not written again

All of it can be rebuilt from the landing log.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.database import bulk_insert
from orchestration.home import areas, identity
from orchestration.home.environment import DBT_PROJECT, PROJECT
from orchestration.home.settings import Settings
from orchestration.ingest.landing_log import freshness
from orchestration.warehouse import gates
from orchestration.warehouse.build_id import build_id, received_id
from orchestration.warehouse.dbt import hash_of_files, project_hash

if TYPE_CHECKING:
    from orchestration.contracts.model import FeedContract, FeedKey
    from orchestration.ingest.landing_log.load_record import LoadRecord

SCHEMA = """
create schema if not exists ops;
create table if not exists ops.layout (layout varchar);
create table if not exists ops.home (
    landing varchar,                          -- where the landing views read
    environment varchar,
    report_first varchar, report_last varchar, -- months for which the demonstration reproduces the printed report, or null
    definition_id varchar                     -- of serious violence, in force in the area
);
create schema if not exists landing;
create schema if not exists landing_log;
create schema if not exists ledger;
create table if not exists ledger.delivery (
    load_id varchar, agency varchar, feed varchar, period varchar, part varchar, version integer, environment varchar,
    file_name varchar, file_sha256 varchar, evidence varchar, received_at timestamp, rows_delivered bigint, rows_accepted bigint,
    rows_rejected bigint, verdict varchar, in_use boolean, supersedes varchar,
    withdrawn_at timestamp, -- by a person, whose reason is in the landing log
    delivery_id varchar,    -- load id of the whole file, of which this is one period
    is_partial boolean      -- whether it is the first or last period of such a file and seems to be cut
);
create table if not exists ledger.fault (
    load_id varchar, agency varchar, feed varchar, code varchar, severity varchar, column_name varchar, rows bigint,
    message varchar, remedy varchar
);
create table if not exists ledger.feed (
    agency varchar, feed varchar, title varchar, cadence varchar, owner varchar, publisher_url varchar,
    legal_basis varchar, supplies varchar[], waiting_tables varchar[], first_period varchar, last_period varchar,
    deliveries_in_use bigint, deliveries_refused bigint, deliveries_withdrawn bigint, rows_in_use bigint, rows_rejected bigint,
    last_received_at timestamp,
    evidence varchar,     -- what its deliveries in use are: demonstration, record, return or national_statistic
    freshness varchar, next_period varchar, due_on date, overdue_on date,
    stage varchar,        -- the landed stage that it belongs to (orchestration.warehouse.gates)
    as_at varchar,        -- ISO date that it was rebuilt for, or empty
    token varchar,        -- names the deliveries in use
    gate_token varchar,   -- names what the feeds gate judges: these deliveries, the contract and the rules
    feed_type varchar     -- `<subject>/<feed>`, whoever sends it
);
create table if not exists ledger.feed_part (
    agency varchar, feed varchar, part varchar, first_period varchar, last_period varchar, missing_periods varchar[],
    next_period varchar, due_on date, overdue_on date
);
create table if not exists ledger.build (
    build_id varchar, as_at varchar, definition_id varchar, environment varchar,
    report_first varchar, report_last varchar,
    code varchar          -- names the project and the rules of the gates
);
create table if not exists ops.registered (
    agency varchar, feed varchar,
    content varchar,      -- names all that `register` has written of the feed
    rows bigint,          -- in use
    relation varchar,     -- the view of its feed type; null for a feed in the vault's custody
    query varchar,        -- of its rows there
    log varchar           -- the same with the rows that later ones have replaced; null where they replace none
);
"""


# Columns that every landed row carries: which delivery said so, and its row there.
LINEAGE = (("_load_id", "varchar"), ("_row", "integer"))


def environment(settings: Settings) -> tuple[str, str | None, str | None]:
    """Environment of a home, and the months for which it reproduces the printed report."""
    if not settings.is_demonstration:
        return "live", None, None
    from orchestration.ingest.landing_zone.demonstration import Listing

    listing = Listing.read(settings.raw)
    return "demonstration", *(listing.report if listing.report and listing.is_whole(settings.raw) else (None, None))


def quoted(text: str) -> str:
    """Text as it is written within a literal of SQL."""
    return text.replace("'", "''")


@dataclass(frozen=True)
class _Entry:
    """What the warehouse has of one feed: the query of its rows, and its rows of the ledger.

    Attributes:
        log: the query of its rows and of those that they have replaced; None where later rows replace none.
        shape: the query with ids of deliveries for their files: it is the same wherever the home is.
        relation: the view of its feed type; None where no view may show a row of it.
    """

    query: str
    log: str | None
    shape: str
    relation: str | None
    deliveries: list[list[Any]]
    faults: list[list[Any]]
    feed: list[Any]
    parts: list[list[Any]]

    @classmethod
    def of(cls, contract: FeedContract, loads: Iterable[LoadRecord], in_use: Iterable[LoadRecord], as_at: str) -> _Entry:
        own = [load for load in loads if (load.agency, load.feed) == contract.id]
        used = [load for load in in_use if (load.agency, load.feed) == contract.id]
        used_ids = {load.load_id for load in used}
        faults = [
            [load.load_id, *contract.id, f.code, f.severity, f.column_name, f.rows, f.message, f.remedy]
            for load in own
            for f in load.faults
        ]
        deliveries = [_delivery_row(contract, load, load.load_id in used_ids) for record in own for load in record.by_period()]
        query, shape = rows_in_use(contract, used), rows_in_use(contract, used, file_of=lambda load: load.load_id)
        log = rows_landed(contract, used) if contract.load_mode == "upsert" else None
        fresh = freshness.judge(contract, used, freshness.day(as_at))
        parts = [
            [*contract.id, p.name, p.first_period, p.last_period, list(p.missing), p.next_period, p.due_on, p.overdue_on]
            for p in fresh.parts
        ]
        # Everybody who can read the warehouse can read its views: it has only the deliveries of a feed of the vault, and no row.
        relation = contract.relation if contract.custody == "warehouse" else None
        return cls(query, log, shape, relation, deliveries, faults, _feed_row(contract, own, used, fresh, as_at), parts)

    @property
    def content(self) -> str:
        """Names all that `register` writes of the feed, in whichever home."""
        return _hash(json.dumps({**asdict(self), "query": None, "log": None}, default=str))


@dataclass(frozen=True)
class Registered:
    """What `register` has left in the warehouse, to be asked without opening it again.

    Attributes:
        feeds: (agency, feed) → (content, rows in use).
    """

    feeds: dict[tuple[str, str], tuple[str, int]]

    @classmethod
    def read(cls, con: duckdb.DuckDBPyConnection, as_at: str) -> Registered:
        """Side effect: updates the build's identity to the current code, which no feed's registration depends on."""
        rows = con.execute("select agency, feed, content, rows from ops.registered").fetchall()
        if rows:
            _write_build(con, as_at)
        return cls({(agency, feed): (content, count) for agency, feed, content, count in rows})

    def rows(self, contract: FeedContract, loads: Iterable[LoadRecord], in_use: Iterable[LoadRecord], as_at: str) -> int | None:
        """Rows in use of a feed if `register` would change nothing; None if it would."""
        content, rows = self.feeds.get(contract.id, ("", 0))
        return rows if _Entry.of(contract, loads, in_use, as_at).content == content else None


def register(
    con: duckdb.DuckDBPyConnection,
    contract: FeedContract,
    loads: Iterable[LoadRecord],
    in_use: Iterable[LoadRecord],
    as_at: str,
) -> int:
    """Rewrite one feed's part of the landing view and its rows of the ledger; return the rows in use.

    They are counted, not summed over the deliveries: in an upsert feed a later row replaces an earlier one.

    Args:
        loads: every load of the feed that had been received by `as_at`; those of others are skipped.
        in_use: those of them that the landing log says are in use.
    """
    entry = _Entry.of(contract, loads, in_use, as_at)
    con.execute("begin")
    _forget(con, contract.id)
    bulk_insert.insert(con, "ledger.delivery", entry.deliveries)
    bulk_insert.insert(con, "ledger.fault", entry.faults)
    bulk_insert.insert(con, "ledger.feed", [entry.feed])
    bulk_insert.insert(con, "ledger.feed_part", entry.parts)
    # As many rows remain as there are keys: to find which they are takes several times as long.
    remaining = f"select distinct {_key(contract)} from ({entry.log})" if entry.log else entry.query
    ((rows,),) = con.execute(f"select count(*) from ({remaining})").fetchall()
    registered = [*contract.id, entry.content, rows, entry.relation, entry.query, entry.log]
    con.execute("insert into ops.registered values (?, ?, ?, ?, ?, ?, ?)", registered)
    if entry.relation:
        _show(con, entry.relation)
    _write_build(con, as_at)
    con.execute("commit")
    return int(rows)


def show_feed_types(con: duckdb.DuckDBPyConnection, types: Iterable[FeedContract], senders: Collection[FeedKey]) -> None:
    """Make the landing view of every feed type, empty where nobody sends it, and forget feeds that are sent no more.

    Args:
        types: the contracts of all feed types.
        senders: (agency, feed) of every feed that somebody sends.
    """
    registered = con.execute("select agency, feed, relation from ops.registered").fetchall()
    gone = [(agency, feed, relation) for agency, feed, relation in registered if (agency, feed) not in senders]
    for agency, feed, relation in gone:
        _forget(con, (agency, feed))
        if relation and con.execute("select count(*) from ops.registered where relation = ?", [relation]).fetchall() != [(0,)]:
            _show(con, relation)
        elif relation:
            con.execute(f"drop view landing.{relation}; drop view if exists landing_log.{relation}")
    landed = con.execute("select table_name from information_schema.tables where table_schema = 'landing'").fetchall()
    for each in types:
        if each.custody == "warehouse" and (each.relation,) not in landed:
            nothing = f"select null::varchar as agency, * from ({rows_in_use(each, [])})"
            con.execute(f"create view landing.{each.relation} as {nothing}")
            if each.load_mode == "upsert":
                con.execute(f"create view landing_log.{each.relation} as {nothing}")


def _show(con: duckdb.DuckDBPyConnection, relation: str) -> None:
    """Make the landing views of a feed type from the rows of all agencies that send it."""
    views = con.execute(
        """select schema_name, agency, if(schema_name = 'landing', query, coalesce(log, query))
           from ops.registered inner join (
               select 'landing' as schema_name
               union all
               select schema_name from duckdb_views() where schema_name = 'landing_log' and view_name = $1
           ) on relation = $1
           order by all""",
        [relation],
    ).fetchall()
    for schema, feeds in itertools.groupby(views, key=lambda view: view[0]):
        parts = (f"select '{agency}' as agency, * from ({query})" for _, agency, query in feeds)
        con.execute(f"create or replace view {schema}.{relation} as {' union all by name '.join(parts)}")


def _forget(con: duckdb.DuckDBPyConnection, feed: FeedKey) -> None:
    for table in ("ledger.delivery", "ledger.fault", "ledger.feed", "ledger.feed_part", "ops.registered"):
        con.execute(f"delete from {table} where agency = ? and feed = ?", [*feed])


def about(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What a release's manifest says of its inputs: build, definition, environment, deliveries with their hashes.

    `received_id` names all that was received, refused deliveries too, because `meta.feeds` reports these as well.
    """
    row = con.execute("select build_id, definition_id, environment from ledger.build").fetchone()
    assert row is not None
    deliveries = con.execute(
        """select agency || '/' || feed as feed, period, part, version, file_name, file_sha256, load_id,
                  rows_accepted, rows_rejected
           from ledger.delivery where in_use order by all"""
    ).fetchall()
    names = [column[0] for column in con.description or []]
    received = con.execute("select load_id, withdrawn_at is not null from ledger.delivery").fetchall()
    return {
        "build_id": row[0],
        "received_id": received_id(received),
        "definition_id": row[1],
        "environment": row[2],
        "deliveries": [dict(zip(names, delivery, strict=True)) for delivery in deliveries],
    }


def rows_landed(
    contract: FeedContract, used: list[LoadRecord], file_of: Callable[[LoadRecord], str] = lambda load: str(load.accepted)
) -> str:
    """Query of all accepted rows of the deliveries in use, with the lineage columns; empty where nothing was delivered."""
    files = [file_of(load) for load in used if load.rows_accepted]
    if not files:
        columns = ", ".join(f'null::{kind} as "{name}"' for name, kind in (*contract.landed, *LINEAGE))
        return f"select {columns} where false"
    listing = ", ".join(f"'{quoted(file)}'" for file in files)
    return f"select * from read_parquet([{listing}])"


def rows_in_use(
    contract: FeedContract, used: list[LoadRecord], file_of: Callable[[LoadRecord], str] = lambda load: str(load.accepted)
) -> str:
    """The same of rows that no later row has replaced."""
    query = rows_landed(contract, used, file_of)
    if contract.load_mode != "upsert" or not any(load.rows_accepted for load in used):
        return query
    # The later delivery's row counts; within a delivery the later row.
    order = ", ".join(f"'{load.load_id}'" for load in used)
    last = f"partition by {_key(contract)} order by list_position([{order}], _load_id) desc, _row desc"
    return f"{query} qualify row_number() over ({last}) = 1"


def _key(contract: FeedContract) -> str:
    """The landed columns that identify a row of a feed in which later rows replace earlier ones, as a list of SQL."""
    return ", ".join(contract.by_name[name].output or name for name in contract.key)


def _delivery_row(contract: FeedContract, load: LoadRecord, in_use: bool) -> list[Any]:
    return [
        *(load.load_id, load.agency, load.feed, load.period, load.part, load.version, load.environment),
        *(load.file_name, load.file_sha256, _evidence(contract, load), load.received_at, load.rows_delivered, load.rows_accepted),
        *(load.rows_rejected, load.verdict, in_use, load.supersedes),
        datetime.fromisoformat(load.withdrawn.at) if load.withdrawn else None,
        *(load.delivery_id, load.is_partial),
    ]


def _evidence(contract: FeedContract, load: LoadRecord) -> str:
    """The evidence behind figures from a delivery; a demonstration's sample returns are returns that were published."""
    from orchestration.ingest.landing_zone.demonstration import samples

    made_up = load.environment == "demonstration" and load.file_sha256 not in samples()
    return "demonstration" if made_up else contract.evidence


def _feed_row(
    contract: FeedContract, own: list[LoadRecord], used: list[LoadRecord], fresh: freshness.Freshness, as_at: str
) -> list[Any]:
    supplies = list(contract.tables)
    periods = sorted(load.period for load in used)
    return [
        *(
            contract.agency,
            contract.feed,
            contract.title,
            contract.cadence,
            contract.owner,
            contract.publisher_url,
        ),
        *(contract.legal_basis, supplies, [] if used else supplies),
        *(periods[0] if periods else None, periods[-1] if periods else None),
        *(len(used), sum(load.verdict == "refused" and not load.withdrawn for load in own)),
        sum(load.withdrawn is not None for load in own),
        *(sum(load.rows_accepted for load in used), sum(load.rows_rejected for load in used)),
        max((load.received_at for load in used), default=None),
        min((_evidence(contract, load) for load in used), default=None),
        *(fresh.state, fresh.next_period, fresh.due_on, fresh.overdue_on, gates.stage_of(contract), as_at),
        *_tokens(contract, used),
        contract.type,
    ]


def _tokens(contract: FeedContract, used: list[LoadRecord]) -> tuple[str, str]:
    """Hashes of the deliveries in use, and of everything that decides the gate's verdict on them."""
    token = _hash(contract.fingerprint, *(load.load_id for load in used))
    return token, _hash(token, json.dumps(asdict(contract), sort_keys=True, default=str), _rules())


@functools.cache
def _rules() -> str:
    return hash_of_files(PROJECT / "expectations")


def _hash(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def _write_build(con: duckdb.DuckDBPyConnection, as_at: str) -> None:
    contents = con.execute(
        """select concat_ws('/', agency, feed, period, part), file_sha256 from ledger.delivery where in_use"""
    ).fetchall()
    con.execute("delete from ledger.build")
    project = project_hash()
    con.execute(
        "insert into ledger.build select ?, ?, definition_id, environment, report_first, report_last, ? from ops.home",
        [build_id(contents, as_at, project), as_at, _hash(project, _rules())],
    )


def definition_id(settings: Settings) -> str:
    """The definition of serious violence in force: that of the home's area, else dbt's variable `definition_id`."""
    import yaml

    made = identity.read(settings.home)
    if made and (own := areas.load(made.area).definition):
        return own
    project = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())
    return str(project["vars"]["definition_id"])
