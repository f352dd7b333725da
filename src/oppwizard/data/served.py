"""What a team's database has beside the tables that every store has: order of texts, and news of changes."""

from typing import Final

from sqlalchemy import Connection, text

from oppwizard.data.server import CHANNEL

_ALONE: Final = 7_206_919_403_541
"""The advisory lock under which the tables are made or changed."""
_TEXTS: Final = """
SELECT c.table_name, c.column_name, c.character_maximum_length FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE table_schema = current_schema() AND t.table_type = 'BASE TABLE'
  AND c.data_type IN ('character varying', 'text') AND c.collation_name IS DISTINCT FROM 'C'
"""
_NEWS: Final = f"""
CREATE OR REPLACE FUNCTION oppwizard_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('{CHANNEL}', '');
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON opportunity
  FOR EACH STATEMENT EXECUTE FUNCTION oppwizard_tell();
"""


def alone(connection: Connection) -> None:
    """Wait until nobody else makes or changes the tables; until the transaction ends nobody else does."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ALONE})


def may_create(connection: Connection) -> bool:
    """Whether the account may make tables here."""
    asked = text("SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)")
    return bool(connection.scalar(asked))


def finish(connection: Connection) -> None:
    """Give the tables what only a server's have.

    Texts are ordered by their code points, as the program and every file order them: a page of a list is put together
    from several statements, which must agree with it.
    """
    for table, column, length in connection.execute(text(_TEXTS)).all():
        kind = f"varchar({length})" if length else "text"
        quoted = connection.dialect.identifier_preparer.quote
        connection.exec_driver_sql(f'ALTER TABLE {quoted(table)} ALTER COLUMN {quoted(column)} TYPE {kind} COLLATE "C"')
    connection.exec_driver_sql(_NEWS)
