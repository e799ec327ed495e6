/** DESIGN §2: which rooms a room may import; imports go down, never sideways, never up. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  model: ['kernel'],
  store: ['kernel'],
  wire: ['kernel'],
  sandbox: ['kernel'],
  services: ['kernel', 'model', 'store', 'wire'],
  dispatch: ['kernel', 'model', 'store'],
  invoke: ['kernel', 'model', 'sandbox'],
  paas: ['kernel', 'model', 'store', 'sandbox'],
  observe: ['kernel', 'model', 'store'],
  gateway: ['kernel', 'model', 'wire'],
  cli: ['kernel', 'model'],
};

/** Of these rooms, only types may be imported by the room named. */
export const typesOnly: readonly (readonly [room: string, of: string])[] = [
  ['services', 'wire'],
  ['cli', 'model'],
];

/** The reason for every package that the server needs at run time; at most fifteen. */
export const dependencyReasons: Readonly<Record<string, string>> = {
  '@aws-sdk/core': 'public XML codec of the SDKs, for restXml and awsQuery',
  '@smithy/core': 'public JSON, CBOR and event-stream codecs and schema types of the SDKs',
  commander: 'command line grammar and help',
  nodemailer: 'sends mail: SMTP with TLS, authentication, MIME and address rules',
  'smol-toml': 'reads the one configuration file',
  ssh2: 'SSH’s protocol and its cryptography, for git over SSH',
  'tar-stream': 'reads and writes tar archives: image layers and source trees, hostile ones included',
  yauzl: 'reads zip archives, hostile ones included',
  zod: 'schemas of the configuration, of dalamb.toml and of the control API',
};

/** Names that say nothing. */
export const emptyNames = /(^|\/)(utils?|helpers?|common|manager|misc)(\.|\/|$)/;

export const limits = { fileLines: 400, functionLines: 70, composeLines: 200, mainLines: 40, depth: 3, dependencies: 15 };
