create table trips (id int primary key, boat int references boats (id) on update cascade);
