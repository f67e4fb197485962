create table kinds as select id as kind, name, length::numeric(9, 2) as long from boats;
alter table kinds add primary key (kind);
drop table if exists crews;
alter table boats drop column length, drop if exists width, alter name set not null;
