-- migrate:up transaction:false
create index concurrently players_team on players using hash (team_id);

-- migrate:down transaction:false
drop index players_team;
