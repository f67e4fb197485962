-- Verify flipr:flips on pg
BEGIN;
CREATE TABLE verified_flips (id int);
ROLLBACK;
