import { StringDecoder } from 'node:string_decoder';

const LONGEST = 2000;
const MOST_BYTES = 4 * 1024 * 1024;
const ESCAPES = /\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|[ -/]*[0-~])/g;
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f]/g;

/** npm's complaint of a variable that builders set for node-gyp, which older ones know by no other name. */
const OURS = /^npm warn Unknown env config "nodedir"/i;

export interface OutputLines {
  /** Bytes of the builder, cut anywhere. */
  take(chunk: Uint8Array): void;
  /** Some came too fast to be read; said once. */
  dropped(): void;
  /** What is left without a line end. */
  end(): void;
}

/**
 * What a build says, line by line as it comes: without what a terminal would obey, without secrets, each line cut, and only so much of it
 * all. A carriage return ends a line that is written over.
 */
export function outputLines(line: (text: string) => void, secrets: readonly string[]): OutputLines {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let said = 0;
  let lost = false;
  const say = (text: string) => {
    if (said > MOST_BYTES || OURS.test(text)) return;
    const clean = tidy(hidden(lastWritten(text), secrets));
    said += clean.length + 1;
    line(said > MOST_BYTES ? `… what else it says is not shown: it was more than ${MOST_BYTES / 1024 / 1024} MiB` : clean);
  };
  return {
    take(chunk) {
      if (said > MOST_BYTES) return;
      const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
      rest = lines.pop()!;
      for (const one of lines) say(one);
      if (rest.length > 4 * LONGEST) {
        say(rest);
        rest = '';
      }
    },
    dropped() {
      if (!lost) say('… some of its output came too fast, and is not shown');
      lost = true;
    },
    end() {
      if (rest !== '') say(rest);
      rest = '';
    },
  };
}

/** What is left where a carriage return began the line anew; no more than is looked at. */
function lastWritten(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '\r') end--;
  const start = text.lastIndexOf('\r', end - 1) + 1;
  return text.slice(end === 0 ? 0 : start, Math.min(end, start + 4 * LONGEST));
}

function tidy(text: string): string {
  const plain = text.replace(ESCAPES, '').replace(CONTROLS, '');
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}

function hidden(text: string, secrets: readonly string[]): string {
  let safe = text.replace(/(\b[a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@:]*:[^\s/@]+@/gi, '$1[hidden]@');
  for (const secret of secrets) safe = safe.replaceAll(secret, '[hidden]');
  return safe;
}

/** Of variables, the values that nobody should read: those whose names say so, and what is before the @ of an address. */
export function secretsOf(environment: Readonly<Record<string, string>>): string[] {
  const named = Object.entries(environment).filter(([name]) => /token|auth|pass|secret|key|credential/i.test(name));
  const inside = Object.values(environment).flatMap((value) => {
    const found = /:\/\/([^\s/@]+)@/.exec(value);
    return found ? [found[1]!, ...found[1]!.split(':')] : [];
  });
  return [...named.map(([, value]) => value), ...inside].filter((value) => value.length >= 6).sort((a, b) => b.length - a.length);
}
