CREATE OR REPLACE VIEW totals AS SELECT payer_id, sum(amount) FROM payments GROUP BY 1;
