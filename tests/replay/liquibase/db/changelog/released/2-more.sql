--liquibase formatted sql

--changeset cid:2
ALTER TABLE articles RENAME note TO remark;
