"""SQL words that turn a column of any DuckDB type into the few Arrow types that ever leave DuckDB.

Numbers leave as DOUBLE, moments as BIGINT microseconds, categories as VARCHAR and keys as 64-bit integers. A value that
cannot be read as asked becomes null; `odd` is true for exactly those rows, so that they can be counted and told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bellbuoy.sources.port import KeyType, Kind

_SMALL = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_WHOLE = (*_SMALL, "HUGEINT", "UHUGEINT")
_REAL = ("FLOAT", "DOUBLE")
_MOMENTS = ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP WITH TIME ZONE")
_NANO = ("TIMESTAMP_NS", "TIMESTAMPTZ_NS")
_ZONELESS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")

#: Texts that mean "nothing here" where a number or a time is asked; they are null and not odd.
NOTHING = ("", "NA", "N/A", "NULL", "null", "None", "\\N", "-")
#: Microseconds of the years 1 to 9999: what a datetime can hold.
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
_ZONED = r":.*([Zz]|UTC|GMT|[+-]\d\d(:?\d\d)?)\s*$"
_INTEGER = r"\s*[+-]?\d+(\.0*)?\s*"


@dataclass(frozen=True, slots=True)
class Cast:
    """An SQL expression, and others (None: never true) for rows that could not be read and for times without zone."""

    sql: str
    odd: str | None = None
    no_zone: str | None = None


def ident(name: str) -> str:
    """A name as SQL writes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def select(
    terms: Iterable[str], table: str, *, where: str = "", order: str = "", skip: int = 0, limit: int | None = None
) -> str:
    """A SELECT statement; everything in it is SQL already, names through `ident` and values through `text`."""
    parts = [f"SELECT {', '.join(terms)} FROM {table}"]  # noqa: S608 - the one place that builds one
    parts += [f"WHERE {where}"] if where else []
    parts += [f"ORDER BY {order}"] if order else []
    parts += [f"LIMIT {limit}"] if limit is not None else []
    return " ".join([*parts, f"OFFSET {skip}"] if skip else parts)


def kind_of(type_name: str) -> Kind:
    """What a column of a DuckDB type is counted as."""
    if type_name in (*_WHOLE, *_REAL) or type_name.startswith("DECIMAL"):
        return Kind.NUMBER
    return Kind.MOMENT if type_name in (*_MOMENTS, *_NANO) else Kind.CATEGORY


def key_type_of(type_name: str) -> KeyType:
    """How ids of a DuckDB type become keys: every kind of number is tried as a whole one."""
    return KeyType.WHOLE if kind_of(type_name) is Kind.NUMBER else KeyType.TEXT


def cast(column: str, type_name: str, kind: Kind, *, loose: bool) -> Cast:
    """The expression that reads a column (SQL text) of a type as a kind; `loose`: it comes from a format of texts."""
    match kind:
        case Kind.NUMBER:
            return _number(column, type_name)
        case Kind.MOMENT:
            return _moment(column, type_name)
        case Kind.CATEGORY:
            return Cast(category(column, type_name, loose=loose))


def key(column: str, type_name: str, key_type: KeyType) -> Cast:
    """The expression that reads an id as 64 bits, as `keys.py` does in Python."""
    if key_type is KeyType.TEXT:
        return Cast(f"md5_number_lower({category(column, type_name, loose=False)})")
    if type_name in _SMALL:
        return Cast(column if type_name == "UBIGINT" else f"CAST({column} AS BIGINT)")
    if type_name in _REAL:
        whole = f"CASE WHEN {column} = trunc({column}) THEN TRY_CAST({column} AS HUGEINT) END"
    elif type_name in _WHOLE:
        whole = f"TRY_CAST({column} AS HUGEINT)"
    else:
        written = f"CAST({column} AS VARCHAR)"
        digits = f"TRY_CAST(split_part({written}, '.', 1) AS HUGEINT)"
        whole = f"CASE WHEN regexp_full_match({written}, '{_INTEGER}') THEN {digits} END"
    inside = f"({whole}) BETWEEN -9223372036854775808 AND 18446744073709551615"
    # Two's complement: the low 64 bits of −1 are those of 2⁶⁴ − 1.
    bits = f"CASE WHEN {inside} THEN CAST(({whole}) & 18446744073709551615::HUGEINT AS UBIGINT) END"
    return Cast(bits, odd=f"{column} IS NOT NULL AND ({inside}) IS NOT TRUE")


