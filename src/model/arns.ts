/** `arn:partition:service:region:account:resource`; resource keeps its colons and slashes. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** Undefined when text is no ARN (fewer than six parts, or an empty resource). */
export function parseArn(text: string): Arn | undefined {
  const [prefix, partition, service, region, account, ...rest] = text.split(':');
  const resource = rest.join(':');
  if (prefix !== 'arn' || !partition || !service || region === undefined || account === undefined || resource === '')
    return undefined;
  return { partition, service, region, account, resource };
}

export function functionArn(region: string, account: string, name: string, qualifier?: string): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
}

export function rootArn(account: string): string {
  return `arn:aws:iam::${account}:root`;
}
