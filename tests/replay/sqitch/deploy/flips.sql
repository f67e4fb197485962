-- Deploy flipr:flips to pg
BEGIN;
SET search_path TO flipr, public;
CREATE TABLE flips (
    id BIGSERIAL PRIMARY KEY,
    nickname TEXT NOT NULL REFERENCES users (nickname),
    body VARCHAR(180) NOT NULL DEFAULT ''
);
COMMIT;
RESET search_path;
