--liquibase formatted sql
--changeset bob:articles
CREATE TABLE articles (
    shop_id int NOT NULL REFERENCES shops (id),
    sku text NOT NULL,
    price numeric(8, 2),
    PRIMARY KEY (shop_id, sku),
    CONSTRAINT positive CHECK (price > 0)
);
CREATE INDEX articles_sku ON articles (sku text_pattern_ops);
--rollback DROP INDEX articles_sku;
--rollback DROP TABLE articles;
--changeset bob:nullable runOnChange:true
ALTER TABLE articles ALTER price SET NOT NULL, ALTER price SET DEFAULT 1;
