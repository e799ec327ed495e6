import type { Call, FunctionSpec, Invoke, Meter, MeterRecord, Outcome, Run } from '../model/index.ts';
import type { Slots } from './slots.ts';

export interface RunPorts {
  readonly invoke: Invoke;
  readonly meter: Meter;
  readonly slots: Slots;
  /** Told of each call that found one, for metrics; what it answers is called at the end. */
  readonly running: (spec: FunctionSpec) => () => void;
  /** Told of each call that ran, for metrics. */
  readonly ran: (call: Call, outcome: Outcome) => void;
  /** Told of each call that found no slot, for metrics. */
  readonly throttled: (call: Call) => void;
}

/** Invoke under the concurrency limits, not metered: an asynchronous delivery meters in its outcome's transaction. */
export function createExecute({ invoke, slots, running, ran, throttled }: RunPorts): Invoke {
  return async (call) => {
    let release: () => void;
    try {
      release = slots.take(call.function);
    } catch (error) {
      throttled(call);
      throw error;
    }
    const ended = running(call.function);
    try {
      const outcome = await invoke(call);
      ran(call, outcome);
      return outcome;
    } finally {
      ended();
      release();
    }
  };
}

/** The port Run: executes, then hands the meter on, behind the answer. */
export function createRun(execute: Invoke, meter: Meter, now: () => number): Run {
  return async (call, kind) => {
    const started = now();
    const outcome = await execute(call);
    meter(meterOf(call, outcome, kind, started));
    return outcome;
  };
}

export function meterOf(call: Call, outcome: Outcome, kind: MeterRecord['kind'], time: number): MeterRecord {
  const { account, region, name, version } = call.function;
  return { ...outcome.report, account, region, function: name, version, time, kind, environment: outcome.environment };
}
