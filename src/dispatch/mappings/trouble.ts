import { describe } from '../../kernel/index.ts';

const MOST_REASON = 1024;

/** What keeps work from getting on although it is nobody's answer: an error that was not foreseen. It is told once for each change. */
export class Trouble {
  readonly #tell: (error: string) => void;
  #reason = '';

  constructor(tell: (error: string) => void) {
    this.#tell = tell;
  }

  /** In one line; '' when there is none. */
  get reason(): string {
    return this.#reason;
  }

  meet(error: unknown): void {
    const reason = reasonOf(error);
    if (reason === this.#reason) return;
    this.#reason = reason;
    this.#tell(describe(error));
  }

  over(): void {
    this.#reason = '';
  }
}

/** The first line of what an error says. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.split('\n')[0]!.slice(0, MOST_REASON);
}
