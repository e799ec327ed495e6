import { conflict } from './lambda-errors.ts';

export interface Reason {
  /** AWS's StateReasonCode, e.g. `Creating`, `InvalidZipFileException`. */
  readonly code: string;
  readonly text: string;
}

/**
 * Where one version stands (spec/lambda-api.md §4.3). update is absent until the first preparation has ended; while it is InProgress or
 * Failed, invocations run what was live before.
 */
export interface FunctionState {
  readonly state: 'Pending' | 'Active' | 'Failed';
  readonly stateReason?: Reason;
  readonly update?: { readonly status: 'InProgress' | 'Successful' | 'Failed'; readonly reason?: Reason };
}

const creating: Reason = { code: 'Creating', text: 'The function is being created.' };

/** Right after CreateFunction, and of a version published with new code. */
export const created: FunctionState = { state: 'Pending', stateReason: creating };

/** Right after an update was accepted. */
export const updating: FunctionState = { state: 'Active', update: { status: 'InProgress', reason: creating } };

/** Prepared: what is stored runs. */
export const ready: FunctionState = { state: 'Active', update: { status: 'Successful' } };

/** Preparation was given up. A function that never was ready is Failed; one that was keeps running what it had. */
export function failed(from: FunctionState, reason: Reason): FunctionState {
  if (from.state === 'Pending') return { state: 'Failed', stateReason: reason, update: { status: 'Failed', reason } };
  return { state: 'Active', update: { status: 'Failed', reason } };
}

/** Whether somebody has to prepare it still. */
export function isUnsettled(state: FunctionState): boolean {
  return state.state === 'Pending' || state.update?.status === 'InProgress';
}

/** UpdateFunctionCode, UpdateFunctionConfiguration, PublishVersion and tagging wait for the one before; a failed creation can be repaired. */
export function checkMayChange(state: FunctionState, arn: string): void {
  if (state.state === 'Pending') throw inState('Pending');
  if (state.update?.status === 'InProgress')
    throw conflict(`The operation cannot be performed at this time. An update is in progress for resource: ${arn}`);
}

export function checkMayInvoke(state: FunctionState): void {
  if (state.state !== 'Active') throw inState(state.state);
}

function inState(state: string) {
  return conflict(`The operation cannot be performed at this time. The function is currently in the following state: ${state}`);
}
