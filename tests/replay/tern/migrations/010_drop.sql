---- tern: disable-tx ----
drop table widgets cascade;
create index concurrently on parts (nr, widget_id);

---- create above / drop below ----

create table widgets (id int primary key);
