/** Rules of a `.gitignore` (gitignore(5)), for paths below the folder in which it lies. */
export interface IgnoreRules {
  /** What the last rule that fits says; undefined: none does. path: relative to that folder, with `/`. */
  judge(path: string, isFolder: boolean): boolean | undefined;
}

interface Rule {
  readonly ignores: boolean;
  readonly foldersOnly: boolean;
  readonly fits: RegExp;
}

export function ignoreRules(text: string): IgnoreRules {
  const rules = text.split(/\r?\n/).flatMap((line) => ruleOf(line) ?? []);
  return {
    judge(path, isFolder) {
      for (let i = rules.length - 1; i >= 0; i--) {
        const { ignores, foldersOnly, fits } = rules[i]!;
        if ((isFolder || !foldersOnly) && fits.test(path)) return ignores;
      }
      return undefined;
    },
  };
}

function ruleOf(line: string): Rule | undefined {
  let pattern = line.replace(/(?<!\\)(?:\\\\)* +$/, (spaces) => spaces.trimEnd());
  if (pattern === '' || pattern.startsWith('#')) return undefined;
  const ignores = !pattern.startsWith('!');
  if (!ignores) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  const anchored = pattern.includes('/');
  const source = regexOf(pattern.replace(/^\//, ''));
  if (source === undefined) return undefined;
  return { ignores, foldersOnly, fits: new RegExp(`^${anchored ? '' : '(?:.*/)?'}${source}$`, 's') };
}

const TOKEN = /^\*\*\/|\/\*\*\/|\/\*\*$|\*+|\?|\[[!^]?\]?[^\]]*\]|\\.|[\s\S]/g;

/** Undefined: it can fit nothing. */
function regexOf(pattern: string): string | undefined {
  const source = [...pattern.matchAll(TOKEN)].map(([token]) => tokenOf(token)).join('');
  try {
    new RegExp(source);
    return source;
  } catch {
    return undefined;
  }
}

function tokenOf(token: string): string {
  if (token === '**/') return '(?:.*/)?';
  if (token === '/**/') return '/(?:.*/)?';
  if (token === '/**') return '/.+';
  if (token.startsWith('*')) return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.startsWith('[') && token.length > 1) {
    const negated = /^\[[!^]/.test(token);
    const inside = token.slice(negated ? 2 : 1, -1).replace(/[\]\\[^]/g, '\\$&');
    return `(?!/)[${negated ? '^' : ''}${inside}]`;
  }
  const text = token.length === 2 && token.startsWith('\\') ? token.slice(1) : token;
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
