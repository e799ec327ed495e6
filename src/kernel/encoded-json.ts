/**
 * An operation's whole output as the JSON protocols write it, UTF-8: for answers whose parts are stored just so. Only services that speak
 * nothing but awsJson give it.
 */
export class EncodedJson {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}
