-- Database script: postgres, 8 tables.
-- Triggers, policies, grants and rows are not part of it.

CREATE SCHEMA IF NOT EXISTS "We ird";

CREATE SCHEMA IF NOT EXISTS app;

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE EXTENSION IF NOT EXISTS citext;

CREATE DOMAIN cents AS bigint DEFAULT 0 NOT NULL
    CONSTRAINT cents_check CHECK (value >= 0)
    CONSTRAINT small CHECK (value < 1000000);

CREATE DOMAIN price AS cents
    CONSTRAINT price_check CHECK (value > 1);

CREATE TYPE app.feeling AS ENUM ('good', 'middling', 'it''s', 'worse');

CREATE TYPE couple as (a int, m app.feeling);

CREATE SEQUENCE app.seq;

SET check_function_bodies = false;

create function twice(x numeric) returns numeric immutable as $$ select x * 2 $$ language sql;

create function app.half(x numeric) returns numeric immutable as $$ select twice(x) / 4 $$ language sql;

CREATE TABLE "Order" (
    "Id" bigserial NOT NULL,
    "user" text DEFAULT 'x''y' NOT NULL,
    mood app.feeling DEFAULT 'worse'::app.feeling,
    moods app.feeling[] DEFAULT array[]::app.feeling[] NOT NULL,
    total price,
    p couple,
    em citext,
    n integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    at timestamp(3) with time zone DEFAULT now() NOT NULL,
    t time(2) with time zone,
    "Num" numeric(10,2) DEFAULT 1.5,
    b bit(3),
    cc character(3),
    f real,
    dp double precision,
    s integer DEFAULT nextval('app.seq'),
    tags text[] DEFAULT '{}',
    gen integer GENERATED ALWAYS AS (n * 2) STORED,
    during tstzrange,
    CONSTRAINT "Order_pkey" PRIMARY KEY ("Id"),
    CONSTRAINT "Order_em_key" UNIQUE (em),
    CONSTRAINT "Weird Name" UNIQUE ("user", mood),
    CONSTRAINT "Order_user_check" CHECK ("user" <> ''),
    CONSTRAINT "Order_mood_check" CHECK (mood <> 'worse'),
    CONSTRAINT "Order_n_during_excl" EXCLUDE USING gist (n with =, during with &&) WHERE (n > 0)
);
CREATE UNIQUE INDEX lowered ON "Order" (lower("user"), at desc nulls last) INCLUDE ("Num") WHERE "Num" > 1 and "user" is not null;
CREATE INDEX "Order_tags_idx" ON "Order" USING gin (tags);
CREATE INDEX "Idx Weird" ON "Order" (("Num" + 1), "user" collate "C");

CREATE TABLE parts (
    id bigint NOT NULL,
    at date NOT NULL,
    kind text NOT NULL,
    CONSTRAINT parts_pkey PRIMARY KEY (id, at, kind)
) PARTITION BY range (at);
CREATE INDEX parts_kind_idx ON parts (kind);

CREATE TABLE "We ird"."T" (
    "a b" integer NOT NULL,
    "c""d" integer,
    CONSTRAINT "T_pkey" PRIMARY KEY ("a b"),
    CONSTRAINT "T_c""d_key" UNIQUE ("c""d"),
    CONSTRAINT "T_c""d_fkey" FOREIGN KEY ("c""d") REFERENCES "We ird"."T" ("a b")
);

CREATE TABLE app.child (
    order_id bigint NOT NULL,
    code text NOT NULL,
    CONSTRAINT child_pkey PRIMARY KEY (order_id, code),
    CONSTRAINT child_order_id_fkey FOREIGN KEY (order_id) REFERENCES "Order" ("Id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX code_u ON app.child (code);

CREATE TABLE app.grand (
    code text,
    x integer,
    CONSTRAINT grand_code_fkey FOREIGN KEY (code) REFERENCES app.child (code)
);

CREATE TABLE "A" (
    id integer NOT NULL,
    b_id integer,
    CONSTRAINT a_pkey PRIMARY KEY (id)
);
ALTER TABLE "A" ADD CONSTRAINT same UNIQUE (id);

CREATE TABLE b (
    id integer NOT NULL,
    a_id integer,
    self integer,
    CONSTRAINT b_pkey PRIMARY KEY (id),
    CONSTRAINT b_a_id_fkey FOREIGN KEY (a_id) REFERENCES "A" (id),
    CONSTRAINT b_self_fkey FOREIGN KEY (self) REFERENCES b (id) ON DELETE SET NULL
);

CREATE TABLE kid (
    extra numeric DEFAULT app.half(3)
) INHERITS (b);

CREATE TABLE parts_1 PARTITION OF parts for values from ('2020-01-01') to ('2021-01-01') PARTITION BY list (kind);

CREATE TABLE parts_1a PARTITION OF parts_1 for values in ('a', 'b');

CREATE TABLE parts_2 PARTITION OF parts for values from ('2021-01-01') to ('2022-01-01');

CREATE TABLE parts_d PARTITION OF parts default;
CREATE INDEX only_here ON parts_d (at);

ALTER TABLE "A" ADD CONSTRAINT a_b FOREIGN KEY (b_id) REFERENCES b (id) ON UPDATE CASCADE;

CREATE MATERIALIZED VIEW mv as select kind, count(*) as n from parts group by kind;
CREATE UNIQUE INDEX mv_kind_idx ON mv (kind);

CREATE VIEW app.v as select o."Id", o."user" as name from "Order" o where o."Id" > 0;

CREATE VIEW w (x, y) as select "Id", name from app.v;
