ALTER TABLE customers ADD name text NOT NULL;
