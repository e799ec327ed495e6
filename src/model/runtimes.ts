import { invalidParameter, settingNotImplemented } from './lambda-errors.ts';

/** Every runtime of the service model that AWS still takes on create and update (spec/lambda-api.md §4.1). */
export const supportedRuntimes: readonly string[] = [
  'dotnet10',
  'dotnet8',
  'java11',
  'java11.al2023',
  'java17',
  'java17.al2023',
  'java21',
  'java25',
  'java8.al2',
  'java8.al2023',
  'nodejs18.x',
  'nodejs20.x',
  'nodejs22.x',
  'nodejs24.x',
  'nodejs26.x',
  'provided.al2',
  'provided.al2023',
  'python3.10',
  'python3.11',
  'python3.12',
  'python3.13',
  'python3.14',
  'python3.15',
  'python3.8',
  'python3.9',
  'ruby3.2',
  'ruby3.3',
  'ruby3.4',
  'ruby4.0',
];

/** Those that AWS knows and no longer takes. */
export const retiredRuntimes: ReadonlySet<string> = new Set([
  'dotnet6',
  'dotnetcore1.0',
  'dotnetcore2.0',
  'dotnetcore2.1',
  'dotnetcore3.1',
  'go1.x',
  'java8',
  'nodejs',
  'nodejs10.x',
  'nodejs12.x',
  'nodejs14.x',
  'nodejs16.x',
  'nodejs4.3',
  'nodejs4.3-edge',
  'nodejs6.10',
  'nodejs8.10',
  'provided',
  'python2.7',
  'python3.6',
  'python3.7',
  'ruby2.5',
  'ruby2.7',
]);

/** Throws unless functions of this runtime can be created here: unknown, retired, or known to AWS but not present on this machine. */
export function checkRuntime(runtime: string, available: readonly string[]): void {
  if (available.includes(runtime)) return;
  if (retiredRuntimes.has(runtime))
    throw invalidParameter(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    );
  if (!supportedRuntimes.includes(runtime))
    throw invalidParameter(
      `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${supportedRuntimes.join(', ')}] or be a valid ARN`,
    );
  throw settingNotImplemented(`Runtime ${runtime} (available here: ${available.join(', ') || 'none'})`);
}
