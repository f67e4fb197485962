-- +goose Up
CREATE SCHEMA billing;
CREATE TYPE plan AS ENUM ('free', 'paid');
CREATE TABLE billing.accounts (
    id uuid PRIMARY KEY,
    plan plan NOT NULL DEFAULT 'free',
    owner text NOT NULL
);
CREATE TABLE legacy (
    id int
);

-- +goose Down
DROP TABLE billing.accounts;
DROP TABLE legacy;
DROP TYPE plan;
DROP SCHEMA billing;
