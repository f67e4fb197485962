-- Verify flipr:users on pg
BEGIN;
CREATE TABLE verified_users (id int);
ROLLBACK;
