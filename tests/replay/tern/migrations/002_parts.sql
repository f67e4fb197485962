-- No way back from here.
create table parts (
  widget_id int not null references widgets,
  nr int not null,
  unique (widget_id, nr)
);
alter table parts add constraint parts_pk primary key (nr);
