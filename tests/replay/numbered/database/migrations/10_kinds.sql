create table kinds (kind int, name text);
alter table kinds add primary key (kind);
drop table if exists crews;
alter table boats drop column length, drop if exists width, alter name set not null;
