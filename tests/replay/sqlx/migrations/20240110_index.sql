-- no-transaction
CREATE INDEX CONCURRENTLY IF NOT EXISTS rooms_name ON rooms ("Name" DESC NULLS LAST);
