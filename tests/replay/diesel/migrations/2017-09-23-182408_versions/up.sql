CREATE TABLE versions (
    id SERIAL PRIMARY KEY,
    package_id INTEGER NOT NULL REFERENCES packages,
    num VARCHAR NOT NULL
);
CREATE UNIQUE INDEX versions_num ON versions (package_id, num);
ALTER TABLE versions ADD CONSTRAINT unique_num UNIQUE USING INDEX versions_num;
