/** What the agent measures of itself, for Prometheus. */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

export type AgentMetrics = ReturnType<typeof createAgentMetrics>;

/** Makes the metrics in a registry of their own. */
export function createAgentMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...observationMetrics(registers),
    ...sampleMetrics(registers),
    ...seenMetrics(registers),
    ...autoscalerMetrics(registers),
  };
}

function observationMetrics(registers: Registry[]) {
  return {
    observedJobs: new Gauge({
      name: 'drey_agent_observed_jobs',
      help: 'Jobs that this agent observes now',
      registers,
    }),
    unknownJobs: new Gauge({
      name: 'drey_agent_unknown_jobs',
      help: 'Jobs whose objects are in the cluster and whose workflow is not there: nobody looks after them',
      registers,
    }),
    requests: new Counter({
      name: 'drey_agent_observation_requests_total',
      help: 'Looks and requests made to observe and measure jobs, by what was asked (flink) and whether it answered (ok or failed)',
      labelNames: ['target', 'outcome'],
      registers,
    }),
    signals: new Counter({
      name: 'drey_agent_signals_total',
      help: 'Signals to workflows of jobs, by outcome: sent, failed, or noWorkflow where there is none',
      labelNames: ['outcome'],
      registers,
    }),
  };
}

function sampleMetrics(registers: Registry[]) {
  return {
    samples: new Counter({
      name: 'drey_agent_samples_total',
      help: 'Samples of jobs by what became of them: taken, repeated or refused by the API, overflow of the buffer, unusable as a number',
      labelNames: ['outcome'],
      registers,
    }),
    samplesWaiting: new Gauge({
      name: 'drey_agent_samples_waiting',
      help: 'Samples that wait to be sent to the API',
      registers,
    }),
    batches: new Counter({
      name: 'drey_agent_batches_total',
      help: 'Attempts to send a batch of samples, by outcome: sent, failed and to be sent again, or refused',
      labelNames: ['outcome'],
      registers,
    }),
  };
}

function seenMetrics(registers: Registry[]) {
  return {
    seen: new Counter({
      name: 'drey_agent_seen_total',
      help: 'What was seen of jobs, by what became of it: taken, dropped or refused by the API, overflow where of too many jobs something waits',
      labelNames: ['outcome'],
      registers,
    }),
    seenWaiting: new Gauge({
      name: 'drey_agent_seen_waiting',
      help: 'Jobs of which the API is still to be told what was seen',
      registers,
    }),
  };
}

function autoscalerMetrics(registers: Registry[]) {
  return {
    autoscalerDecisions: new Counter({
      name: 'drey_agent_autoscaler_decisions_total',
      help: 'Decisions of autoscalers on what was measured, by action: none, advise or scale',
      labelNames: ['action'],
      registers,
    }),
    autoscalerSignals: new Counter({
      name: 'drey_agent_autoscaler_signals_total',
      help: 'Signals to autoscalers of jobs, by outcome: sent, failed, or tooLarge where a job has too many vertices',
      labelNames: ['outcome'],
      registers,
    }),
    autoscalerNotes: new Counter({
      name: 'drey_agent_autoscaler_notes_total',
      help: 'Writes of what autoscalers remember onto anchors, by outcome: written or failed',
      labelNames: ['outcome'],
      registers,
    }),
    customAbsent: new Counter({
      name: 'drey_agent_autoscaler_metrics_absent_total',
      help: 'Custom metrics of autoscalers that had no value when they were to be read',
      registers,
    }),
  };
}
