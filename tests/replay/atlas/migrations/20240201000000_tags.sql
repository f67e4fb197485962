CREATE TABLE "tags" ("id" serial PRIMARY KEY, "label" text);
ALTER TABLE "blog" RENAME TO "blogs";
