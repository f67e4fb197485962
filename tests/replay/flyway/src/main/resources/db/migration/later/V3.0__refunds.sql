CREATE TABLE refunds (payment_id bigint PRIMARY KEY REFERENCES payments ON DELETE CASCADE);
