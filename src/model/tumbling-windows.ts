/** Tumbling windows of streams (spec/event-sources.md §14). Bounds are multiples of the duration from the epoch. */

/** The window that is open in a slice, and what the function has made of it. Epoch ms; end is exclusive. */
export interface OpenWindow {
  readonly start: number;
  readonly end: number;
  readonly state: unknown;
  /** Its state grew too large: it ends with the next invocation, and goes on from an empty one. */
  readonly early?: true;
}

export function windowAt(time: number, durationMs: number): OpenWindow {
  const start = Math.floor(time / durationMs) * durationMs;
  return { start, end: start + durationMs, state: {} };
}

/** Whether a record of this time belongs to the window; one that comes late does too, for its own has ended. */
export function inWindow(window: OpenWindow, time: number): boolean {
  return time < window.end;
}

/** What the event says besides its records. */
export function windowMembers(
  window: OpenWindow,
  about: { readonly shardId: string; readonly sourceArn: string; readonly final: boolean },
): Record<string, unknown> {
  return {
    window: { start: seconds(window.start), end: seconds(window.end) },
    state: window.state,
    shardId: about.shardId,
    eventSourceARN: about.sourceArn,
    isFinalInvokeForWindow: about.final,
    isWindowTerminatedEarly: about.final && window.early === true,
  };
}

function seconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
