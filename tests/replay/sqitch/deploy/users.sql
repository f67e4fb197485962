-- Deploy flipr:users to pg
BEGIN;
CREATE TABLE users (
    nickname TEXT PRIMARY KEY,
    password TEXT NOT NULL
);
COMMIT;
