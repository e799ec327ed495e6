/** Hops of links that lead to links, as the kernel follows at most. */
const MOST_HOPS = 40;

/** What following links may cost, for all of a tree together: characters that are looked at. Whoever counts it down to nothing is not believed. */
export interface LinkBudget {
  left: number;
}

/** Enough for ten thousand links with long targets; a third of a second. */
export const linkBudget = (): LinkBudget => ({ left: 10_000_000 });

/**
 * Whether a symbolic link of a tree leads out of it when the tree stands alone: by its own text or through other links. links: path → target
 * of all of them. Ends: a loop counts as staying, for it leads nowhere; when the budget is used up, whatever it says is worth nothing.
 */
export function leavesTree(links: ReadonlyMap<string, string>, link: string, budget: LinkBudget = linkBudget()): boolean {
  let hops = 0;
  const at: string[] = link.split('/').slice(0, -1);
  let rest: string[] = [link.split('/').at(-1)!];
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return true;
      continue;
    }
    at.push(part);
    const path = at.join('/');
    const target = links.get(path);
    budget.left -= path.length + (target?.length ?? 0) + 8;
    if (budget.left < 0) return false;
    if (target === undefined) continue;
    if (target.startsWith('/')) return true;
    if (++hops > MOST_HOPS) return false;
    at.pop();
    rest = [...target.split('/'), ...rest];
  }
  return false;
}
