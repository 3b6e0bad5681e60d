#!/bin/sh
# Run once, by the cluster's superuser, when it is made: who owns the tables, who works with them, and the database.
# Neither role is a superuser or bypasses row-level security; deepday refuses one that does.
set -eu
: "${DEEPDAY_OWNER_PASSWORD:?set it in deploy/.env}" "${DEEPDAY_WORKER_PASSWORD:?set it in deploy/.env}"
psql --set=ON_ERROR_STOP=1 --no-psqlrc --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv owner DEEPDAY_OWNER_PASSWORD
\getenv worker DEEPDAY_WORKER_PASSWORD
CREATE ROLE deepday_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE deepday_worker LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'worker';
CREATE DATABASE deepday OWNER deepday_owner;
SQL
