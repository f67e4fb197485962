-- members
-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'members') THEN
        CREATE TABLE members (
            account_id uuid NOT NULL REFERENCES billing.accounts (id) ON DELETE CASCADE,
            email text NOT NULL,
            PRIMARY KEY (account_id, email)
        );
    END IF;
END
$$;
-- +goose StatementEnd
DROP TABLE legacy;

-- +goose Down
-- +goose StatementBegin
DROP TABLE members;
-- +goose StatementEnd
