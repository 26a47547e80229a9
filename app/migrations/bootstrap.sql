-- The database roles, made once by whoever may create roles; everything else is made by `python -m freehold_app migrate`.
--
--   psql -v ON_ERROR_STOP=1 -d freehold -f bootstrap.sql
--
-- Passwords come from the environment: FREEHOLD_MIGRATOR_PASSWORD, FREEHOLD_APP_PASSWORD, FREEHOLD_WORKER_PASSWORD and
-- FREEHOLD_READONLY_PASSWORD. An absent one leaves that role's password as it is, so that running this again does no
-- harm and changes only the passwords that are given. It works on the database to which psql is connected.

\set ON_ERROR_STOP on
\set migrator_password ''
\set app_password ''
\set worker_password ''
\set readonly_password ''
\getenv migrator_password FREEHOLD_MIGRATOR_PASSWORD
\getenv app_password FREEHOLD_APP_PASSWORD
\getenv worker_password FREEHOLD_WORKER_PASSWORD
\getenv readonly_password FREEHOLD_READONLY_PASSWORD

-- Owns every object; nobody logs in as it. NOBYPASSRLS: FORCE ROW LEVEL SECURITY holds for it as well.
SELECT 'CREATE ROLE freehold_owner NOLOGIN NOBYPASSRLS'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'freehold_owner') \gexec
-- Owns the look-up by key, the one thing that happens before a tenant is known.
SELECT 'CREATE ROLE freehold_auth NOLOGIN NOBYPASSRLS'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'freehold_auth') \gexec
SELECT format('CREATE ROLE %I LOGIN NOBYPASSRLS', name)
  FROM unnest(ARRAY['freehold_migrator', 'freehold_app', 'freehold_worker', 'freehold_readonly']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

SELECT format('ALTER ROLE %I PASSWORD %L', name, password)
  FROM (VALUES ('freehold_migrator', :'migrator_password'), ('freehold_app', :'app_password'),
               ('freehold_worker', :'worker_password'), ('freehold_readonly', :'readonly_password')) AS given (name, password)
 WHERE password <> '' \gexec

GRANT freehold_owner TO freehold_migrator;
GRANT freehold_auth TO freehold_owner;  -- so that a migration may hand the look-up to it

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO freehold_migrator, freehold_app, freehold_worker, freehold_readonly',
              current_database()) \gexec
-- The worker copies usage into a temporary table first.
SELECT format('GRANT TEMPORARY ON DATABASE %I TO freehold_worker', current_database()) \gexec
ALTER SCHEMA public OWNER TO freehold_owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO freehold_app, freehold_worker, freehold_readonly, freehold_auth;
