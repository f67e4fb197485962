CREATE TABLE IF NOT EXISTS "comments" (
	"issue_id" integer NOT NULL,
	"nr" integer NOT NULL,
	"body" text,
	CONSTRAINT "comments_issue_id_nr_pk" PRIMARY KEY("issue_id","nr")
);
--> statement-breakpoint
DO $$ BEGIN
 ALTER TABLE "comments" ADD CONSTRAINT "comments_issue_id_issues_id_fk" FOREIGN KEY ("issue_id") REFERENCES "public"."issues"("id") ON DELETE cascade ON UPDATE no action;
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "body_idx" ON "comments" USING btree ("body");
