-- Deploy flipr:grants to pg
BEGIN;
ALTER TABLE grants ADD COLUMN IF NOT EXISTS since date NOT NULL DEFAULT current_date;
ALTER TABLE grants DROP COLUMN grantee;
COMMIT;
