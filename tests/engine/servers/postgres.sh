#!/bin/sh
# Makes the database at the first start, as the official image does, and serves it.
set -eu
data=/var/lib/postgresql/data
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }

if [ ! -e "$data/PG_VERSION" ]; then
  chown postgres:postgres "$data"
  cp "$POSTGRES_PASSWORD_FILE" /tmp/password
  chown postgres /tmp/password
  as_postgres initdb -N -D "$data" -U "$POSTGRES_USER" --pwfile=/tmp/password \
    --auth-local=trust --auth-host=scram-sha-256
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  as_postgres pg_ctl -w -D "$data" -o "-c listen_addresses=''" start
  as_postgres createdb -U "$POSTGRES_USER" "$POSTGRES_USER"
  for file in /docker-entrypoint-initdb.d/*.sql; do
    as_postgres psql -U "$POSTGRES_USER" -v ON_ERROR_STOP=1 -f "$file"
  done
  as_postgres pg_ctl -w -D "$data" stop
fi
exec setpriv --reuid=postgres --regid=postgres --init-groups postgres -D "$data" -c listen_addresses='*'
