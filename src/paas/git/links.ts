/** Hops of links that lead to links, as the kernel follows at most. */
const MOST_HOPS = 40;

/**
 * Whether a symbolic link of a tree leads out of it when the tree stands alone: by its own text or through other links. links: path → target
 * of all of them. Ends: a loop counts as staying, for it leads nowhere.
 */
export function leavesTree(links: ReadonlyMap<string, string>, link: string): boolean {
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
    const target = links.get(at.join('/'));
    if (target === undefined) continue;
    if (target.startsWith('/')) return true;
    if (++hops > MOST_HOPS) return false;
    at.pop();
    rest = [...target.split('/'), ...rest];
  }
  return false;
}
