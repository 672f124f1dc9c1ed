package dev.lockstep.launcher.worker;

import dev.lockstep.launcher.link.AgentMessage;
import dev.lockstep.launcher.link.Link;
import dev.lockstep.launcher.link.WorkerMessage;
import dev.lockstep.train.StepLog;

/** Sends a trainer's reports to the agent. */
final class LinkStepLog implements StepLog {
    private final Link<WorkerMessage, AgentMessage> link;

    LinkStepLog(Link<WorkerMessage, AgentMessage> link) {
        this.link = link;
    }

    @Override
    public void started(int virtualRanks, int threads, String device) {
        link.send(new WorkerMessage.Started(virtualRanks, threads, device));
    }

    @Override
    public void step(StepReport report) {
        link.send(new WorkerMessage.Step(
                report.step(),
                report.epoch(),
                report.totalSteps(),
                report.loss(),
                report.samples(),
                report.seconds(),
                report.generation()));
    }

    @Override
    public void evaluated(EvaluationReport report) {
        link.send(new WorkerMessage.Evaluated(report.step(), report.metrics()));
    }

    @Override
    public void finished(SummaryReport report) {
        link.send(new WorkerMessage.Summary(
                report.steps(),
                report.samples(),
                report.loss(),
                report.metrics(),
                report.seconds(),
                report.samplesPerSecond(),
                report.weightsSha256()));
    }

    @Override
    public void remark(String message) {
        link.send(new WorkerMessage.Remark(message));
    }
}
