--! Previous: sha1:e00ec93314a423ee5cc68d1182ad52f16442d7df
--! Hash: sha1:6a8f3a3b9c83ad4e0d3d8d5b8ffbc7a0d7f0a1b2
--! Message: comments

drop table if exists app_public.comments;
create table app_public.comments (
  id serial primary key,
  forum_id int not null references app_public.forums on delete cascade,
  body text default ''::text not null
);
create index on app_public.comments (forum_id);
