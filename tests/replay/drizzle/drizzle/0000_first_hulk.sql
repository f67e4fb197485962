DO $$ BEGIN
 CREATE TYPE "public"."status" AS ENUM('open', 'closed');
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "issues" (
	"id" serial PRIMARY KEY NOT NULL,
	"status" "status" DEFAULT 'open' NOT NULL,
	"title" varchar(120) NOT NULL,
	CONSTRAINT "issues_title_unique" UNIQUE("title")
);
