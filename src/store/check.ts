import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { isFailure, randomIds } from '../kernel/index.ts';
import { BlobFiles } from './blob-files.ts';
import { blobSum } from './blob-rows.ts';
import { Connection } from './connection.ts';
import { cursorSum } from './cursors.ts';
import { Lane, laneSpan, laneSum } from './lanes.ts';
import { checkLayout } from './layout.ts';
import { databaseFile } from './open.ts';
import { readMark } from './sync-mark.ts';
import { Table } from './table.ts';

export interface StoreCheck {
  /** One sentence each, naming collection and key, topic and position, or blob; empty when all is well. */
  readonly problems: readonly string[];
  readonly rows: number;
  readonly events: number;
  readonly blobs: number;
}

const MOST_PROBLEMS = 1000;

/**
 * Verifies everything in a data directory: pages, rows, events without gaps, cursors, blobs by their hash, and that no synced commit is missing.
 * Only reads, so it may run beside a live store. Never rejects for damage: it tells.
 */
export async function checkStore(directory: string): Promise<StoreCheck> {
  const check = new Check(directory);
  await check.run();
  return { problems: check.problems, ...check.counts };
}

class Check {
  readonly problems: string[] = [];
  readonly counts = { rows: 0, events: 0, blobs: 0 };
  readonly #directory: string;
  readonly #files: BlobFiles;

  constructor(directory: string) {
    this.#directory = directory;
    this.#files = new BlobFiles(directory, randomIds);
  }

  async run(): Promise<void> {
    this.#guarded('layout.json', () => checkLayout(this.#directory));
    // Read before the database: a live store may go on meanwhile, but never back.
    const noted = readMark(path.join(this.#directory, 'synced'));
    const file = databaseFile(this.#directory);
    if (!fs.existsSync(file)) return void this.#problem(`${file} is not there`);
    const connection = this.#guarded('store.db', () => new Connection(file, true));
    if (!connection) return;
    try {
      connection.db.exec('begin');
      this.#guarded('store.db', () => this.#checkPages(connection));
      this.#guarded('store.db', () => this.#checkCommit(connection, noted));
      this.#guarded('collections', () => this.#checkCollections(connection));
      this.#guarded('topics', () => this.#checkTopics(connection));
      this.#guarded('cursors', () => this.#checkCursors(connection));
      await this.#checkBlobs(connection);
    } catch (error) {
      this.#problem(`store.db: ${text(error)}`);
    } finally {
      connection.close();
    }
  }

  #checkPages(connection: Connection): void {
    for (const [line] of connection.rows('pragma integrity_check(100)')) if (line !== 'ok') this.#problem(`store.db: ${line}`);
  }

  #checkCommit(connection: Connection, noted: number): void {
    const held = connection.row("select value from meta where name='commit'")?.[0] as number | undefined;
    if (held === undefined || held < noted) this.#problem(`commit ${noted} was synced, the database ends at ${held ?? 0}`);
  }

  #checkCollections(connection: Connection): void {
    for (const [name, shape] of connection.rows('select name, shape from shapes') as [string, string][]) {
      this.#guarded(`collection ${name}`, () => {
        const table = new Table(JSON.parse(shape));
        for (const row of connection.each(`select ${table.list} from ${table.sqlName}`)) {
          this.counts.rows++;
          this.#guarded(`collection ${name}`, () => table.decode(row));
        }
      });
    }
  }

  #checkTopics(connection: Connection): void {
    const tables = connection.rows(
      "select name from sqlite_schema where type='table' and (name like 't.%' or name like 'o.%')",
    ) as [string][];
    for (const [name] of tables)
      this.#guarded(`topic ${name.slice(2)}`, () => this.#checkTopic(connection, name.slice(2), name.startsWith('o.')));
  }

  #checkTopic(connection: Connection, topic: string, open: boolean): void {
    const kept = new Map(
      (connection.rows('select lane, first, total, sum from lanes where topic=?', topic) as number[][]).map((row) => [
        row[0]!,
        row,
      ]),
    );
    for (const [number, row] of kept)
      if (laneSum(topic, number, row.slice(1)) !== row[3]) this.#problem(`lane ${topic}/${number}: its row failed its checksum`);
    let lane: Lane | undefined;
    let expected = 0;
    for (const row of connection.each(
      `select at, stored, total, blob, event, sum from ${new Lane(topic, 0, open).sqlName} order by at`,
    )) {
      const number = Math.floor((row[0] as number) / laneSpan(open));
      if (lane?.lane !== number) {
        lane = new Lane(topic, number, open);
        expected = kept.get(number)?.[1] ?? 1;
      }
      const here = lane;
      const position = here.positionOf(row[0] as number);
      if (position !== expected)
        this.#problem(`topic ${topic} lane ${number}: positions ${expected} to ${position - 1} are not there`);
      expected = position + 1;
      this.counts.events++;
      this.#guarded(`topic ${topic}`, () => here.decode(row));
    }
  }

  #checkCursors(connection: Connection): void {
    for (const row of connection.each('select subscriber, topic, lane, next, sum from cursors')) {
      const [subscriber, topic, lane, next, sum] = row as [string, string, number, number, number];
      if (cursorSum(subscriber, topic, lane, next) !== sum)
        this.#problem(`cursor of ${subscriber} in ${topic}/${lane} failed its checksum`);
    }
  }

  async #checkBlobs(connection: Connection): Promise<void> {
    const rows = connection.rows('select hash, size, refs, free_since, sum from blobs') as [
      string,
      number,
      number,
      number | null,
      number,
    ][];
    for (const [hash, size, refs, freeSince, sum] of rows) {
      this.counts.blobs++;
      if (blobSum(hash, { size, refs, freeSince }) !== sum) this.#problem(`blob ${hash}: its row failed its checksum`);
      const content = this.#guarded(
        `blob ${hash}`,
        () => connection.row('select content from blobs where hash=?', hash)?.[0] as Uint8Array | null | undefined,
      );
      if (content) this.#checkHash(hash, createHash('sha256').update(content).digest('hex'), refs);
      else await this.#checkFile(hash, refs);
    }
  }

  async #checkFile(hash: string, refs: number): Promise<void> {
    const sum = createHash('sha256');
    try {
      for await (const chunk of fs.createReadStream(this.#files.path(hash))) sum.update(chunk as Buffer);
      this.#checkHash(hash, sum.digest('hex'), refs);
    } catch (error) {
      // Content without references may be on its way out.
      if (refs > 0) this.#problem(`blob ${hash}: ${text(error)}`);
    }
  }

  #checkHash(hash: string, found: string, refs: number): void {
    if (found !== hash) this.#problem(`blob ${hash} (${refs} references): its content has hash ${found}`);
  }

  #guarded<T>(where: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#problem(isFailure(error) ? error.message : `${where}: ${text(error)}`);
      return undefined;
    }
  }

  #problem(sentence: string): void {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push(sentence);
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
