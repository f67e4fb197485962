create table crews (trip int references trips, name text, primary key (trip, name));
