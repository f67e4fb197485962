ALTER TABLE payments RENAME CONSTRAINT fk_customer TO payments_customer;
ALTER TABLE payments RENAME COLUMN customer_id TO payer_id;
