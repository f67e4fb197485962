-- +migrate Up notransaction
ALTER TABLE books RENAME TO titles;
ALTER TABLE titles DROP COLUMN price;

-- +migrate Down
ALTER TABLE titles RENAME TO books;
