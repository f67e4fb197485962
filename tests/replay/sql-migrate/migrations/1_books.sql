-- +migrate Up
CREATE TABLE books (
    isbn varchar(13) PRIMARY KEY,
    title text NOT NULL,
    pages int DEFAULT 0,
    price double precision
);

-- +migrate Down
DROP TABLE books;
