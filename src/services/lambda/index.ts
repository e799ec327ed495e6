export { functionPolicy } from './access.ts';
export { schema } from './collections.ts';
export type { LambdaDeps, LambdaSettings } from './deps.ts';
export { type LambdaService, lambdaService } from './lambda-service.ts';
