CREATE TABLE orders (
    id BIGSERIAL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users ON DELETE CASCADE,
    total INTEGER CHECK (total >= 0)
);
CREATE INDEX ON orders (user_id);
