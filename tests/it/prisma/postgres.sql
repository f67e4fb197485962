-- Written by Prisma 7.10: migrate diff --from-empty --to-schema postgres.prisma --script

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "billing";

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "roles" AS ENUM ('admin', 'USER');

-- CreateEnum
CREATE TYPE "billing"."Plan" AS ENUM ('FREE', 'PAID');

-- CreateTable
CREATE TABLE "users" (
    "id" SERIAL NOT NULL,
    "email" TEXT NOT NULL,
    "name" VARCHAR(200),
    "role" "roles" NOT NULL DEFAULT 'admin',
    "second" "roles",
    "roles" "roles"[] DEFAULT ARRAY['USER']::"roles"[],
    "plan" "billing"."Plan" NOT NULL DEFAULT 'FREE',
    "score" DOUBLE PRECISION NOT NULL DEFAULT -1.5,
    "balance" DECIMAL(65,30) NOT NULL DEFAULT 0,
    "limit" DECIMAL(10,2),
    "active" BOOLEAN NOT NULL DEFAULT true,
    "big" BIGSERIAL NOT NULL,
    "count" BIGINT,
    "tags" TEXT[] DEFAULT ARRAY['a', 'b''c']::TEXT[],
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" TIMESTAMP(3) NOT NULL,
    "born" DATE,
    "wakes" TIMETZ(3),
    "settings" JSONB NOT NULL DEFAULT '{"a": 1}',
    "raw" JSON,
    "picture" BYTEA,
    "token" UUID NOT NULL,
    "made" UUID NOT NULL DEFAULT gen_random_uuid(),
    "given" TEXT NOT NULL,
    "code" CHAR(2) NOT NULL,
    "address" INET,
    "small" SMALLINT,
    "point" point,
    "vector" vector(3),
    "managerId" INTEGER,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Profile" (
    "userId" INTEGER NOT NULL,
    "bio" TEXT NOT NULL,

    CONSTRAINT "Profile_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "Post" (
    "id" TEXT NOT NULL,
    "author_id" INTEGER NOT NULL,
    "reviewerId" INTEGER,
    "shelfA" INTEGER,
    "shelfB" INTEGER NOT NULL,

    CONSTRAINT "post_id" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Shelf" (
    "a" INTEGER NOT NULL,
    "b" INTEGER NOT NULL,

    CONSTRAINT "Shelf_pkey" PRIMARY KEY ("a","b")
);

-- CreateTable
CREATE TABLE "categories" (
    "id" BIGSERIAL NOT NULL,

    CONSTRAINT "categories_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "billing"."Label" (
    "id" UUID NOT NULL,

    CONSTRAINT "Label_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "billing"."Invoice" (
    "id" TEXT NOT NULL,
    "aRatherLongNameForAColumnThatWillNotFitIntoTheNameOfAnIndexAtAll" INTEGER NOT NULL,

    CONSTRAINT "Invoice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "NobodyReads" (
    "id" INTEGER NOT NULL
);

-- CreateTable
CREATE TABLE "_follows" (
    "A" INTEGER NOT NULL,
    "B" INTEGER NOT NULL,

    CONSTRAINT "_follows_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateTable
CREATE TABLE "_CategoryToPost" (
    "A" BIGINT NOT NULL,
    "B" TEXT NOT NULL,

    CONSTRAINT "_CategoryToPost_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateTable
CREATE TABLE "billing"."_labelled" (
    "A" UUID NOT NULL,
    "B" TEXT NOT NULL,

    CONSTRAINT "_labelled_AB_pkey" PRIMARY KEY ("A","B")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE INDEX "users_managerId_created_at_idx" ON "users"("managerId", "created_at" DESC);

-- CreateIndex
CREATE INDEX "users_tags_idx" ON "users" USING GIN ("tags");

-- CreateIndex
CREATE INDEX "by_raw" ON "users" USING GIN ("raw" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "users_code_idx" ON "users" USING HASH ("code");

-- CreateIndex
CREATE UNIQUE INDEX "users_name_role_key" ON "users"("name", "role");

-- CreateIndex
CREATE UNIQUE INDEX "score_key" ON "users"("score", "active");

-- CreateIndex
CREATE INDEX "Invoice_aRatherLongNameForAColumnThatWillNotFitIntoTheNameO_idx" ON "billing"."Invoice"("aRatherLongNameForAColumnThatWillNotFitIntoTheNameOfAnIndexAtAll");

-- CreateIndex
CREATE UNIQUE INDEX "Invoice_id_aRatherLongNameForAColumnThatWillNotFitIntoTheNa_key" ON "billing"."Invoice"("id", "aRatherLongNameForAColumnThatWillNotFitIntoTheNameOfAnIndexAtAll");

-- CreateIndex
CREATE UNIQUE INDEX "NobodyReads_id_key" ON "NobodyReads"("id");

-- CreateIndex
CREATE INDEX "_follows_B_index" ON "_follows"("B");

-- CreateIndex
CREATE INDEX "_CategoryToPost_B_index" ON "_CategoryToPost"("B");

-- CreateIndex
CREATE INDEX "_labelled_B_index" ON "billing"."_labelled"("B");

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_managerId_fkey" FOREIGN KEY ("managerId") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Profile" ADD CONSTRAINT "Profile_userId_fkey" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE NO ACTION;

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "reviewed_by" FOREIGN KEY ("reviewerId") REFERENCES "users"("id") ON DELETE SET DEFAULT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Post" ADD CONSTRAINT "Post_shelfA_shelfB_fkey" FOREIGN KEY ("shelfA", "shelfB") REFERENCES "Shelf"("a", "b") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "billing"."Invoice" ADD CONSTRAINT "Invoice_aRatherLongNameForAColumnThatWillNotFitIntoTheName_fkey" FOREIGN KEY ("aRatherLongNameForAColumnThatWillNotFitIntoTheNameOfAnIndexAtAll") REFERENCES "users"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_follows" ADD CONSTRAINT "_follows_A_fkey" FOREIGN KEY ("A") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_follows" ADD CONSTRAINT "_follows_B_fkey" FOREIGN KEY ("B") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_CategoryToPost" ADD CONSTRAINT "_CategoryToPost_A_fkey" FOREIGN KEY ("A") REFERENCES "categories"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "_CategoryToPost" ADD CONSTRAINT "_CategoryToPost_B_fkey" FOREIGN KEY ("B") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "billing"."_labelled" ADD CONSTRAINT "_labelled_A_fkey" FOREIGN KEY ("A") REFERENCES "billing"."Label"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "billing"."_labelled" ADD CONSTRAINT "_labelled_B_fkey" FOREIGN KEY ("B") REFERENCES "Post"("id") ON DELETE CASCADE ON UPDATE CASCADE;

