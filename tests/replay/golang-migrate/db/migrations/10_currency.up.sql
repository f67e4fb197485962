ALTER TABLE orders
    ALTER COLUMN amount TYPE NUMERIC(12, 2),
    ADD COLUMN currency CHAR(3) NOT NULL DEFAULT 'EUR';
CREATE INDEX orders_amount ON orders (amount) WHERE amount > 0;
