CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE rooms (
    id int PRIMARY KEY,
    "Name" text NOT NULL
);
