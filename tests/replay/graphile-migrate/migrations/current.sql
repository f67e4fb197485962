-- Enter migration here
alter table app_public.comments drop column if exists author;
alter table app_public.comments add column author text;
drop index if exists app_public.comments_author_idx;
create index on app_public.comments (author);
