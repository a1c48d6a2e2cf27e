-- AlterTable
ALTER TABLE "check_result" ALTER COLUMN "duration_ms" DROP NOT NULL;
