--liquibase formatted sql

--changeset ann:1 splitStatements:true
CREATE TABLE shops (
    id int NOT NULL,
    name varchar(40),
    old_name varchar(40)
);
ALTER TABLE shops ADD CONSTRAINT shops_pk PRIMARY KEY (id);
--rollback DROP TABLE shops;

--changeset ann:2 dbms:mysql
ALTER TABLE shops ADD COLUMN engine varchar(20);

--changeset ann:3 dbms:postgresql,h2 context:prod
ALTER TABLE shops DROP COLUMN old_name;
CREATE UNIQUE INDEX shops_name ON shops (lower(name));
/* liquibase rollback
DROP INDEX shops_name;
*/
