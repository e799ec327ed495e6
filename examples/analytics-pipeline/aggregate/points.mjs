/** Beyond it a value is none: no sum of a file's values then is too large for the table. */
const MOST = 1e15;

/**
 * The data points of a file, one after another, as it comes in: { sensor, time, value } of each line that is one. Files named *.jsonl have
 * an object a line, others `sensor,time,value`. Other lines (a head, an empty one, nonsense) are passed over.
 */
export async function* pointsOf(stream, name) {
  const read = name.endsWith('.jsonl') ? readObject : readColumns;
  for await (const line of linesOf(stream)) {
    const [sensor, time, value] = read(line);
    const [at, number] = [new Date(time), Number.parseFloat(value)];
    if (/^[\w.-]{1,64}$/.test(sensor) && Math.abs(number) <= MOST && !Number.isNaN(at.getTime()))
      yield { sensor, time: at.toISOString(), value: number };
  }
}

/** As they come in. Rejects where the stream does (half a file is no file), and at a line of more than a million characters. */
async function* linesOf(stream) {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop();
    if (rest.length > 1e6) throw new Error('a line is too long');
    yield* lines;
  }
  yield rest + decoder.decode();
}

const readColumns = (line) => line.split(',').map((column) => column.trim());

function readObject(line) {
  try {
    const { sensor, time, value } = JSON.parse(line);
    return [sensor, time, value].map((field) => (typeof field === 'object' ? '' : `${field}`));
  } catch {
    return [];
  }
}
