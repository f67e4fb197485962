-- Deploy flipr:grants to pg
BEGIN;
CREATE TABLE grants (nickname TEXT REFERENCES users, grantee TEXT);
COMMIT;
