create schema app;
create schema "We ird";
create extension if not exists citext;
create extension if not exists btree_gist;
create type app.mood as enum ('good', 'it''s', 'bad');
create type pair as (a int, m app.mood);
create domain cents as bigint not null default 0
    check (value >= 0) constraint small check (value < 1000000);
create domain price as cents check (value > 1);
create sequence app.seq;

create table "Order" (
    "Id" bigserial primary key,
    "user" text not null default 'x''y' check ("user" <> ''),
    mood app.mood default 'bad'::app.mood check (mood <> 'bad'),
    moods app.mood[] not null default array[]::app.mood[],
    total price,
    p pair,
    em citext unique,
    n int generated always as identity,
    at timestamptz(3) default now() not null,
    t time(2) with time zone,
    num numeric(10,2) default 1.5,
    b bit(3),
    cc char(3),
    f real,
    dp double precision,
    s int default nextval('app.seq'),
    tags text[] default '{}',
    gen int generated always as (n * 2) stored,
    during tstzrange,
    constraint "Weird Name" unique ("user", mood),
    exclude using gist (n with =, during with &&) where (n > 0)
);
create unique index lowered on "Order" (lower("user"), at desc nulls last)
    include (num) where num > 1 and "user" is not null;
create index on "Order" using gin (tags);
create index "Idx Weird" on "Order" ((num + 1), "user" collate "C");

-- A circle of foreign keys.
create table a (id int primary key, b_id int);
create table b (
    id int primary key,
    a_id int references a,
    self int references b (id) on delete set null
);
alter table a add constraint a_b foreign key (b_id) references b (id) on update cascade;

-- A foreign key to a unique index.
create table app.child (
    order_id bigint not null references "Order" on delete cascade,
    code text,
    primary key (order_id, code)
);
create unique index code_u on app.child (code);
create table app.grand (code text references app.child (code), x int);
create table "We ird"."T" ("a b" int primary key, "c""d" int unique references "We ird"."T");

create table parts (id bigint, at date not null, kind text, primary key (id, at, kind))
    partition by range (at);
create table parts_1 partition of parts
    for values from ('2020-01-01') to ('2021-01-01') partition by list (kind);
create table parts_1a partition of parts_1 for values in ('a', 'b');
create table parts_d partition of parts default;
create index on parts (kind);
create index only_here on parts_d (at);
create table parts_2 (id bigint not null, at date not null, kind text not null);
alter table parts attach partition parts_2 for values from ('2021-01-01') to ('2022-01-01');

create function twice(x numeric) returns numeric immutable as $$ select x * 2 $$ language sql;
create function app.half(x numeric) returns numeric immutable as $$ select twice(x) / 4 $$ language sql;
create function unused() returns int as $$ select 1 $$ language sql;
create table kid (extra numeric default app.half(3)) inherits (b);

create view app.v as select o."Id", o."user" as name from "Order" o where o."Id" > 0;
create view w (x, y) as select "Id", name from app.v;
create materialized view mv as select kind, count(*) as n from parts group by kind with no data;
create unique index on mv (kind);

alter table "Order" rename column num to "Num";
alter table a rename to "A";
alter table "A" add constraint same unique (id);
alter type app.mood rename value 'bad' to 'worse';
alter type app.mood add value 'middling' after 'good';
alter type pair rename to couple;
alter type app.mood rename to feeling;
