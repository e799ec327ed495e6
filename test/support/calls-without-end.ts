/** Asks with an id; resolves to what a function of twoFunctions answered. */
export type Ask = (id: string) => Promise<{ readonly number?: unknown; readonly id?: unknown }>;

export interface Tally {
  readonly answered: number;
  /** What was refused, lost, answered to somebody else, or by code that was no longer to run: in the words of each. */
  readonly failures: readonly string[];
}

export interface Calls {
  /** Calls that begin from now on are answered by this code, or newer. */
  expect(number: number): void;
  /** Ends after the calls that are on their way. */
  stop(): Promise<Tally>;
}

/** So many clients of each kind ask one time after the other, without a pause, until they are stopped. */
export function callWithoutEnd(
  asks: readonly Ask[],
  { clients, number }: { readonly clients: number; readonly number: number },
): Calls {
  const failures: string[] = [];
  let [answered, least, ended] = [0, number, false];
  const once = async (ask: Ask, id: string) => {
    const expected = least;
    const answer = await ask(id);
    if (answer.id !== id) throw new TypeError(`${id} was answered with ${JSON.stringify(answer)}`);
    if (!(Number(answer.number) >= expected))
      throw new TypeError(`${id} was answered by ${answer.number}, after ${expected} ran`);
    answered++;
  };
  const client = async (ask: Ask, name: string) => {
    for (let count = 0; !ended; count++) await once(ask, `${name}-${count}`).catch((error) => failures.push(String(error)));
  };
  const all = asks.flatMap((ask, kind) => Array.from({ length: clients }, (_, at) => client(ask, `${kind}-${at}`)));
  return {
    expect(number) {
      least = number;
    },
    async stop() {
      ended = true;
      await Promise.all(all);
      return { answered, failures };
    },
  };
}
