-- migrate:up
create table teams (
  id integer generated always as identity primary key,
  name text not null,
  constraint teams_name_unique unique (name)
);

-- migrate:down
drop table teams;
