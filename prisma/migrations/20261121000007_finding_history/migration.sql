-- CreateIndex
CREATE INDEX "finding_fingerprint_id_idx" ON "finding"("fingerprint", "id");
