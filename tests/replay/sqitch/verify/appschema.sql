-- Verify flipr:appschema on pg
BEGIN;
CREATE TABLE verified_appschema (id int);
ROLLBACK;
