--liquibase formatted sql

--changeset cid:1
ALTER TABLE articles ADD note text;
