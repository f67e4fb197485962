DROP TABLE "Profile";
