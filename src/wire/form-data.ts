import { type Failure, fail } from '../kernel/index.ts';

/** A form that a browser posts, up to its file; what comes after the file is ignored (spec/backends.md §2.7). */
export interface Form {
  /** Names in lower case; of several with one name the last. */
  readonly fields: ReadonlyMap<string, string>;
  /** Absent: the form has none. */
  readonly file?: FormFile;
}

export interface FormFile {
  /** Without folders. */
  readonly name: string;
  /** Can be read once; rejects with MalformedPOSTRequest when the form ends before its file does. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Bytes that may come before the file, as on AWS. */
const MOST_BEFORE = 20 * 1024;
/** What is around a field's name and value may be more than these. */
const MOST_FRAMING = 40 * 1024;
const CRLF = '\r\n';

/**
 * Reads multipart/form-data (RFC 7578):
 *   [preamble] ( CRLF "--" boundary CRLF headers CRLF CRLF content )* CRLF "--" boundary "--"
 * Rejects with MalformedPOSTRequest, MaxPostPreDataLengthExceededError.
 */
export async function readFormData(body: AsyncIterable<Uint8Array>, contentType: string): Promise<Form> {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) throw malformed();
  const source: Source = { chunks: body[Symbol.asyncIterator](), rest: Buffer.from(CRLF), left: MOST_BEFORE + MOST_FRAMING };
  const delimiter = Buffer.from(`${CRLF}--${boundary}`);
  const fields = new Map<string, string>();
  let size = 0;
  await upTo(source, delimiter);
  for (;;) {
    const head = await headOf(source);
    if (head === undefined) return { fields };
    const { name, filename } = disposition(head);
    if (name === 'file') return { fields, file: { name: filename ?? '', content: contentOf(source, delimiter) } };
    const value = (await upTo(source, delimiter)).toString('utf8');
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (size > MOST_BEFORE) throw tooMuch();
    fields.set(name, value);
  }
}

/** RFC 2046: 1 to 70 characters. */
function boundaryOf(contentType: string): string | undefined {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

interface Source {
  readonly chunks: AsyncIterator<Uint8Array>;
  rest: Buffer;
  /** How many bytes may yet come before the file. */
  left: number;
}

/** False at the end of the body. */
async function more(source: Source): Promise<boolean> {
  const { done, value } = await source.chunks.next();
  if (done) return false;
  source.rest = source.rest.length === 0 ? Buffer.from(value) : Buffer.concat([source.rest, value]);
  return true;
}

/** What comes before mark, which is passed. */
async function upTo(source: Source, mark: Buffer | string): Promise<Buffer> {
  for (let from = 0; ; ) {
    const at = source.rest.indexOf(mark, from);
    if ((at < 0 ? source.rest.length - mark.length : at) > source.left) throw tooMuch();
    if (at >= 0) {
      const found = source.rest.subarray(0, at);
      source.rest = source.rest.subarray(at + mark.length);
      source.left -= at + mark.length;
      return found;
    }
    from = Math.max(0, source.rest.length - mark.length + 1);
    if (!(await more(source))) throw malformed();
  }
}

/** The headers behind a boundary; undefined behind the last one. */
async function headOf(source: Source): Promise<string | undefined> {
  while (source.rest.length < 2) if (!(await more(source))) throw malformed();
  if (source.rest.toString('latin1', 0, 2) === '--') return undefined;
  const head = (await upTo(source, CRLF + CRLF)).toString('utf8');
  if (!/^[\t ]*(?:\r\n|$)/.test(head)) throw malformed();
  return head;
}

/** Browsers write `"` in names as `%22`; others escape it. Folders are cut off as old browsers sent them. */
function disposition(head: string): { readonly name: string; readonly filename?: string } {
  const [, text] = /^content-disposition:[\t ]*form-data((?:[\t ]*;[^\r\n]*)?)$/im.exec(head) ?? [];
  const parameter = (name: string) => {
    const [, quoted, plain] = new RegExp(`;[\\t ]*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^";\\s]+))`, 'i').exec(text ?? '') ?? [];
    return quoted === undefined ? plain : quoted.replace(/\\(["\\])/g, '$1').replaceAll('%22', '"');
  };
  const [name, filename] = [parameter('name'), parameter('filename')];
  if (name === undefined) throw malformed();
  return { name: name.toLowerCase(), ...(filename === undefined ? {} : { filename: filename.replace(/^.*[/\\]/s, '') }) };
}

async function* contentOf(source: Source, delimiter: Buffer): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const at = source.rest.indexOf(delimiter);
      const sure = at < 0 ? Math.max(0, source.rest.length - delimiter.length + 1) : at;
      const chunk = source.rest.subarray(0, sure);
      source.rest = source.rest.subarray(sure);
      if (chunk.length > 0) yield chunk;
      if (at >= 0) return;
      if (!(await more(source))) throw malformed();
    }
  } finally {
    await source.chunks.return?.();
  }
}

function malformed(): Failure {
  return fail('MalformedPOSTRequest', 'The body of your POST request is not well-formed multipart/form-data.');
}

function tooMuch(): Failure {
  return fail('MaxPostPreDataLengthExceededError', 'Your POST request fields preceding the upload file were too large.', {
    fields: { MaxPostPreDataLength: MOST_BEFORE },
  });
}
