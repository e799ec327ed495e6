import readline from 'node:readline';

/** Beyond it a value is none: no sum of a file's values then is too large for the table. */
const MOST = 1e15;

/**
 * The data points of a file, one after another, as it comes in: { sensor, time, value } of each line that is one. Files named *.jsonl have
 * an object a line, others `sensor,time,value`. Other lines (a head, an empty one, nonsense) are passed over.
 */
export async function* pointsOf(stream, name) {
  const read = name.endsWith('.jsonl') ? readObject : readColumns;
  for await (const line of readline.createInterface({ input: stream, crlfDelay: Infinity })) {
    const { sensor, time, value } = read(line);
    const [at, number] = [new Date(time ?? Number.NaN), Number.parseFloat(value)];
    if (/^[\w.-]{1,64}$/.test(sensor) && Math.abs(number) <= MOST && !Number.isNaN(at.getTime()))
      yield { sensor, time: at.toISOString(), value: number };
  }
}

function readColumns(line) {
  const [sensor, time, value] = line.split(',').map((column) => column.trim());
  return { sensor, time, value };
}

function readObject(line) {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}
