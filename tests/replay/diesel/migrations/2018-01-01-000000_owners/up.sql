CREATE TABLE owners (
    crate_id INTEGER REFERENCES crates (id) ON DELETE CASCADE,
    login TEXT
);
CREATE INDEX CONCURRENTLY ON owners (crate_id);
