-- +migrate Up
CREATE TABLE loans (
    id serial,
    isbn varchar(13) REFERENCES books,
    lent_at timestamp(0) NOT NULL DEFAULT current_timestamp
);
-- +migrate StatementBegin
CREATE FUNCTION touch() RETURNS trigger AS $$
BEGIN
    CREATE TABLE never (id int);
    RETURN NEW;
END;
$$ LANGUAGE plpgsql;
-- +migrate StatementEnd
ALTER TABLE loans ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX one_loan ON loans (isbn, lent_at) INCLUDE (id);
ALTER TABLE books ALTER COLUMN pages DROP DEFAULT;

-- +migrate Down
DROP FUNCTION touch();
DROP TABLE loans;
