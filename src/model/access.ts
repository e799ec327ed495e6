/** What is asked of IAM. */
export interface AccessRequest {
  /** `s3:GetObject`. */
  readonly action: string;
  /** ARN, or `*`. */
  readonly resource: string;
  /** Condition keys by lower-case name, e.g. `aws:sourceip`, `s3:prefix`. */
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  /** A resource-based policy that counts too, as parsed JSON. */
  readonly resourcePolicy?: unknown;
  /** Whose resource it is, when the ARN does not say (S3); from another account both sides must allow. */
  readonly resourceAccount?: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** `no identity-based policy allows the s3:GetObject action`, or with an explicit deny `with an explicit deny in an identity-based policy`. */
  readonly reason: string;
}
