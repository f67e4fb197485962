create table public.platform (id int);