def micros(column: str, type_name: str) -> str:
    """The expression that reads a column as microseconds since 1970."""
    return _moment(column, type_name).sql


def visible(column: str, type_name: str, after: int | None, until: int) -> str:
    """The condition `after < column <= until` (microseconds), written so that Parquet row groups can be skipped."""
    name = {
        "TIMESTAMP": "make_timestamp({})",
        "TIMESTAMP WITH TIME ZONE": "make_timestamptz({})",
        "TIMESTAMP_NS": "make_timestamp_ns({}000)",
        "TIMESTAMPTZ_NS": "make_timestamp_ns({}000)::TIMESTAMPTZ_NS",
    }.get(type_name)
    left = column if name else micros(column, type_name)
    name = name or "{}"
    upper = f"{left} < {name.format(until + 1)}"
    return upper if after is None else f"{left} >= {name.format(after + 1)} AND {upper}"


def _number(column: str, type_name: str) -> Cast:
    if type_name == "DOUBLE":
        return Cast(column)
    if type_name == "BOOLEAN" or kind_of(type_name) is Kind.NUMBER:
        return Cast(f"CAST({column} AS DOUBLE)")
    written = f"CAST({column} AS VARCHAR)"
    truth = f"CASE lower({written}) WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 END"
    value = f"coalesce(TRY_CAST({written} AS DOUBLE), {truth})"
    return Cast(value, odd=_odd(written, value))


def _moment(column: str, type_name: str) -> Cast:
    if type_name in _MOMENTS:
        micro = f"epoch_us({column})"
    elif type_name in _NANO:
        micro = f"epoch_ns(CAST({column} AS TIMESTAMP_NS)) // 1000"
    elif kind_of(type_name) is Kind.NUMBER:
        micro = _since_epoch(f"CAST({column} AS DOUBLE)" if type_name not in _SMALL else column)
    else:
        return _written_moment(f"CAST({column} AS VARCHAR)")
    value = f"CASE WHEN {micro} BETWEEN {FIRST} AND {LAST} THEN {micro} END"
    no_zone = f"{column} IS NOT NULL" if type_name in _ZONELESS else None
    return Cast(value, odd=f"{column} IS NOT NULL AND ({value}) IS NULL", no_zone=no_zone)


def _written_moment(written: str) -> Cast:
    stamp = f"epoch_us(TRY_CAST({written} AS TIMESTAMPTZ))"
    number = f"TRY_CAST({written} AS DOUBLE)"
    micro = f"coalesce({stamp}, {_since_epoch(number)})"
    value = f"CASE WHEN {micro} BETWEEN {FIRST} AND {LAST} THEN {micro} END"
    no_zone = f"{stamp} IS NOT NULL AND NOT regexp_matches({written}, '{_ZONED}')"
    return Cast(value, odd=_odd(written, value), no_zone=no_zone)


def _since_epoch(number: str) -> str:
    """Microseconds of a number since 1970, whose unit its size gives away: s to the year 5138, then ms, µs, ns."""
    size = f"abs({number})"
    micro = (
        f"CASE WHEN {size} < 1e11 THEN {number} * 1e6 WHEN {size} < 1e14 THEN {number} * 1e3 "
        f"WHEN {size} < 1e17 THEN {number} WHEN {size} < 1e20 THEN floor({number} / 1e3) END"
    )
    return f"TRY_CAST(({micro}) AS BIGINT)"


def category(column: str, type_name: str, *, loose: bool = False) -> str:
    """The expression that reads a column as texts."""
    if type_name in _REAL:
        # A whole-number column turns into doubles as soon as it holds a null: 1.0 must stay the category "1".
        whole = f"{column} = trunc({column}) AND abs({column}) < 9007199254740992"
        return f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
    if loose:
        truths = "('True', 'TRUE', 'False', 'FALSE')"
        return f"CASE WHEN {column} IN {truths} THEN lower({column}) ELSE {column} END"
    return column if type_name == "VARCHAR" else f"CAST({column} AS VARCHAR)"


def _odd(written: str, value: str) -> str:
    nothing = ", ".join(text(word) for word in NOTHING)
    return f"({value}) IS NULL AND {written} IS NOT NULL AND trim({written}) NOT IN ({nothing})"
