--! Previous: -
--! Hash: sha1:e00ec93314a423ee5cc68d1182ad52f16442d7df

create schema if not exists app_public;
drop table if exists app_public.forums cascade;
create table app_public.forums (
  id serial primary key,
  slug text not null check (length(slug) < 30 and slug ~ '^[a-z]+$') unique
);
