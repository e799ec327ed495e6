import type { Key } from '../kernel/index.ts';

type Document = Record<string, unknown>;

interface Kept {
  readonly document: Document;
  readonly size: number;
}

/** Characters of JSON kept of one collection in each of two generations; larger or deeper documents are not kept. */
const GENERATION = 512 * 1024;
const LARGEST = 64 * 1024;
const DEEPEST = 64;

/**
 * Documents of one collection as committed, parsed and frozen, so that a hot get costs neither SQL nor JSON (0.3 µs instead of 8). All are
 * forgotten as soon as a commit touches the collection: what is read never lags behind a commit. The older of two generations goes when
 * the younger is full.
 */
export class RowCache {
  #commit = 0;
  #young = new Map<string, Kept>();
  #old = new Map<string, Kept>();
  #size = 0;

  /** The document as of this commit, the last that touched its collection; undefined when it is not known. */
  get(id: string, commit: number): Document | undefined {
    if (commit !== this.#commit) this.forget(commit);
    const young = this.#young.get(id);
    if (young) return young.document;
    const old = this.#old.get(id);
    if (old) this.#add(id, old);
    return old?.document;
  }

  /** size: characters of its JSON. Freezes the document, all of it. */
  put(id: string, commit: number, document: Document, size: number): void {
    if (size <= LARGEST && commit === this.#commit && frozen(document, DEEPEST)) this.#add(id, { document, size });
  }

  forget(commit: number): void {
    this.#commit = commit;
    if (this.#young.size > 0) this.#young = new Map();
    if (this.#old.size > 0) this.#old = new Map();
    this.#size = 0;
  }

  #add(id: string, kept: Kept): void {
    if (this.#size + kept.size > GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    this.#young.set(id, kept);
    this.#size += kept.size;
  }
}

/** A text that differs for different keys of one collection. */
export function rowId(key: Key): string {
  let id = '';
  for (const part of key) {
    const text = typeof part === 'string' ? part : String(part);
    id += `${text.length}:${text}`;
  }
  return id;
}

/** False when it is too deep to be frozen. */
function frozen(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  Object.freeze(value);
  for (const member of Object.values(value)) if (!frozen(member, depth - 1)) return false;
  return true;
}
