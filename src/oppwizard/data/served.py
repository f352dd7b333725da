"""What a team's database has beside the tables that every store has: order of texts, and news of changes."""

from typing import Final

from sqlalchemy import Connection, text

from oppwizard.data import rejudging
from oppwizard.data.removal import PARTS_OF_DEAL
from oppwizard.data.server import CHANNEL
from oppwizard.data.tables import table_of

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


_REMOVING: Final = """
CREATE OR REPLACE FUNCTION oppwizard_remove(record uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  {fixed} AS $$
DECLARE
  theirs uuid;
  people uuid[];
BEGIN
  IF NOT oppwizard_may_remove(record) THEN
    RAISE EXCEPTION 'only a sample or an untouched draft can be removed';
  END IF;
  SELECT account_id INTO theirs FROM opportunity WHERE id = record;
  SELECT array_agg(contact_id) INTO people FROM stakeholder WHERE opportunity_id = record;
  DELETE FROM blob WHERE digest IN (SELECT digest FROM attachment WHERE opportunity_id = record)
    AND digest NOT IN (SELECT digest FROM attachment WHERE opportunity_id <> record);
  {parts}
  DELETE FROM change WHERE record_id = record;
  DELETE FROM pending WHERE record_id = record;
  DELETE FROM opportunity WHERE id = record;
  DELETE FROM contact c WHERE c.id = ANY (people)
    AND NOT EXISTS (SELECT FROM stakeholder s WHERE s.contact_id = c.id);
  IF NOT EXISTS (SELECT FROM opportunity WHERE account_id = theirs) THEN
    DELETE FROM contact c WHERE c.account_id = theirs
      AND NOT EXISTS (SELECT FROM stakeholder s WHERE s.contact_id = c.id);
    DELETE FROM account a WHERE a.id = theirs AND NOT EXISTS (SELECT FROM contact c WHERE c.account_id = a.id);
  END IF;
END $$;
CREATE OR REPLACE FUNCTION oppwizard_is_one_of(VARIADIC names text[]) RETURNS boolean LANGUAGE plpgsql STABLE
  {fixed} AS $$
BEGIN
  IF to_regclass('oppwizard_member') IS NULL THEN
    RETURN true;
  END IF;
  RETURN EXISTS (SELECT FROM pg_tables t WHERE t.schemaname = current_schema()
      AND t.tablename = 'oppwizard_member' AND t.tableowner = session_user)
    OR EXISTS (SELECT FROM oppwizard_member m WHERE m.login = session_user AND m.name = ANY (names));
END $$;
CREATE OR REPLACE FUNCTION oppwizard_may_remove(record uuid) RETURNS boolean LANGUAGE sql STABLE
  {fixed} AS $$
  SELECT EXISTS (
    SELECT FROM opportunity o WHERE o.id = record AND oppwizard_is_one_of(o.created_by, o.owner) AND (o.is_sample OR (
      o.status = 'draft' AND NOT EXISTS (SELECT FROM pending p WHERE p.record_id = o.id)
      AND (SELECT count(DISTINCT action) = 1 AND bool_and(op = 'insert' AND source = 'person')
           FROM change c WHERE c.record_id = o.id))))
$$;
"""
"""The log is only added to, by whomever; so that a draft without an answer can go, the database does it itself."""


def fixed(schema: str) -> str:
    """The clause by which a function finds the tables of a schema, and no others of the same names.

    Where it is not said, a table that a member makes for their own session comes before those of the store, and what
    the function reads of it is theirs to choose.
    """
    return f"SET search_path = {schema}, pg_temp"


def may_call(connection: Connection, function: str) -> bool:
    """Whether a function of the database is there, and this account may call it; ``function`` with its arguments."""
    found = text("SELECT coalesce(has_function_privilege(to_regprocedure(:name), 'EXECUTE'), false)")
    return connection.dialect.name == "postgresql" and bool(connection.scalar(found, {"name": function}))


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
    schema = connection.dialect.identifier_preparer.quote(str(connection.scalar(text("SELECT current_schema()"))))
    parts = "\n  ".join(f"DELETE FROM {table_of(model).name} WHERE opportunity_id = record;" for model in PARTS_OF_DEAL)
    connection.exec_driver_sql(rejudging.TRIGGERS.replace("{fixed}", fixed(schema)))
    connection.exec_driver_sql(_REMOVING.replace("{fixed}", fixed(schema)).replace("{parts}", parts))
