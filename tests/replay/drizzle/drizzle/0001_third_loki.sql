ALTER TABLE "comments" DROP COLUMN IF EXISTS "body";--> statement-breakpoint
ALTER TABLE "comments" ADD COLUMN "text" text NOT NULL;
