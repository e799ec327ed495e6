/** Where a resource lives. An environment (dev, prod, a review app) is an account. */
export interface Place {
  /** 12 digits. */
  readonly account: string;
  readonly region: string;
}

/** Everything that running one function version needs, and nothing else. Two equal `identity` values may share environments. */
export interface FunctionSpec extends Place {
  readonly name: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  /** Unqualified ARN of the function. */
  readonly arn: string;
  /** Changes with every change of code, configuration or role: the key of the environment pool. */
  readonly identity: string;
  /** AWS's name, e.g. `nodejs24.x`, `python3.11`, `provided.al2023`; empty, as the handler, where there is an image. */
  readonly runtime: string;
  readonly handler: string;
  /** A container image instead of code and layers. */
  readonly image?: FunctionImage;
  /** ARN of the execution role. */
  readonly role: string;
  readonly memoryMiB: number;
  readonly timeoutMs: number;
  /** Size of /tmp. */
  readonly tmpMiB: number;
  /** SHA-256 (lower-case hex) of the code zip: the name of its blob and of its unpacked tree. Of an image: its digest. */
  readonly code: string;
  /** The same for layers, in order. */
  readonly layers: readonly string[];
  /** The customer's variables, in the clear. */
  readonly variables: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly logFormat: 'Text' | 'JSON';
  readonly applicationLogLevel?: string;
  readonly systemLogLevel?: string;
  readonly egress: EgressPolicy;
  /** Undefined: only the account's limit holds. */
  readonly reservedConcurrency?: number;
  /** ARN of the queue or topic that gets asynchronous events that were given up (spec/invoke.md §5.2). */
  readonly deadLetter?: string;
  /** Whether a function that causes itself over and over is left to it (spec/invoke.md §11). */
  readonly mayRecur?: boolean;
}

/** ImageConfig of a function: what replaces the image's own (spec/lambda-api.md §4.1). Each part by itself, as on AWS. */
export interface ImageOverrides {
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDirectory?: string;
}

/** The image of a function, its digest pinned at deploy, and how it is started. */
export interface FunctionImage extends ImageOverrides {
  /** `HOST/NAME@sha256:…`. */
  readonly uri: string;
}

/** What a function may reach outside. Names may begin with `*.`; a port of 0 means any. */
export interface EgressPolicy {
  readonly enabled: boolean;
  /** When not empty, nothing else is reachable. */
  readonly allow: readonly EgressRule[];
  readonly deny: readonly EgressRule[];
}

export interface EgressRule {
  /** A host name (`api.example.com`, `*.example.com`), an address, or a CIDR block. An allow rule by address opens closed ranges too. */
  readonly to: string;
  readonly port: number;
}

/** As on AWS: the internet is open, the host and private ranges are closed. */
export const openEgress: EgressPolicy = { enabled: true, allow: [], deny: [] };

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Epoch ms. */
  readonly expiration: number;
}

/** Who makes a call, after its signature was checked. */
export interface Principal {
  readonly account: string;
  /** `arn:aws:iam::…:root`, `arn:aws:sts::…:assumed-role/R/S`, … */
  readonly arn: string;
  /** AWS's UserId: `AROA…:session`, the account id for root. */
  readonly userId: string;
  readonly accessKeyId: string;
  readonly kind: 'root' | 'role' | 'service' | 'anonymous';
  /** For kind `role`: whose policies count. */
  readonly role?: { readonly name: string; readonly id: string; readonly arn: string; readonly session: string };
  /** The execution environment that the credentials were issued to, if any. */
  readonly environment?: string;
  /** Policy documents given when the session was made: they only narrow. */
  readonly sessionPolicies?: readonly string[];
}
