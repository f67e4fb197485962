-- Deploy flipr:flips to pg
-- requires: users
BEGIN;
CREATE TABLE flipr.flips (
    id BIGSERIAL PRIMARY KEY,
    nickname TEXT NOT NULL REFERENCES flipr.users (nickname),
    body VARCHAR(180) NOT NULL DEFAULT ''
);
COMMIT;
