ALTER TABLE payments RENAME COLUMN payer_id TO customer_id;
