-- atlas:checkpoint

-- Create "blogs" table
CREATE TABLE "blogs" (
  "id" serial NOT NULL,
  PRIMARY KEY ("id")
);
-- Create "tags" table
CREATE TABLE "public"."tags" (
  "id" serial NOT NULL,
  "label" text NULL,
  PRIMARY KEY ("id")
);
