CREATE TABLE payments (
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    amount decimal(10, 2) NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT fk_customer FOREIGN KEY (customer_id) REFERENCES customers
        ON DELETE NO ACTION ON UPDATE SET NULL
);
