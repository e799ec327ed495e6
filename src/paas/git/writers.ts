import type { Repositories } from './repositories.ts';

/** Who writes into which repository, so that what a killed process left is swept when nobody can be using it. */
export interface Writers {
  /** Returns what says that it has ended: whole or killed, and whether it had the repository's turn, so that locks can only be its own. */
  enter(app: string): (end: { readonly whole: boolean; readonly hadTurn: boolean }) => Promise<void>;
}

export function createWriters(repositories: Pick<Repositories, 'sweep' | 'unlock'>, failed: (error: unknown) => void): Writers {
  const counts = new Map<string, number>();
  const littered = new Set<string>();
  const leave = async (app: string, { whole, hadTurn }: { readonly whole: boolean; readonly hadTurn: boolean }) => {
    const left = counts.get(app)! - 1;
    if (left === 0) counts.delete(app);
    else counts.set(app, left);
    if (!whole) littered.add(app);
    if (!whole && hadTurn) await repositories.unlock(app);
    if (left > 0 || !littered.delete(app)) return;
    await repositories.sweep(app);
  };
  return {
    enter(app) {
      counts.set(app, (counts.get(app) ?? 0) + 1);
      return (end) => leave(app, end).catch(failed);
    },
  };
}
