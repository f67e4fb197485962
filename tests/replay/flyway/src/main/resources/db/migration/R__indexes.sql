CREATE INDEX IF NOT EXISTS payments_payer ON payments (payer_id);
