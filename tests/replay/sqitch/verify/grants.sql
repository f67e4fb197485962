-- Verify flipr:grants on pg
BEGIN;
CREATE TABLE verified_grants (id int);
ROLLBACK;
