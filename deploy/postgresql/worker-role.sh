#!/bin/sh
# Run once, when the database is made: the role that workers and people connect as, which owns nothing.
set -eu
: "${DEEPDAY_WORKER_PASSWORD:?set it in deploy/.env}"
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set=password="$DEEPDAY_WORKER_PASSWORD" <<'SQL'
CREATE ROLE deepday_worker LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'password';
SQL
