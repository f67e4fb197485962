-- Deploy flipr:appschema to pg
BEGIN;
CREATE SCHEMA flipr;
ALTER TABLE users SET SCHEMA flipr;
COMMIT;
