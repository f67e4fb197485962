-- Up Migration
CREATE TABLE pets (
  id uuid PRIMARY KEY,
  name varchar(60) NOT NULL
);

-- Down Migration
DROP TABLE pets;
