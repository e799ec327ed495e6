import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type Failure, platformFailure } from '../kernel/index.ts';

/** A row as SQLite gives it, in the order of the selected columns. */
export type Row = unknown[];
export type Value = SQLInputValue;

/** One SQLite connection. Each statement text is prepared once; none stays open across turns. */
export class Connection {
  readonly db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, readOnly = false) {
    this.db = new DatabaseSync(path, { readOnly, timeout: 100 });
    this.db.exec('pragma wal_autocheckpoint=0; pragma trusted_schema=off; pragma cell_size_check=on; pragma cache_size=-32768');
  }

  run(text: string, ...values: Value[]): number {
    return this.#statement(text).run(...values).changes as number;
  }

  row(text: string, ...values: Value[]): Row | undefined {
    return this.#statement(text).get(...values) as unknown as Row | undefined;
  }

  rows(text: string, ...values: Value[]): Row[] {
    return this.#statement(text).all(...values) as unknown as Row[];
  }

  /** Must be read to its end, or left by break, in the same turn. */
  each(text: string, ...values: Value[]): Iterable<Row> {
    return this.#statement(text).iterate(...values) as unknown as Iterable<Row>;
  }

  close(): void {
    this.#statements.clear();
    this.db.close();
  }

  #statement(text: string): StatementSync {
    const known = this.#statements.get(text);
    if (known) return known;
    const statement = this.db.prepare(text);
    statement.setReturnArrays(true);
    this.#statements.set(text, statement);
    return statement;
  }
}

const SQLITE = { ioerr: 10, corrupt: 11, full: 13, notadb: 26 } as const;

/** SQLite's primary result code of what was thrown, or 0. */
function resultCode(error: unknown): number {
  return typeof error === 'object' && error !== null && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

/** True when a write failed for want of room, or because the disk refused it. */
export function isDiskFailure(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE.full || code === SQLITE.ioerr || isNoRoom(error);
}

/** True when SQLite itself found the file damaged. */
export function isCorruption(error: unknown): boolean {
  const code = resultCode(error);
  return code === SQLITE.corrupt || code === SQLITE.notadb;
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE';
}

/** True for ENOSPC, EDQUOT and EIO of the file system. */
export function isNoRoom(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT', 'EIO'].includes(String(error.code));
}

/** What SQLite threw, in dalamb's words: StoreFull, StoreCorrupt; anything else as it came. */
export function translate(error: unknown, where: string): unknown {
  if (isClosed(error)) return platformFailure('StoreClosed');
  if (isCorruption(error)) return corrupt(`${where}: ${(error as Error).message}`, error);
  if (isDiskFailure(error)) return platformFailure('StoreFull', (error as Error).message, { cause: error });
  return error;
}

/** A StoreCorrupt failure that names the place. */
export function corrupt(where: string, cause?: unknown): Failure {
  return platformFailure('StoreCorrupt', where, { cause });
}
