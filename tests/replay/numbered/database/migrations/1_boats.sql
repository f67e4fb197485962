create table boats (id serial primary key, name text, length float8, beam float(24));
