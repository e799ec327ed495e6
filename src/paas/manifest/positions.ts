import { placeIn } from './refused.ts';

export type KeyPath = readonly (string | number)[];
type Tables = { readonly arrays: Map<string, number>; readonly found: Map<string, number> };

/** Where the keys of a TOML document are: its parser tells values only. The text must have been parsed without an error. */
export function positionsOf(text: string): (path: KeyPath) => { readonly line: number; readonly column: number } {
  const found = new Scanner(text).scan();
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const offset = found.get(keyOf(path.slice(0, length)));
      if (offset !== undefined) return placeIn(text, offset);
    }
    return { line: 1, column: 1 };
  };
}

const keyOf = (path: KeyPath) => JSON.stringify(path);
/** Characters of paths; those that come later are where the table is that they are in, or at the top. */
const MOST_NOTED = 16 * 1024 * 1024;
const BARE = /[A-Za-z0-9_-]/;

class Scanner {
  readonly #text: string;
  readonly #tables: Tables = { arrays: new Map(), found: new Map() };
  #left = MOST_NOTED;
  #at = 0;
  #table: KeyPath = [];

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ReadonlyMap<string, number> {
    for (this.#skip(); this.#at < this.#text.length; this.#skip()) {
      if (this.#text[this.#at] === '[') this.#header();
      else this.#pair(this.#table);
    }
    return this.#tables.found;
  }

  /** White space, line ends and comments. */
  #skip(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at]!;
      if (character === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length : end;
      } else if (!/\s/.test(character)) return;
    }
  }

  #header(): void {
    const many = this.#text.startsWith('[[', this.#at);
    this.#at += many ? 2 : 1;
    this.#skip();
    const start = this.#at;
    const keys = this.#keys();
    this.#skip();
    this.#at += many ? 2 : 1;
    const { arrays } = this.#tables;
    let path: KeyPath = [];
    for (const [i, key] of keys.entries()) {
      path = [...path, key];
      const known = arrays.get(keyOf(path));
      const last = i === keys.length - 1;
      if (last && many) arrays.set(keyOf(path), (known ?? -1) + 1);
      const index = arrays.get(keyOf(path));
      this.#note(path, start);
      if (index !== undefined) path = [...path, index];
      this.#note(path, start);
    }
    this.#table = path;
  }

  /** The first place where a path shows. */
  #note(path: KeyPath, offset: number): void {
    if (this.#left <= 0) return;
    const key = keyOf(path);
    this.#left -= key.length;
    if (!this.#tables.found.has(key)) this.#tables.found.set(key, offset);
  }

  #pair(below: KeyPath): void {
    const start = this.#at;
    const keys = this.#keys();
    for (let length = 1; length <= keys.length; length++) this.#note([...below, ...keys.slice(0, length)], start);
    this.#skip();
    this.#at++; // =
    this.#skip();
    this.#value([...below, ...keys]);
  }

  #keys(): string[] {
    const keys: string[] = [];
    for (;;) {
      this.#skip();
      keys.push(this.#key());
      this.#skip();
      if (this.#text[this.#at] !== '.') return keys;
      this.#at++;
    }
  }

  #key(): string {
    const quote = this.#text[this.#at];
    const start = this.#at;
    if (quote === '"' || quote === "'") {
      this.#string();
      const inner = this.#text.slice(start + 1, this.#at - 1);
      return quote === "'" ? inner : unescaped(inner);
    }
    while (this.#at < this.#text.length && BARE.test(this.#text[this.#at]!)) this.#at++;
    if (this.#at === start) this.#at++; // never stay, whatever the text is
    return this.#text.slice(start, this.#at);
  }

  #string(): void {
    const quote = this.#text[this.#at]!;
    const long = this.#text.startsWith(quote.repeat(3), this.#at);
    const end = long ? quote.repeat(3) : quote;
    this.#at += end.length;
    while (this.#at < this.#text.length && !this.#text.startsWith(end, this.#at))
      this.#at += quote === '"' && this.#text[this.#at] === '\\' ? 2 : 1;
    this.#at += end.length;
    if (long) while (this.#text[this.#at] === quote) this.#at++; // up to two quotes may stand before the end
  }

  #value(path: KeyPath): void {
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") this.#string();
    else if (first === '[') this.#list(']', (index) => this.#element([...path, index]));
    else if (first === '{') this.#list('}', () => this.#pair(path));
    else while (this.#at < this.#text.length && !/[,\]}\n#]/.test(this.#text[this.#at]!)) this.#at++;
  }

  #element(path: KeyPath): void {
    this.#note(path, this.#at);
    this.#value(path);
  }

  #list(end: string, one: (index: number) => void): void {
    this.#at++;
    for (let index = 0; ; index++) {
      this.#skip();
      if (this.#text[this.#at] === ',') this.#at++;
      this.#skip();
      if (this.#at >= this.#text.length || this.#text[this.#at] === end) break;
      one(index);
    }
    this.#at++;
  }
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`);
  } catch {
    return text;
  }
}
