"""What a person's statement may name: table functions, views of DuckDB's own, and which functions it may not call.

Table functions read whatever they like - files, other programs' memory, settings, statements in a text - so only those
named here may be called, and what a newer DuckDB adds is refused until it is named. Functions that compute a value may
be called unless DuckDB itself calls them volatile, or they are named here.
"""

from __future__ import annotations

#: They make rows of their arguments, or tell of the database's tables. None takes a statement, a file or an address.
TABLE_FUNCTIONS = frozenset({
    "range", "generate_series", "unnest", "repeat", "repeat_row", "json_each", "json_tree",
    "duckdb_columns", "duckdb_constraints", "duckdb_databases", "duckdb_functions", "duckdb_indexes", "duckdb_keywords",
    "duckdb_schemas", "duckdb_sequences", "duckdb_tables", "duckdb_types", "duckdb_views",
    "icu_calendar_names", "pg_timezone_names", "pragma_collations", "pragma_table_info", "pragma_version",
})  # fmt: skip

#: DuckDB's own views, by schema; they tell of tables, columns and types. Of ``information_schema`` all may be read.
VIEWS = {
    "main": frozenset({
        "duckdb_columns", "duckdb_constraints", "duckdb_databases", "duckdb_indexes", "duckdb_schemas", "duckdb_tables",
        "duckdb_types", "duckdb_views", "pragma_database_list", "sqlite_master", "sqlite_schema",
    }),
    "pg_catalog": frozenset({
        "pg_am", "pg_attrdef", "pg_attribute", "pg_class", "pg_collation", "pg_constraint", "pg_database", "pg_depend",
        "pg_description", "pg_enum", "pg_index", "pg_indexes", "pg_namespace", "pg_proc", "pg_sequence", "pg_sequences",
        "pg_tables", "pg_tablespace", "pg_type", "pg_views",
    }),
}  # fmt: skip

#: What SHOW may show beside a table.
SHOWN = frozenset({"tables", "__show_tables_expanded", "databases", "schemas"})

#: Functions of values that reach further than their arguments, or take their bytes for something inside DuckDB.
REFUSED_FUNCTIONS = frozenset({
    # settings, the environment, other programs
    "current_setting", "getvariable", "getenv", "shell", "system", "which_secret",
    # statements in a text: to plan one is to ask its table functions already
    "json_serialize_plan", "json_serialize_sql", "json_deserialize_sql", "json_execute_serialized_sql", "query",
    "query_table",
    # sequences and the log
    "nextval", "currval", "setval", "lastval", "parse_duckdb_log_message", "write_log",
    # bytes that become the insides of an aggregate, an index or a variant without being looked at
    "combine", "combine_aggr", "finalize", "to_aggregate_state", "index_key", "variant_bytes_to_variant",
})  # fmt: skip

#: Known to DuckDB's binder alone: its table of functions does not list them among those that compute a value.
BINDER_FUNCTIONS = frozenset({"unnest", "unlist"})

#: Classes of expressions that a parsed statement may hold.
EXPRESSIONS = frozenset({
    "BETWEEN", "CASE", "CAST", "COLLATE", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "CONSTANT", "FUNCTION", "LAMBDA",
    "LAMBDA_REF", "OPERATOR", "PARAMETER", "POSITIONAL_REFERENCE", "STAR", "SUBQUERY", "TYPE", "WINDOW",
})  # fmt: skip

#: Kinds of everything else in it: what rows come from, how they are combined, ordered and cut.
NODES = frozenset({
    "SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE",
    "BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "PIVOT", "SHOW_REF", "SUBQUERY", "TABLE_FUNCTION",
    "DISTINCT_MODIFIER", "LIMIT_MODIFIER", "LIMIT_PERCENT_MODIFIER", "ORDER_MODIFIER",
    "ORDER_DEFAULT", "ASCENDING", "DESCENDING",
})  # fmt: skip
