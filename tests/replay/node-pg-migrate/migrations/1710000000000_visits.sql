-- visits to the vet

-- Up Migration
CREATE DOMAIN cents AS bigint CHECK (VALUE >= 0);
CREATE TABLE visits (
  pet_id uuid NOT NULL REFERENCES pets ON DELETE CASCADE,
  cost cents NOT NULL,
  tax bigint GENERATED ALWAYS AS (cost / 5) STORED
);
CREATE INDEX visits_pet ON visits USING btree (pet_id) WHERE cost > 0;
-- Down Migration
DROP TABLE visits;
DROP DOMAIN cents;
