import { compileGlob, type Glob, matchesGlob } from './globs.ts';

/** Folder by folder; `**` stands for any number of folders, also none. */
export type PathPattern = readonly (Glob | '**')[];

/** Text in which only `*`, `?` and `**` would mean something here; what else tools expand is not meant by it. */
export const PLAIN_PATTERN: RegExp = /^[^{}[\]()\\]*$/;

/** `test/**`, `*.md`, `src/?/a*`: relative to the top, with `/`. */
export function compilePathPattern(text: string): PathPattern {
  const parts = text.split('/').filter((part, i, all) => !(part === '**' && all[i - 1] === '**'));
  return parts.map((part) => (part === '**' ? part : compileGlob(part, false)));
}

/** Whether a whole path matches. Goes back to the last `**` only: at worst the parts of both times the letters of both, never more. */
export function matchesPath(pattern: PathPattern, path: string): boolean {
  const parts = path.split('/');
  let p = 0;
  let at = 0;
  let star = -1;
  let mark = 0;
  while (at < parts.length) {
    const one = pattern[p];
    if (one === '**') {
      star = p++;
      mark = at;
    } else if (one !== undefined && matchesGlob(one, parts[at]!)) {
      p++;
      at++;
    } else if (star >= 0) {
      p = star + 1;
      at = ++mark;
    } else return false;
  }
  while (pattern[p] === '**') p++;
  return p === pattern.length;
}
