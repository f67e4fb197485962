-- +goose NO TRANSACTION
-- +goose Up

CREATE INDEX CONCURRENTLY members_email ON members (lower(email));

-- +goose Down
DROP INDEX CONCURRENTLY members_email;
