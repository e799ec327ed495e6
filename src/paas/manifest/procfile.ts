import { refusedAt, shown, textOf } from './refused.ts';

/** A line of the Procfile. */
export interface ProcfileLine {
  readonly name: string;
  /** What follows the colon: `File.handler`, or a command for an image. */
  readonly command: string;
  readonly line: number;
  /** Where the command begins. */
  readonly column: number;
}

export const PROCFILE = 'Procfile';
export const PROCESS_NAME: RegExp = /^[a-zA-Z][a-zA-Z0-9_-]{0,31}$/;
export const MOST_PROCESSES = 200;
const MOST_BYTES = 64 * 1024;
const LONGEST_COMMAND = 1024;

/** `name: command` lines; blank lines and lines that begin with # say nothing. Throws BuildFailed with line and column. */
export function parseProcfile(bytes: Uint8Array): readonly ProcfileLine[] {
  const found = new Map<string, ProcfileLine>();
  for (const [at, raw] of textOf(PROCFILE, bytes, MOST_BYTES).split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    const line = readLine(raw, at + 1);
    const same = [...found.values()].find(({ name }) => name.toLowerCase() === line.name.toLowerCase());
    if (same) throw refusedAt({ file: PROCFILE, line: line.line, column: 1 }, `${line.name} is in line ${same.line} already`);
    found.set(line.name, line);
    if (found.size > MOST_PROCESSES)
      throw refusedAt({ file: PROCFILE, line: line.line, column: 1 }, `more than ${MOST_PROCESSES} processes`);
  }
  return [...found.values()];
}

function readLine(raw: string, line: number): ProcfileLine {
  const refuse = (column: number, what: string) => refusedAt({ file: PROCFILE, line, column }, what);
  const indent = raw.length - raw.trimStart().length;
  const colon = raw.indexOf(':');
  if (colon < 0) throw refuse(indent + 1, `expected \`name: File.handler\`, found ${shown(raw.trim())}`);
  const name = raw.slice(0, colon).trim();
  if (!PROCESS_NAME.test(name))
    throw refuse(indent + 1, `${shown(name)} is no name: a letter, then up to 31 letters, digits, - and _`);
  const rest = raw.slice(colon + 1);
  const command = rest.trim();
  const column = colon + 2 + (rest.length - rest.trimStart().length);
  if (command === '') throw refuse(colon + 1, `${name} has no handler: write \`${name}: File.handler\``);
  if (command.length > LONGEST_COMMAND) throw refuse(column, `more than ${LONGEST_COMMAND} characters`);
  return { name, command, line, column };
}

const HANDLER = /^[A-Za-z0-9_$@./:-]{1,128}$/;
/** Of Java, a class without a package. */
const METHOD = /^[A-Za-z_$][\w$]*::[A-Za-z_$][\w$]*$/;

/** What is wrong with a handler of the form `File.handler`, which may have folders; undefined: nothing. */
export function handlerFault(handler: string): string | undefined {
  if (/\s/.test(handler)) return `${shown(handler)} is a command; functions are written \`File.handler\``;
  if (!HANDLER.test(handler)) return `${shown(handler)} is no handler: write \`File.handler\``;
  const parts = handler.split('/');
  if (parts.some((part) => part === '' || part === '.' || part.includes('..')))
    return `${shown(handler)} leads out of the repository: write \`File.handler\` or \`folder/File.handler\``;
  if (!/^[^.].*\.[^.]+$/.test(parts.at(-1)!) && !METHOD.test(handler))
    return `${shown(handler)} does not name a file and what it exports: write \`File.handler\``;
  return undefined;
}
