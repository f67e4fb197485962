CREATE TABLE "blog" ("id" serial PRIMARY KEY);
