CREATE TABLE IF NOT EXISTS ticks (at timestamptz NOT NULL, symbol text NOT NULL, price double precision NOT NULL);
CREATE TABLE IF NOT EXISTS snapshots (at timestamptz NOT NULL, symbol text NOT NULL, bid double precision NOT NULL, ask double precision NOT NULL);
CREATE TABLE IF NOT EXISTS signals (at timestamptz NOT NULL, symbol text NOT NULL, spread double precision NOT NULL);

-- With TimescaleDB they are hypertables, without it plain tables.
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') THEN
    CREATE EXTENSION IF NOT EXISTS timescaledb;
    PERFORM create_hypertable(name, 'at', if_not_exists => true)
      FROM unnest(ARRAY['ticks', 'snapshots', 'signals']) AS name;
  END IF;
END $$;
