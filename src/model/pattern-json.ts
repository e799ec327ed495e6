const TOKENS = "was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/** What AWS's JSON parser says of a text that is not JSON, as far as this one tells where it fails. */
export function invalidJson(text: string, error: unknown): string {
  if (text.trim() === '') return 'No content to map due to end-of-input';
  const message = error instanceof Error ? error.message : '';
  const told = / at position (\d+)/.exec(message);
  if (!told && /end of JSON input|Unterminated/.test(message)) return 'Unexpected end-of-input';
  const at = told ? Number(told[1]) : placeOf(text, message);
  const word = /^[A-Za-z_$][\w$]*/.exec(text.slice(wordStart(text, at)));
  if (word) return `Unrecognized token '${word[0]}': ${TOKENS}`;
  const character = text[at];
  if (character === undefined) return 'Unexpected end-of-input';
  const wanted = message.startsWith('Expected property name')
    ? 'was expecting double-quote to start field name'
    : 'expected a valid value';
  return `Unexpected character ('${character}' (code ${character.charCodeAt(0)})): ${wanted}`;
}

/** The position of the character that the message quotes but does not place; it is the first one in short texts. */
function placeOf(text: string, message: string): number {
  const quoted = /^Unexpected token '(.)'/u.exec(message)?.[1];
  return quoted === undefined ? text.length : Math.max(0, text.indexOf(quoted));
}

function wordStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && /[\w$]/.test(text[start - 1]!)) start--;
  return start;
}
