-- CreateTable
CREATE TABLE "repository" (
    "id" UUID NOT NULL,
    "identity" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "configured_at" TEXT,
    "config_error" TEXT,
    "ledger_sequence" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "problem" TEXT,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "repository_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "service" (
    "id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "process_started_at" TEXT,
    "boot_id" TEXT,
    "version" TEXT NOT NULL,
    "max_concurrent" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "draining_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "clock_skew_ms" INTEGER,

    CONSTRAINT "service_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "served_repository" (
    "service_id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "path" TEXT NOT NULL,

    CONSTRAINT "served_repository_pkey" PRIMARY KEY ("service_id","repository_id")
);

-- CreateTable
CREATE TABLE "agent" (
    "id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,
    "priority" TEXT NOT NULL DEFAULT 'NORMAL',
    "labels" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "streak" INTEGER NOT NULL DEFAULT 0,
    "tripped_at" TIMESTAMPTZ(3),
    "next_try_at" TIMESTAMPTZ(3),
    "in_error_at" TIMESTAMPTZ(3),
    "in_error_reason" TEXT,
    "last_run_id" UUID,
    "last_outcome" TEXT,
    "last_reason" TEXT,
    "last_settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "schedule" (
    "agent_id" UUID NOT NULL,
    "cron" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL,
    "source" TEXT NOT NULL DEFAULT 'configuration',
    "set_by" TEXT,
    "missed" TEXT NOT NULL DEFAULT 'latest',
    "missed_window_seconds" INTEGER NOT NULL DEFAULT 86400,
    "overlap" TEXT NOT NULL DEFAULT 'skip',
    "jitter_seconds" INTEGER NOT NULL DEFAULT 0,
    "next_slot_at" TIMESTAMPTZ(3),
    "next_run_at" TIMESTAMPTZ(3),
    "last_slot_at" TIMESTAMPTZ(3),
    "last_drift_ms" INTEGER,

    CONSTRAINT "schedule_pkey" PRIMARY KEY ("agent_id")
);

-- CreateTable
CREATE TABLE "pause" (
    "id" UUID NOT NULL,
    "repository_id" UUID,
    "agent_id" UUID,
    "by" TEXT NOT NULL,
    "reason" TEXT,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),

    CONSTRAINT "pause_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run" (
    "id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "priority" TEXT NOT NULL,
    "labels" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "rank" BIGINT NOT NULL,
    "base" TEXT,
    "is_forced" BOOLEAN NOT NULL DEFAULT false,
    "payload_version" INTEGER NOT NULL DEFAULT 1,
    "slot_at" TIMESTAMPTZ(3),
    "requested_by" TEXT,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "eligible_at" TIMESTAMPTZ(3) NOT NULL,
    "job_id" UUID,
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "retries" INTEGER NOT NULL DEFAULT 0,
    "crashes" INTEGER NOT NULL DEFAULT 0,
    "service_id" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "pid" INTEGER,
    "process_started_at" TEXT,
    "started_at" TIMESTAMPTZ(3),
    "cancel_by" TEXT,
    "settled_at" TIMESTAMPTZ(3),
    "outcome" TEXT,
    "reason" TEXT,
    "message" TEXT,
    "commit" TEXT,
    "checked_base" TEXT,
    "errors" INTEGER,
    "warnings" INTEGER,
    "fixed" INTEGER,
    "duration_ms" INTEGER,
    "correlation_id" TEXT NOT NULL,

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempt" (
    "run_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "service_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,
    "ending" TEXT NOT NULL,
    "reason" TEXT,
    "message" TEXT,

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("run_id","number")
);

-- CreateTable
CREATE TABLE "check_result" (
    "run_id" UUID NOT NULL,
    "check" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "reason" TEXT,
    "duration_ms" INTEGER NOT NULL,
    "command" TEXT,

    CONSTRAINT "check_result_pkey" PRIMARY KEY ("run_id","check")
);

-- CreateTable
CREATE TABLE "finding" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "check" TEXT NOT NULL,
    "path" TEXT,
    "line" INTEGER,
    "column" INTEGER,
    "rule" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "is_fixed" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "finding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "sequence" BIGSERIAL NOT NULL,
    "transaction" BIGINT NOT NULL,
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "time" TIMESTAMPTZ(3) NOT NULL,
    "repository_id" UUID,
    "agent_id" UUID,
    "run_id" UUID,
    "envelope" JSONB NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("sequence")
);

-- CreateTable
CREATE TABLE "escalation" (
    "agent_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "number" INTEGER,
    "url" TEXT,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "escalation_pkey" PRIMARY KEY ("agent_id","kind")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" UUID NOT NULL,
    "repository_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL,
    "problem" TEXT,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user" (
    "id" UUID NOT NULL,
    "login" TEXT NOT NULL,
    "name" TEXT,
    "role" TEXT NOT NULL,
    "password_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "disabled_at" TIMESTAMPTZ(3),

    CONSTRAINT "user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "token" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "by" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "repository_identity_key" ON "repository"("identity");

-- CreateIndex
CREATE UNIQUE INDEX "agent_repository_id_name_branch_key" ON "agent"("repository_id", "name", "branch");

-- CreateIndex
CREATE UNIQUE INDEX "run_agent_id_slot_at_key" ON "run"("agent_id", "slot_at");

-- CreateIndex
CREATE INDEX "finding_run_id_idx" ON "finding"("run_id");

-- CreateIndex
CREATE INDEX "event_transaction_sequence_idx" ON "event"("transaction", "sequence");

-- CreateIndex
CREATE INDEX "event_repository_id_sequence_idx" ON "event"("repository_id", "sequence");

-- CreateIndex
CREATE INDEX "event_run_id_idx" ON "event"("run_id");

-- CreateIndex
CREATE INDEX "outbox_next_try_at_idx" ON "outbox"("next_try_at");

-- CreateIndex
CREATE UNIQUE INDEX "user_login_key" ON "user"("login");

-- CreateIndex
CREATE UNIQUE INDEX "token_hash_key" ON "token"("hash");

-- CreateIndex
CREATE INDEX "token_user_id_idx" ON "token"("user_id");

-- CreateIndex
CREATE INDEX "audit_at_idx" ON "audit"("at");

-- AddForeignKey
ALTER TABLE "served_repository" ADD CONSTRAINT "served_repository_service_id_fkey" FOREIGN KEY ("service_id") REFERENCES "service"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "served_repository" ADD CONSTRAINT "served_repository_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent" ADD CONSTRAINT "agent_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "schedule" ADD CONSTRAINT "schedule_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pause" ADD CONSTRAINT "pause_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "pause" ADD CONSTRAINT "pause_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run" ADD CONSTRAINT "run_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run" ADD CONSTRAINT "run_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempt" ADD CONSTRAINT "attempt_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "check_result" ADD CONSTRAINT "check_result_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "finding" ADD CONSTRAINT "finding_run_id_check_fkey" FOREIGN KEY ("run_id", "check") REFERENCES "check_result"("run_id", "check") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "escalation" ADD CONSTRAINT "escalation_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_repository_id_fkey" FOREIGN KEY ("repository_id") REFERENCES "repository"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "token" ADD CONSTRAINT "token_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;
