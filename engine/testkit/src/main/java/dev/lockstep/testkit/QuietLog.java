package dev.lockstep.testkit;

import dev.lockstep.train.StepLog;

/** A log that drops every report. */
public enum QuietLog implements StepLog {
    INSTANCE;

    @Override
    public void started(int virtualRanks, int threads, String device) {}

    @Override
    public void step(StepReport report) {}

    @Override
    public void evaluated(EvaluationReport report) {}

    @Override
    public void finished(SummaryReport report) {}

    @Override
    public void remark(String message) {}
}
