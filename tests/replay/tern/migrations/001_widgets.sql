create table widgets (
  id int primary key,
  name text,
  code text
);

---- create above / drop below ----

drop table widgets;
