import { Worker } from 'node:worker_threads';

const DEADLINE_MS = 10_000;
/** Longer files are not looked at: what is wrong with them is said when they are loaded. */
const LONGEST = 1024 * 1024;

const JUDGE = `
const { parentPort, workerData } = require('node:worker_threads');
try {
  require('node:module').stripTypeScriptTypes(workerData);
  parentPort.postMessage({});
} catch (error) {
  const line = /^[^\\n]*:(\\d+)\\n/.exec(error.stack)?.[1];
  const text = String(error.message).split('\\n')[0];
  parentPort.postMessage({ fault: { text, line: line && Number(line), outlives: error.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' } });
}`;

export interface TypesFault {
  readonly text: string;
  readonly line?: number;
  /** It is TypeScript, but not only types: it cannot be taken away. */
  readonly outlives?: boolean;
}

/**
 * What is wrong with a TypeScript file that Node.js is to run by taking its types away; undefined: nothing that could be found. In a thread of its
 * own with a deadline: the parser of a process is broken for good, for all that it loads, by a file that nests deeply enough.
 */
export function typesFault(text: string): Promise<TypesFault | undefined> {
  if (text.length > LONGEST) return Promise.resolve(undefined);
  const worker = new Worker(JUDGE, {
    eval: true,
    workerData: text,
    execArgv: ['--no-warnings'],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  });
  return new Promise<TypesFault | undefined>((resolve) => {
    const late = setTimeout(() => resolve({ text: `it could not be read in ${DEADLINE_MS / 1000} s` }), DEADLINE_MS);
    worker.once('message', ({ fault }: { fault?: TypesFault }) => resolve(fault));
    worker.once('error', (error: Error) => resolve({ text: error.message.split('\n')[0]! }));
    worker.once('exit', () => {
      clearTimeout(late);
      resolve({ text: 'it could not be read' });
    });
  }).finally(() => worker.terminate());
}
