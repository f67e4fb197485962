-- Revert flipr:grants from pg
BEGIN;
DROP TABLE grants;
COMMIT;
